import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.product import product_of
from neurograph.simulation.turning import Turning
from neurograph.training.config import TrainingConfig
from neurograph.training.in_time import Sequences, central_differences
from tests.simulation.networks import unitary

SHARES = ng.costs.cross_entropy()
HOW = {"cost": SHARES, "optimiser": ng.optimisers.rmsprop(1e-2), "batch_size": 20, "progress": False}


def copying(samples=40, seed=0):
    return ng.tasks.copying(5, samples, seed)


def network(seed=0, units=16):
    return unitary(10, units, 9, seed)


def test_copying_is_learned_and_w_stays_unitary():
    x, y = copying(100)
    fit = ng.train(network(units=32), x, y, epochs=40, seed=0, **HOW)
    assert fit.history["cost"][-1] < 0.1 < 1.0 < fit.history["cost"][0]
    others, wanted = copying(100, seed=1)
    right = ng.simulate(fit.network, others).outputs[:, -10:].argmax(axis=2) == wanted[:, -10:]
    assert right.mean() > 0.9
    W = product_of(fit.network).matrix()
    assert np.abs(W @ W.conj().T - np.eye(32)).max() < 1e-13
    assert ng.certify(fit.network).claim.startswith("Proved for all inputs: norm conserved")


def test_a_step_is_the_optimisers_from_the_gradient():
    x, y = copying(6)
    start = network()
    after = ng.training_step(start, x, y, cost=SHARES, optimiser=ng.optimisers.sgd(0.1)).network
    problem = Sequences.of(start, x, y, TrainingConfig(ng.rules.through_time(), cost=SHARES))
    wanted = problem.turning.vector(start) - 0.1 * central_differences(problem, start)
    expected = problem.turning.moved(start, wanted)
    assert np.allclose(after.weights, expected.weights, atol=1e-8)
    assert np.allclose(after.biases, expected.biases, atol=1e-8)


def test_a_run_goes_on_and_comes_back_from_a_checkpoint_to_the_same_bits(tmp_path):
    x, y = copying()
    whole = ng.train(network(), x, y, epochs=4, seed=0, **HOW)
    first = ng.train(network(), x, y, epochs=2, seed=0, **HOW)
    parts = ng.train(first, x, y, epochs=2, **HOW)
    for epochs in (2, 4):
        kept = ng.train(network(), x, y, epochs=epochs, seed=0, checkpoint=tmp_path / "run.ckpt", **HOW)
    for other in (parts, kept):
        assert other.network.weights.tobytes() == whole.network.weights.tobytes()
        assert np.array_equal(other.history["cost"], whole.history["cost"])
        assert np.array_equal(other.state, whole.state)


def test_steps_by_all_samples_are_epochs():
    x, y = copying(8)
    how = {"cost": SHARES, "optimiser": ng.optimisers.adam(0.01)}
    fit = ng.train(network(), x, y, epochs=3, batch_size=None, target_cost=None, seed=0, progress=False, **how)
    state = network()
    for _ in range(3):
        state = ng.training_step(state, x, y, **how)
    assert state.network.weights.tobytes() == fit.network.weights.tobytes()


def test_validation_is_of_other_samples():
    x, y = copying()
    others, wanted = copying(10, seed=3)
    fit = ng.train(network(), x, y, epochs=2, seed=0, validation=(others, wanted), **HOW)
    rows = ng.simulate(fit.network, others).outputs.reshape(-1, 9)
    assert fit.history["validation_cost"][-1] == pytest.approx(SHARES.mean(rows, np.eye(9)[wanted.ravel()]))
    share = ng.train(network(), x, y, epochs=2, seed=0, validation=0.25, **HOW)
    assert share.held_out.size == 10


def test_a_run_stops_at_its_cost_or_where_nothing_gets_better():
    x, y = ng.tasks.adding(6, 20, 0)
    start = unitary(2, 4, 1)
    assert ng.train(start, x, y, target_cost=1000.0, seed=0, progress=False).epochs == 1
    still = ng.optimisers.sgd(1e-300)
    assert ng.train(start, x, y, optimiser=still, patience=2, seed=0, progress=False).epochs == 3


