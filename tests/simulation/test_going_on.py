"""A run goes on from where another ended, to the same bits; it can be settled from there, and ends early on Ctrl-C."""

import numpy as np
import pytest

import neurograph as ng
from tests.simulation.rate_networks import components, mixed, waves

CASES = {
    "euler": {"method": "euler"},
    "exponential": {"method": "exponential"},
    "heun": {"method": "heun"},
    "rk4": {"method": "rk4"},
    "auto": {},
    **{f"noisy {method}": {"method": method, "noise": 0.3} for method in ("euler", "exponential", "heun")},
}
LATE = {name: case for name, case in CASES.items() if name != "rk4"}
DELAYS = (0.0, 0.1, 0.27, 1.03)


def halves(network, steps, first, **given):
    """Check one run against two, of which the second goes on; what is given as an array is parted."""
    noisy = "noise" in given
    seed = {"seed": 9} if noisy else {}

    def run(low, high, **more):
        parted = {
            name: {node: value[..., low:high] for node, value in one.items()} if name == "current" else one[:, low:high]
            for name, one in given.items()
            if name == "current" or isinstance(one, np.ndarray)
        }
        duration = {} if "x" in parted else {"duration": 0.1 * (high - low)}
        return ng.simulate(network, dt=0.1, **duration, **(given | parted), **more)

    whole = run(0, steps, start=0.2, **seed)
    one = run(0, first, start=0.2, **seed)
    two = run(first, steps, start=one.last)
    assert np.array_equal(np.concatenate([one.states, two.states], axis=1), whole.states)
    assert np.array_equal(np.concatenate([one.time, two.time]), whole.time)
    assert np.array_equal(two.last.state, whole.last.state)
    assert two.last.step == whole.last.step == steps
    for name, values in whole.variables.items():
        assert np.array_equal(np.concatenate([one.variables[name], two.variables[name]], axis=1), values)
    if whole.last.sent is not None:
        assert np.array_equal(two.last.sent, whole.last.sent)


@pytest.mark.parametrize("first", [1, 7, 22])
@pytest.mark.parametrize("name", CASES)
def test_two_halves_are_one_run(name, first):
    network, rng = mixed(components(3, seed=1)), np.random.default_rng(0)
    current = {("h", 0, 1): rng.normal(size=(5, 23)), ("h", 1, 1): rng.normal(size=23)}
    halves(network, 23, first, x=rng.normal(size=(5, 23, 3)), current=current, **CASES[name])


@pytest.mark.parametrize("first", [1, 7, 22])
@pytest.mark.parametrize("name", LATE)
def test_two_halves_are_one_run_with_delays(name, first):
    network = mixed(components(3, seed=1, delays=DELAYS))
    halves(network, 23, first, x=np.random.default_rng(0).normal(size=(5, 23, 3)), **LATE[name])


@pytest.mark.parametrize("delays", [None, DELAYS])
@pytest.mark.parametrize("name", CASES)
def test_two_halves_are_one_run_with_functions_of_time(name, delays):
    if name == "rk4" and delays:
        pytest.skip("rk4 is refused with delays")
    network = mixed(components(3, seed=2, delays=delays))
    x, wave = waves(3), waves(1)
    one, two, whole = (
        {"x": x, "current": {("h", 0, 1): lambda t: wave(t)[0]}, "dt": 0.1, "duration": duration, **CASES[name]}
        for duration in (1.3, 1.7, 3.0)
    )
    whole = ng.simulate(network, **whole, start=0.1, seed=3)
    one = ng.simulate(network, **one, start=0.1, seed=3)
    two = ng.simulate(network, **two, start=one.last)
    assert np.array_equal(np.concatenate([one.states, two.states], axis=1), whole.states)


def test_many_pieces_are_one_run():
    network = mixed(components(2, seed=3, delays=DELAYS))
    x = np.random.default_rng(0).normal(size=(2, 40, 2))
    given = {"dt": 0.1, "noise": 0.2, "method": "heun"}
    whole = ng.simulate(network, x, seed=1, **given)
    last, states = None, []
    for k in range(40):
        part = ng.simulate(network, x[:, k : k + 1], **given, **({"seed": 1} if last is None else {"start": last}))
        last = part.last
        states.append(part.states)
    assert np.array_equal(np.concatenate(states, axis=1), whole.states)


def test_it_is_settled_from_where_it_ended():
    network = ng.compile(ng.topologies.complete(2, 4, 1, seed=0), ng.dynamics.additive("tanh"))
    x = np.random.default_rng(0).normal(size=(3, 2))
    run = ng.simulate(network, np.repeat(x[:, None], 400, axis=1), dt=0.1)
    assert np.asarray(run.last).shape == (3, network.state_size)
    found = ng.settle(network, x, start=run.last)
    assert np.allclose(found.state, ng.settle(network, x).state, atol=1e-4)
    assert np.array_equal(found.state, ng.settle(network, x, start=run.last.state).state)
    assert np.allclose(found.state, run.last.state[:, : len(network.nodes)], atol=1e-4)


def test_a_full_state_is_gone_on_from():
    network, x = mixed(components(2, seed=4)), np.random.default_rng(0).normal(size=(2, 20, 2))
    whole = ng.simulate(network, x, dt=0.1, method="rk4")
    first = ng.simulate(network, x[:, :9], dt=0.1, method="rk4")
    rest = ng.simulate(network, x[:, 9:], dt=0.1, method="rk4", start=first.last.state)
    assert np.array_equal(rest.states, whole.states[:, 9:])
    assert rest.time[0] == pytest.approx(0.1)


@pytest.mark.parametrize("to", [False, True])
def test_ctrl_c_keeps_what_was_computed(tmp_path, to):
    network, given = mixed(components(2, seed=5)), {"dt": 0.001, "record": 1000}
    given |= {"to": tmp_path / "states.npy"} if to else {}

    def x(t):
        if x.waits and t > 150.0:
            x.waits = False
            raise KeyboardInterrupt
        return np.ones(2)

    x.waits = True
    with pytest.warns(UserWarning, match="interrupted"):
        run = ng.simulate(network, x, duration=1e5, progress=False, **given)
    assert run.interrupted
    assert 0 < run.time.size < 1000
    assert run.states.shape[1] == run.outputs.shape[1] == run.inputs.shape[1] == run.time.size
    assert np.allclose(run.time, np.arange(1, run.time.size + 1))
    again = ng.simulate(network, x, dt=0.001, duration=3.0, record=1000)
    assert np.array_equal(again.states, run.states[:, :3])
    assert run.last.time >= run.time[-1]
    whole, rest = (
        ng.simulate(network, x, dt=0.001, duration=duration, start=start).last.state
        for duration, start in ((round(run.last.time + 1.0, 3), 0.0), (1.0, run.last))
    )
    assert np.array_equal(whole, rest)
