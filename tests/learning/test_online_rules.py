"""What each named rule in time converges to, against theory."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rules import ONLINE_RULES

LINEAR = ng.Dynamics("-s + I")
AT_ONCE = {"dt": 1.0, "method": "euler"}
"""A linear neuron is at its input after every step."""


def feeding(weights, dynamics=LINEAR):
    """Inputs into outputs that share nothing else: weights (outputs, inputs), or of each part (parts, outputs, inputs).

    The edges of the network are in the order of the weights.
    """
    weights = np.asarray(weights, float)
    graph = nx.DiGraph()
    for part, block in enumerate(weights if weights.ndim == 3 else weights[None]):
        graph.add_nodes_from([("x", part, i) for i in range(block.shape[1])], role="input")
        graph.add_nodes_from([("y", part, j) for j in range(block.shape[0])], role="output")
    for part, block in enumerate(weights if weights.ndim == 3 else weights[None]):
        for (j, i), weight in np.ndenumerate(block):
            graph.add_edge(("x", part, i), ("y", part, j), weight=weight)
    return ng.compile(graph, dynamics)


def into(network, weights):
    """Return the weights of :func:`feeding` (outputs, inputs), or of each part."""
    given = dict(zip(network.edges, weights, strict=True))
    parts, outputs, inputs = (1 + max(post[k] if k < 3 else pre[2] for pre, post in given) for k in (1, 2, 3))
    found = np.array([[[given[("x", p, i), ("y", p, j)] for i in range(inputs)] for j in range(outputs)]
                      for p in range(parts)])  # fmt: skip
    return found[0] if parts == 1 else found


def cosine(a, b):
    return abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b)


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_oja_finds_the_first_principal_component_for_20_seeds(alpha):
    rngs = [np.random.default_rng(seed) for seed in range(20)]
    data = np.array([rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4)) for rng in rngs])
    network = feeding([rng.normal(0.0, 0.1, (1, 4)) for rng in rngs])
    x = data.transpose(1, 0, 2).reshape(200, 1, 80)
    run = ng.simulate(network, x, hold=300.0, rule=ng.rules.oja(alpha), learning_rate=0.02, **AT_ONCE)
    for samples, weights in zip(data, into(network, run.learned.weights)[:, 0], strict=True):
        assert cosine(weights, np.linalg.eigh(samples.T @ samples)[1][:, -1]) > 0.999
        assert np.linalg.norm(weights) == pytest.approx(1.0 / np.sqrt(alpha), rel=1e-9)


def test_oja_learns_from_one_sample_after_another_too():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 4)) * [2.0, 1.0, 0.7, 0.5] @ np.linalg.qr(rng.normal(size=(4, 4)))[0]
    network = feeding(rng.normal(0.0, 0.1, (1, 4)))
    run = ng.simulate(network, x[None], rule=ng.rules.oja(), learning_rate=5e-4, record=20_000, **AT_ONCE)
    weights = run.learned.weights
    assert cosine(weights, np.linalg.eigh(x.T @ x)[1][:, -1]) > 0.999
    assert np.linalg.norm(weights) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(("share", "settles"), [(0.95, True), (1.05, False)])
def test_oja_settles_while_a_step_is_shorter_than_the_largest_eigenvalue_allows(share, settles):
    data = np.random.default_rng(0).normal(size=(50, 3)) * [2.0, 1.0, 0.5]
    values, vectors = np.linalg.eigh(data.T @ data / len(data))
    network = feeding([vectors[:, -1] + 1e-3])
    rate = share / values[-1]
    run = ng.simulate(network, data[:, None], hold=300.0, rule=ng.rules.oja(), learning_rate=rate, **AT_ONCE)
    assert (abs(np.linalg.norm(run.learned.weights) - 1.0) < 1e-9) == settles


def test_of_a_slow_neuron_oja_finds_what_the_neuron_has_heard():
    """Inputs that turn: <s_i r_k>, r low-passed, has another first eigenvector than <s_i s_k>."""
    dt, tau, period, rng = 0.05, 2.0, 400, np.random.default_rng(1)
    phase = 2.0 * np.pi * np.arange(period) / period
    slow, fast = np.sin(phase), np.sin(20.0 * phase)
    x = np.outer(slow, [1.0, 0.3, 0.0]) + np.outer(1.2 * fast, [0.0, 0.3, 1.0])
    r = np.zeros_like(x)
    for n in range(6 * period):
        r[n % period] = r[n % period - 1] + dt / tau * (x[n % period] - r[n % period - 1])
    network = feeding(rng.normal(0.0, 0.1, (1, 3)), ng.Dynamics("(-s + I)/tau", parameters={"tau": tau}))
    run = ng.simulate(
        network, np.tile(x, (100, 1))[None], dt=dt, rule=ng.rules.oja(), learning_rate=0.05, record=1000
    )  # fmt: skip
    values, vectors = np.linalg.eig(x.T @ r)
    heard = np.real(vectors[:, np.argmax(values.real)])
    assert cosine(run.learned.weights, heard) > 0.999
    assert cosine(np.linalg.eigh(x.T @ x)[1][:, -1], heard) < 0.9
    assert np.linalg.norm(run.learned.weights) == pytest.approx(1.0, rel=dt)


PATTERNS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2.0


def selective(order, tau=40.0, scale=1.0, learning_rate=0.01, seeds=20):
    """Return how much each neuron answers each pattern (seeds, patterns) in the end, after positive answers."""
    answers = np.array([np.random.default_rng(seed).uniform(0.2, 0.8, 4) for seed in range(seeds)]) * scale
    network = feeding(answers @ PATTERNS)
    rule = ng.rules.bcm(tau, scale)
    run = ng.simulate(
        network, PATTERNS[order][None], rule=rule, learning_rate=learning_rate, record=order.size, **AT_ONCE
    )  # fmt: skip
    return into(network, run.learned.weights) @ PATTERNS.T


@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_bcm_answers_one_of_four_patterns_by_one_over_its_probability_for_20_seeds(scale):
    rng = np.random.default_rng(0)
    order = np.concatenate([rng.permutation(4) for _ in range(4000)])
    answers = np.sort(selective(order, scale=scale, learning_rate=0.01 / scale), axis=1)
    assert answers[:, -1] == pytest.approx(np.full(20, 4.0 * scale), rel=0.15)
    assert np.abs(answers[:, :-1]).max() < 1e-3 * scale
    assert np.unique(np.argmax(selective(order), axis=1)).size > 1


def test_in_turn_bcm_is_where_the_threshold_has_fallen_to_when_the_pattern_comes_back():
    tau, count = 40.0, 4
    kept = 1.0 - 1.0 / tau
    answers = np.sort(selective(np.tile(np.arange(count), 5000)), axis=1)
    assert answers[:, -1] == pytest.approx(np.full(20, tau * (1.0 - kept**count) / kept ** (count - 1)), rel=1e-9)


def test_the_answer_is_larger_to_a_rare_pattern():
    rng = np.random.default_rng(0)
    order = np.concatenate([rng.permutation(np.repeat(range(4), range(1, 5))) for _ in range(3000)])
    answers = selective(order, tau=150.0, learning_rate=3e-3)
    chosen = np.argmax(answers, axis=1)
    assert np.unique(chosen).size > 1
    assert answers.max(axis=1) == pytest.approx(10.0 / (1.0 + chosen), rel=0.1)


@pytest.mark.parametrize(("product", "settles"), [(0.8, True), (1.2, False)])
def test_a_selective_neuron_is_stable_while_its_threshold_is_faster_than_its_weights(product, settles):
    """From near 1/p, one pattern of size 1 in every fourth step: eta tau y_0 |x|^2 < 1."""
    tau, count = 400.0, 60_000
    network = feeding([[4.2]])
    x = (np.arange(count) % 4 == 0).astype(float)[None, :, None]
    rule, warm = ng.rules.bcm(tau), 4000
    first = ng.simulate(network, x[:, :warm], rule=rule, learning_rate=1e-12, record=warm, **AT_ONCE)
    run = ng.simulate(
        first.learned, x[:, warm:], rule=rule, learning_rate=product / tau, start=first.last, record_weights=4,
        record=count, **AT_ONCE,
    )  # fmt: skip
    early, late = np.abs(run.weights[:1000, 0] - 4.0).max(), np.abs(run.weights[-1000:, 0] - 4.0).max()
    assert (late < 0.5 * early) == settles


def test_every_neuron_finds_its_target_again_after_its_input_has_changed():
    rng = np.random.default_rng(0)
    graph = ng.topologies.random(inputs=4, hidden=10, outputs=3, density=0.5, scale=0.2, seed=0)
    for *_, data in graph.edges(data=True):
        inhibitory = rng.random() < 0.2
        data.update(weight=(-0.05 if inhibitory else 1.0) * abs(data["weight"]), plastic=not inhibitory)
    network = ng.compile(graph, ng.dynamics.vector_field())
    x = np.repeat(rng.uniform(0.3, 1.0, (3, 1, 4)), 4000, axis=1)
    given = {"dt": 0.1, "rule": ng.rules.homeostatic_scaling(target=0.3, tau=5.0), "learning_rate": 0.1}
    before = ng.simulate(network, x, **given)
    after = ng.simulate(before.learned, 0.4 * x, start=before.last, **given)
    heard = np.unique(network.connectivity.post[network.connectivity.plastic])
    for run in (before, after):
        assert run.states[:, -1, heard].mean(axis=0) == pytest.approx(np.full(heard.size, 0.3), rel=0.02)
    assert np.abs(after.states[:, 50, heard].mean(axis=0) - 0.3).max() > 0.1
    factors = after.learned.weights / network.weights
    for post in heard:
        own = factors[(network.connectivity.post == post) & network.connectivity.plastic]
        assert own == pytest.approx(np.full(own.size, own[0]), rel=1e-10)
    assert np.ptp(factors) > 0.5


@pytest.mark.parametrize("tau", [0.5, 4.0])
@pytest.mark.parametrize(("share", "settles"), [(0.9, True), (1.1, False)])
def test_scaling_oscillates_beyond_its_bound(tau, share, settles):
    """A linear neuron of leak 1 near its target r: eta r < 1 + 1/tau."""
    target = 2.0
    network, x = feeding([[target * 1.01]]), np.ones((1, 40_000, 1))
    rule, rate = ng.rules.homeostatic_scaling(target, tau), share * (1.0 + 1.0 / tau) / target
    warm = ng.simulate(network, x[:, :5000], dt=0.01, rule=rule, learning_rate=1e-12)
    run = ng.simulate(warm.learned, x, dt=0.01, rule=rule, learning_rate=rate, start=warm.last)
    error = np.abs(run.outputs[0, :, 0] - target)
    assert (error[-4000:].max() < 0.5 * error[:4000].max()) == settles


def changed(rule, x, current, dt, settled):
    """Return how weights that are too small to matter change in a unit of time (outputs, inputs) after some steps."""
    outputs = len(current)
    network = feeding(np.zeros((outputs, x.shape[2])))
    waves = {("y", 0, j): wave for j, wave in enumerate(current)}
    run = ng.simulate(
        network, x, dt=dt, current=waves, method="euler", rule=rule, learning_rate=1e-9, record_weights=1
    )  # fmt: skip
    weights = run.weights[[settled - 1, -1]]
    return into(network, (weights[1] - weights[0]) / (1e-9 * dt * (x.shape[1] - settled)))


def test_covariance_is_the_covariance_of_what_is_drawn_in_each_step():
    rng, tau, steps, settled = np.random.default_rng(0), 20.0, 2000, 200
    both = rng.normal(size=(50, steps, 4)) @ rng.normal(size=(4, 4)) + [5.0, -3.0, 2.0, 7.0]
    x, current = both[:, :, :2], [both[:, :, 2], both[:, :, 3]]
    found = changed(ng.rules.covariance(tau), x, current, 1.0, settled)
    expected = np.cov(both[:, settled:].reshape(-1, 4).T)[2:, :2] / (1.0 - 1.0 / (2.0 * tau))
    assert found == pytest.approx(expected, rel=0.02, abs=0.02)


@pytest.mark.parametrize("speed", [0.1, 1.0])
def test_covariance_passes_what_is_faster_than_its_means(speed):
    """Two sines: half the cosine of the lag between them, times w^2 tau^2/(1 + w^2 tau^2)."""
    dt, tau = 0.02, 3.0
    period = round(2.0 * np.pi / speed / dt)
    time = np.arange(1, 6 * period + 1) * dt
    rate = 2.0 * np.pi / (period * dt)
    x, y = np.sin(rate * time) + 2.0, np.sin(rate * time + 0.7) - 1.0
    # A neuron is at y when it is driven by y + dy/dt.
    current = y + rate * np.cos(rate * time + 0.7)
    found = changed(ng.rules.covariance(tau), x[None, :, None], [current], dt, 5 * period)
    passed = (rate * tau) ** 2 / (1.0 + (rate * tau) ** 2)
    assert found.item() == pytest.approx(0.5 * np.cos(0.7) * passed, rel=0.03)


def test_with_covariance_weights_grow_along_the_first_principal_component():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5000, 3)) * [1.0, 0.5, 0.3] @ np.linalg.qr(rng.normal(size=(3, 3)))[0] + [4.0, 0.0, -4.0]
    network = feeding(rng.normal(0.0, 1e-3, (1, 3)))
    given = {"rule": ng.rules.covariance(50.0), "learning_rate": 3e-3, "record_weights": 100, **AT_ONCE}
    run = ng.simulate(network, x[None], **given)
    sizes = np.linalg.norm(run.weights, axis=1)
    assert cosine(run.learned.weights, np.linalg.eigh(np.cov(x.T))[1][:, -1]) > 0.99
    assert sizes[-1] > 100 * sizes[5]


def test_reward_modulated_hebb_climbs_the_reward_as_fast_as_is_said():
    """A linear reward c s: the mean change is s_i sigma_j^2 c_j/(1 + tau)."""
    tau, noise, c, batch, steps, settled = 0.5, np.array([0.3, 0.2, 0.1]), np.array([1.0, -0.5, 2.0]), 400, 3000, 1000
    network = feeding(np.zeros((3, 2)))
    x = np.tile([1.0, 0.5], (batch, steps, 1))
    run = ng.simulate(
        network, x, dt=0.1, rule=ng.rules.reward_modulated_hebb(tau, 50.0), learning_rate=1e-9, seed=0,
        noise={("y", 0, j): one for j, one in enumerate(noise)}, modulator=lambda time, outputs: outputs @ c,
        record_weights=settled, record=steps,
    )  # fmt: skip
    change = into(network, (run.weights[-1] - run.weights[0]) / (1e-9 * 0.1 * (steps - settled)))
    assert change == pytest.approx(np.outer(noise**2 * c / (1.0 + tau), [1.0, 0.5]), rel=0.1, abs=5e-4)


@pytest.mark.parametrize("surprising", [True, False])
def test_a_reward_that_surprises_nobody_teaches_nothing_nor_does_one_of_neurons_that_try_nothing(surprising):
    """Long after the start: noise and one reward for ever, or no noise and rewards at random."""
    network, steps, rng = feeding(np.ones((2, 2))), 3000, np.random.default_rng(0)
    reward = 5.0 + surprising * rng.normal(size=steps)
    run = ng.simulate(
        network, np.ones((1, steps, 2)), dt=0.1, rule=ng.rules.reward_modulated_hebb(1.0, 5.0), learning_rate=1.0,
        noise=0.0 if surprising else 0.2, modulator=reward, seed=0, start=2.0, record_weights=1,
    )  # fmt: skip
    assert np.ptp(run.weights[:1000], axis=0).min() > 0.01
    assert np.ptp(run.weights[1500:], axis=0).max() < 1e-6


PAIRS = 10


def paid(arm, shares, seed):
    """Return a modulator: of each pair of outputs the larger is the choice, and `arm` is rewarded with shares[0]."""
    rng = np.random.default_rng(seed)

    def reward(time, outputs):
        right = outputs.reshape(PAIRS, 2).argmax(axis=1) == arm
        given = rng.random(PAIRS) < np.where(right, *shares)
        return np.concatenate([np.zeros(PAIRS), np.repeat(given, 2)])[None]

    return reward


@pytest.mark.parametrize("shares", [(1.0, 0.0), (0.8, 0.2)])
def test_a_choice_of_two_arms_is_learned_and_learned_anew_by_10_of_10(shares):
    graph = nx.DiGraph()
    graph.add_nodes_from([("x", pair) for pair in range(PAIRS)], role="input")
    graph.add_nodes_from([(pair, arm) for pair in range(PAIRS) for arm in range(2)], role="output")
    graph.add_edges_from([(("x", pair), (pair, arm), {"weight": 0.3}) for pair in range(PAIRS) for arm in range(2)])
    network, last, chosen = ng.compile(graph, LINEAR), 0.0, []
    for phase, arm in enumerate((0, 1, 0)):
        run = ng.simulate(
            network, np.ones((1, 3000, PAIRS)), dt=0.2, noise=0.2, rule=ng.rules.reward_modulated_hebb(),
            learning_rate=0.15, modulator=paid(arm, shares, phase), bounds=(0.0, 0.6), start=last, seed=0,
        )  # fmt: skip
        network, last = run.learned, run.last
        choices = run.outputs[0].reshape(-1, PAIRS, 2).argmax(axis=2) == arm
        chosen.append((choices[:25].mean(axis=0), choices[-500:].mean(axis=0)))
    assert all(np.all(late > 0.85) for _, late in chosen)
    assert all(np.all(early < 0.5) for early, _ in chosen[1:])


def gradient(network, loss):
    """Return d loss/d weights by central differences."""
    steps = 1e-5 * np.eye(network.weights.size)
    return np.array([
        (loss(network.with_weights(network.weights + one)) - loss(network.with_weights(network.weights - one))) / 2e-5
        for one in steps
    ])  # fmt: skip


def propagated(network, x, wanted, dt, rule, late=True):
    """Return the change of e-prop at a learning rate of 1, and minus the gradient of the integral of (s - y)^2/2.

    The signal is that of the step before (late), or of the step itself.
    """
    given, before = {"dt": dt, "method": "euler"}, [np.zeros((len(x), len(network.nodes)))]

    def signal(time, outputs):
        now = np.zeros_like(before[0])
        now[:, network.connectivity.outputs] = wanted[:, round(time / dt) - 1] - outputs
        before.append(now)
        return before[-2] if late else before[-1]

    def loss(other):
        outputs = ng.simulate(other, x, **given).outputs
        return 0.5 * dt * np.sum((outputs[:, : -1 if late else None] - wanted[:, : -1 if late else None]) ** 2) / len(x)

    run = ng.simulate(network, x, rule=rule, learning_rate=1e-7, modulator=signal, **given)
    return (run.learned.weights - network.weights) / 1e-7, -gradient(network, loss)


def driven(dt, steps=60, seed=0, outputs=2):
    rng = np.random.default_rng(seed)
    time = dt * np.arange(steps)
    x = np.sin(np.outer(time, rng.uniform(0.5, 3.0, 3))[None] + rng.uniform(0.0, 6.0, (4, 1, 3)))
    return x, np.cos(np.outer(time, rng.uniform(0.5, 2.0, outputs)))[None].repeat(4, axis=0)


@pytest.mark.parametrize("kind", ["linear", "tanh"])
def test_e_prop_is_the_gradient_of_an_output_that_feeds_no_other(kind):
    dt, tau = 0.1, 2.0
    dynamics = ng.Dynamics(
        {"linear": "(-s + I)/tau", "tanh": "(-s + tanh(I))/tau"}[kind], parameters={"tau": tau}
    )  # fmt: skip
    slope = {"linear": "1", "tanh": "1 - (post + 1.9*dpost)**2"}[kind]
    network = feeding(np.random.default_rng(1).normal(0.0, 1.0, (2, 3)), dynamics)
    change, descent = propagated(network, *driven(dt), dt, ng.rules.e_prop(tau, slope))
    assert change == pytest.approx(descent, rel=1e-5, abs=1e-6)


def test_the_signal_of_the_step_itself_is_off_by_as_much_as_the_step():
    network, errors = feeding(np.random.default_rng(1).normal(0.0, 1.0, (2, 3))), []
    for dt in (0.1, 0.05, 0.025):
        change, descent = propagated(network, *driven(dt, round(6.0 / dt)), dt, ng.rules.e_prop(), late=False)
        errors.append(np.linalg.norm(change - descent) / np.linalg.norm(descent))
    assert errors[0] < 0.15
    assert np.divide(errors[1:], errors[:-1]) == pytest.approx([0.5, 0.5], abs=0.1)


def test_in_a_recurrent_network_e_prop_points_where_the_gradient_does_but_is_not_it():
    angles = []
    for seed in range(7):
        graph = ng.topologies.random(inputs=3, hidden=0, outputs=6, density=0.7, scale=0.5, seed=seed)
        network = ng.compile(graph, ng.dynamics.additive("tanh"))
        rule = ng.rules.e_prop(slope="1 - (post + 0.9*dpost)**2")
        change, descent = propagated(network, *driven(0.1, seed=seed, outputs=6), 0.1, rule)
        angles.append(cosine(change, descent) * np.sign(change @ descent))
    assert np.median(angles) > 0.8
    assert 0.5 < min(angles) < max(angles) < 0.99


def test_stdp_in_time_is_what_train_sums_over_the_nudged_phase():
    """A cost -y s nudges by a force that does not change: a current does the same in time."""
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, scale=0.3, seed=0)
    network = ng.compile(graph, ng.dynamics.vector_field())
    x, y, beta, dt, steps = np.array([[0.2, 0.9], [1.0, 0.4]]), np.array([[0.3], [0.5]]), 0.8, 0.05, 1000
    solver, rule = ng.solvers.Euler(dt=dt, steps=steps, tol=0), ng.rules.stdp(average=False)
    trained = ng.train(
        network, x, y, rule=rule, cost=ng.costs.Cost("-y*s"), beta=beta, solver=solver, epochs=1, batch_size=None,
        optimiser=ng.optimisers.sgd(1e-3), target_cost=None, progress=False,
    ).network  # fmt: skip
    run = ng.simulate(
        network, x[:, None], dt=dt, hold=dt * steps, method="euler", start=ng.settle(network, x, solver=solver).state,
        rule=rule, learning_rate=1e-7, current={network.outputs[0]: beta * y},
    )  # fmt: skip
    summed = (trained.weights - network.weights) / 1e-3
    assert np.abs(summed).max() > 0.01
    assert (run.learned.weights - network.weights) / 1e-7 == pytest.approx(summed, abs=1e-6)


@pytest.mark.parametrize("name", ONLINE_RULES)
def test_every_rule_is_one_of_steps_and_has_its_name(name):
    rule = ONLINE_RULES[name]()
    assert rule.kind == "online"
    assert rule.name.replace(" ", "_").replace("-", "_") == name
