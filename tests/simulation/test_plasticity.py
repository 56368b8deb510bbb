"""What simulate() is asked for where synapses learn; modulators; runs that go on, are interrupted or streamed."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.plasticity import asked_modulator, checked_plasticity
from tests.plain_plasticity import learned
from tests.plain_simulation import held
from tests.simulation.rate_networks import components, mixed

THIRD = ng.Rule("modulator*e", traces={"e": "pre*post - e"}, name="third")
LEARNING = {"rule": THIRD, "learning_rate": 0.3}


def small(seed=0, steps=12, batch=2, **options):
    network = mixed(components(2, seed=seed, **options))
    return network, np.random.default_rng(seed).normal(size=(batch, steps, 2))


def test_nothing_learns_without_a_rule():
    nothing = dict.fromkeys(("rule", "learning_rate", "modulator", "bounds", "incoming", "record_weights"))
    assert checked_plasticity(small()[0], **nothing, l1=0.0) is None


@pytest.mark.parametrize("shape", [(), (12,), (2, 12)])
def test_a_modulator_in_time_is_held_as_x_is(shape):
    network, x = small()
    values = np.random.default_rng(1).normal(size=shape)
    run = ng.simulate(network, x, dt=0.05, hold=0.1, method="euler", modulator=values, record_weights=1, **LEARNING)
    wave = np.broadcast_to(values, (2, 12))
    _, weights, _ = learned(
        network, 24, 0.05, THIRD, 0.3, batch=2, x=held(x, 2), modulator=lambda n, s: wave[:, n // 2]
    )
    assert np.allclose(run.weights, weights, atol=1e-12)


OF_OUTPUTS = {
    "a number": (lambda t, y: np.cos(t) + y.sum(), lambda n, s, y: np.cos(0.05 * (n + 1)) + y.sum()),
    "a sample": (lambda t, y: y[:, 0] - y[:, 1], lambda n, s, y: y[:, 0] - y[:, 1]),
}


@pytest.mark.parametrize("kind", OF_OUTPUTS)
def test_a_modulator_of_the_outputs_sees_them_after_the_step(kind):
    network, x = small()
    asked, plain = OF_OUTPUTS[kind]
    outputs = network.connectivity.outputs
    run = ng.simulate(network, x, dt=0.05, method="euler", modulator=asked, **LEARNING)
    _, weights, _ = learned(
        network, 12, 0.05, THIRD, 0.3, batch=2, x=held(x, 1), modulator=lambda n, s: plain(n, s, s[:, outputs])
    )
    assert np.allclose(run.learned.weights, weights[-1], atol=1e-12)


def test_a_modulator_at_each_neuron_is_seen_by_its_incoming_synapses():
    network, x = small()
    per_node = np.random.default_rng(2).normal(size=(2, len(network.nodes)))
    post = network.connectivity.post
    run = ng.simulate(network, x, dt=0.05, method="euler", modulator=lambda t, y: per_node * t, **LEARNING)
    _, weights, _ = learned(
        network, 12, 0.05, THIRD, 0.3, batch=2, x=held(x, 1),
        modulator=lambda n, s: per_node.T[post] * 0.05 * (n + 1),
    )  # fmt: skip
    assert np.allclose(run.learned.weights, weights[-1], atol=1e-12)


def test_a_modulator_cannot_change_the_outputs():
    network, x = small()

    def spoils(time, outputs):
        outputs[...] = 1e9
        return 1.0

    run = ng.simulate(network, x, dt=0.1, modulator=spoils, **LEARNING)
    assert np.array_equal(run.states, ng.simulate(network, x, dt=0.1, modulator=1.0, **LEARNING).states)


@pytest.mark.parametrize("first", [1, 5, 11])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"noise": 0.3},
        {"method": "heun", "incoming": 1.5},
        {"bounds": (-1.0, 1.0), "l1": 0.1, "record_weights": 3},
        {"dtype": np.float32},
        {"delays": (0.0, 0.13, 0.5)},
    ],
)
def test_two_halves_are_one_run(first, given):
    given = dict(given)
    graph = components(2, seed=1, delays=given.pop("delays", None))
    network = mixed(graph, dtype=given.pop("dtype", np.float64))
    x = np.random.default_rng(1).normal(size=(2, 12, 2))
    wave = np.random.default_rng(2).normal(size=(2, 12))
    given = {"dt": 0.1, **LEARNING, **given}
    seed = {"seed": 7} if "noise" in given else {}
    whole = ng.simulate(network, x, modulator=wave, **given, **seed)
    one = ng.simulate(network, x[:, :first], modulator=wave[:, :first], **given, **seed)
    two = ng.simulate(one.learned, x[:, first:], modulator=wave[:, first:], start=one.last, **given)
    assert np.array_equal(np.concatenate([one.states, two.states], axis=1), whole.states)
    assert np.array_equal(two.learned.weights, whole.learned.weights)
    assert np.array_equal(two.last.traces, whole.last.traces)
    assert np.array_equal(np.concatenate([one.weights, two.weights]), whole.weights)
    assert np.array_equal(np.concatenate([one.weight_time, two.weight_time]), whole.weight_time)


def test_a_run_that_learned_goes_on_without_learning_and_settles():
    network, x = small()
    run = ng.simulate(network, x, dt=0.1, modulator=1.0, **LEARNING)
    after = ng.simulate(run.learned, x, dt=0.1, start=run.last)
    assert after.learned is None
    assert after.last.weights is None
    assert ng.settle(run.learned, x[:, -1], start=run.last).converged


def test_pieces_of_a_run_are_one_run(monkeypatch, tmp_path):
    network, x = small(steps=40)
    given = {"dt": 0.1, "modulator": lambda t, y: y[:, 0], "record_weights": 3, **LEARNING}
    whole = ng.simulate(network, x, **given)
    monkeypatch.setattr("neurograph.simulation.rates.WORK", 1.0)
    pieces = ng.simulate(network, x, **given)
    streamed = ng.simulate(network, x, **given, to=tmp_path / "states.npy")
    for run in (pieces, streamed):
        assert np.array_equal(run.states, whole.states)
        assert np.array_equal(run.weights, whole.weights)
        assert np.array_equal(run.learned.weights, whole.learned.weights)


def test_ctrl_c_keeps_what_was_learned_until_then(monkeypatch):
    network, x = small(steps=40)

    def until(time, outputs):
        if time > 2.0:
            raise KeyboardInterrupt
        return 1.0

    monkeypatch.setattr("neurograph.simulation.rates.WORK", 1.0)
    given = {"dt": 0.1, "record_weights": 1, **LEARNING}
    with pytest.warns(ng.SimulationWarning, match="interrupted at time 2"):
        run = ng.simulate(network, x, modulator=until, **given)
    whole = ng.simulate(network, x[:, :20], modulator=1.0, **given)
    assert run.interrupted
    assert np.array_equal(run.learned.weights, whole.learned.weights)
    assert np.array_equal(run.weights, whole.weights)


def test_a_function_that_is_no_modulator_is_refused_with_its_time():
    outputs = np.zeros((2, 3))
    for value, words in ((np.zeros(3), "shape"), (np.nan, "finite"), ("much", "numbers"), (np.zeros((2, 4)), "shape")):
        with pytest.raises(ng.DataError, match=rf"modulator\(0\.5, outputs\) .*{words}"):
            asked_modulator(lambda t, y, value=value: value, 0.5, outputs, 5)
    assert asked_modulator(lambda t, y: [1, 2], 0.5, outputs, 5).tolist() == [1.0, 2.0]


def test_a_modulator_that_changes_its_shape_is_refused():
    network, x = small()
    with pytest.raises(ng.DataError, match=r"modulator at time 0\.6 has the shape \(2, 10\): expected that of"):
        ng.simulate(network, x, dt=0.1, modulator=lambda t, y: 1.0 if t < 0.55 else np.zeros((2, 10)), **LEARNING)