def test_a_cost_at_the_last_step_alone_learns_to_add():
    x, y = ng.tasks.adding(4, 64, 0)
    fit = ng.train(
        unitary(2, 16, 1), x, y, optimiser=ng.optimisers.rmsprop(5e-3), epochs=60, batch_size=16, seed=0, progress=False
    )
    assert fit.history["cost"][-1] < 0.2 * fit.history["cost"][0]


def test_edges_that_are_not_plastic_stay():
    graph = network().to_graph()
    for *_, data in graph.edges(data=True):
        data["plastic"] = data.get("factor") == "D2"
    start = ng.compile(graph)
    after = ng.training_step(start, *copying(4), cost=SHARES).network
    changed = np.flatnonzero(after.weights != start.weights)
    assert {after.edges[k][1][0] for k in changed} == {"D2"}
    assert changed.size == Turning.of(start).phases.size == 16


def test_l1_and_bounds_are_of_v_and_u_alone():
    start = network()
    after = ng.training_step(
        start, *copying(4), cost=SHARES, optimiser=ng.optimisers.sgd(1e-9, bounds=(-0.05, 0.05))
    ).network
    turning = Turning.of(start)
    before, now = turning.vector(start), turning.vector(after)
    assert np.allclose(now[: turning.weights], np.clip(before[: turning.weights], -0.05, 0.05), atol=1e-8)
    assert np.allclose(now[turning.weights :], before[turning.weights :], atol=1e-8)


def test_the_rule_says_that_it_is_not_local():
    assert "not local" in repr(ng.rules.through_time())
    assert "not local" in ng.rules.through_time.__doc__


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": ng.rules.ep()}, "rules.through_time"),
        ({"rule": ng.rules.asymmetric_ep()}, "not local"),
        ({"solver": ng.solvers.Euler()}, "solver is given"),
        ({"keep": ng.certificates.contracting(0.1)}, "keep is given"),
        ({"pruner": ng.pruning.magnitude(0.1)}, "pruner is given"),
        ({"start": "warm"}, "start is given"),
        ({"validation": (1, 2, 3)}, "3 parts"),
    ],
)
def test_what_says_nothing_of_a_unitary_network_is_refused_by_name(options, words):
    with pytest.raises(ng.ParameterError, match=words):
        ng.train(network(), *copying(4), **options)


def test_rates_do_not_learn_through_time():
    rates = ng.compile(ng.topologies.complete(1, 2, 1, seed=0))
    with pytest.raises(ng.ParameterError, match="through time"):
        ng.train(rates, [[0.0], [1.0]], [[0.0], [1.0]], rule=ng.rules.through_time())


def test_the_check_of_the_gradient_is_by_parameters():
    x, y = ng.tasks.copying(2, 2, 0)
    check = ng.gradient_check(unitary(10, 2, 9), x, y, cost=SHARES)
    assert check.relative_error < 1e-6
    assert check.cosine == pytest.approx(1.0)
    assert check.change.size + check.bias_change.size == Turning.of(unitary(10, 2, 9)).size


@pytest.mark.parametrize("samples", [2, 4])
def test_starts_of_the_samples_are_not_those_of_what_validates(samples):
    rng = np.random.default_rng(0)
    x, y, start = rng.normal(size=(4, 6, 2)), rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 8))
    fit = ng.train(unitary(2, 8, 3, 0), x, y, epochs=1, start=start, validation=(x[:samples], y[:samples]), seed=0)
    wanted = ng.costs.squared_error().mean(
        ng.simulate(fit.network, x[:samples]).outputs.reshape(-1, 3), y[:samples].reshape(-1, 3)
    )
    assert fit.history["validation_cost"][-1] == pytest.approx(wanted, rel=1e-12)


def test_a_share_that_validates_keeps_its_own_starts():
    rng = np.random.default_rng(0)
    x, y, start = rng.normal(size=(4, 6, 2)), rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 8))
    fit = ng.train(unitary(2, 8, 3, 0), x, y, epochs=1, start=start, validation=0.5, seed=0)
    costs = 0.5 * ((ng.simulate(fit.network, x, start=start).outputs - y) ** 2).sum(axis=2).mean(axis=1)
    pairs = [0.5 * (costs[i] + costs[j]) for j in range(4) for i in range(j)]
    assert np.abs(np.array(pairs) / fit.history["validation_cost"][-1] - 1.0).min() < 1e-12
