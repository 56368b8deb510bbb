"""RigL: the pairs that the training rule would change most, against dense gradients in plain numpy."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.insertion import grow_now
from tests.growth.networks import absent, best, dense, free_states, places, sparse, task


def gradient(network, of):
    """dC/dW[post, pre] of tanh neurons by the implicit function theorem, n x n."""
    W, _ = dense(network)
    s, n = free_states(network), len(network.nodes)
    free, outputs = network.connectivity.free, network.connectivity.outputs
    total = np.zeros((n, n))
    for row, y in zip(s, of.y, strict=True):
        slope = 1.0 - np.tanh(W @ row + network.biases) ** 2
        error = np.zeros(n)
        error[outputs] = row[outputs] - y
        J = np.eye(n) - slope[:, None] * W
        adjoint = np.zeros(n)
        adjoint[free] = np.linalg.solve(J[np.ix_(free, free)].T, error[free])
        total += np.outer(adjoint * slope, row)
    return total / len(s)


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_gradients_come(seed):
    network = sparse(seed=seed)
    of = task(network, rule=ng.rules.asymmetric_ep())
    step = grow_now(network, ng.growth.rigl(), np.random.default_rng(0), 0, 7, of)
    plain = gradient(network, of)
    scores = {pair: abs(plain[pair]) for pair in absent(network)}
    assert places(step.added, network) == best(scores, 7)
    np.testing.assert_allclose([one.score for one in step.added], [scores[p] for p in best(scores, 7)], atol=1e-9)
    assert not any(one.weight for one in step.added)


def test_another_rule_may_be_asked_than_the_one_that_learns():
    network, scores = sparse(), []
    for own, learned in ((None, "ep"), ("ep", "exact"), (None, "exact"), (None, None)):
        rules = {"ep": ng.rules.asymmetric_ep(finite=True), "exact": ng.rules.asymmetric_ep(), None: None}
        grower, of = ng.growth.rigl(rules[own]), task(network, rule=rules[learned], beta=0.3)
        added = grow_now(network, grower, np.random.default_rng(0), 0, 5, of).added
        scores.append([one.score for one in added])
        assert added[0].reason == f"largest change by {(grower.rule or of.rule or rules['exact']).name}"
    assert scores[0] == scores[1] != scores[2] == scores[3]


def test_a_cost_falls_faster_along_what_rigl_brings_than_along_others():
    """A step of gradient descent along 6 new edges alone: of those by RigL it lowers the cost more than of any draw."""
    network = sparse(hidden=8)
    of, after = task(network), []
    for seed in range(20):
        grower = ng.growth.rigl() if seed == 0 else ng.growth.random()
        step = grow_now(network, grower, np.random.default_rng(seed), 0, 6, of)
        plain, new = gradient(network, of), places(step.added, network)
        change = {tuple(network.nodes[k] for k in reversed(pair)): -0.1 * plain[pair] for pair in new}
        moved = step.network.with_weights(
            [w + change.get(edge, 0.0) for edge, w in zip(step.network.edges, step.network.weights, strict=True)]
        )
        after.append(of.cost.mean(free_states(moved)[:, network.connectivity.outputs], of.y))
    assert after[0] < min(after[1:])


def test_a_rule_by_name_is_refused():
    with pytest.raises(ng.ParameterError, match=r"rules\.asymmetric_ep\(\)"):
        ng.growth.rigl("ep")
