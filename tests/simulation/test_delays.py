"""Delays: one neuron that hears itself late, against what is known of ds/dt = -a s(t - d); interpolation; the past."""

import math

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.plain_simulation import held, read, simulated
from tests.simulation.rate_networks import components, mixed, waves


def loop(a, d):
    graph = nx.DiGraph()
    graph.add_node("h", role="output")
    graph.add_edge("h", "h", weight=-a, delay=d)
    return ng.compile(graph, ng.Dynamics("I"))


def late(a, d, dt, duration, method="heun"):
    run = ng.simulate(loop(a, d), dt=dt, duration=duration, method=method, start=1.0)
    return run.time, run.of("h")[0]


def crossings(time, s):
    """When s goes through 0, by the line between the two frames around."""
    k = np.flatnonzero(np.sign(s[1:]) != np.sign(s[:-1]))
    return time[k] - s[k] * (time[k + 1] - time[k]) / (s[k + 1] - s[k])


@pytest.mark.parametrize("product", [0.1, 0.3, 1 / math.e - 1e-3])
def test_it_falls_without_oscillation_up_to_1_e(product):
    _, s = late(product / 2.0, 2.0, 0.01, 60.0)
    assert np.all(s > 0.0)
    assert np.all(np.diff(s) < 0.0)


@pytest.mark.parametrize("product", [0.45, 1.0, 1.4, 1.55])
def test_it_oscillates_and_dies_out_up_to_half_pi(product):
    time, s = late(product / 2.0, 2.0, 0.01, 200.0)
    assert crossings(time, s).size >= 3
    peaks = [np.abs(s[(time > low) & (time <= low + 40.0)]).max() for low in (0, 40, 80, 120, 160)]
    assert np.all(np.diff(peaks) < 0.0)


@pytest.mark.parametrize("product", [1.6, 2.0])
def test_it_grows_beyond(product):
    time, s = late(product / 2.0, 2.0, 0.01, 100.0)
    peaks = [np.abs(s[(time > low) & (time <= low + 20.0)]).max() for low in (20, 40, 60, 80)]
    assert np.all(np.diff(peaks) > 0.0)


def test_at_half_pi_the_period_is_four_delays():
    time, s = late(math.pi / 4.0, 2.0, 0.01, 200.0)
    periods = 2.0 * np.diff(crossings(time, s)[5:])
    assert np.abs(periods / 8.0 - 1.0).max() < 0.01
    assert np.abs(periods / 8.0 - 1.0).max() < 1e-3


def by_steps(a, d, t):
    """s(t) by the method of steps, for s = 1 before time 0."""
    most = int(t / d) + 1
    return 1.0 + sum((-a) ** k * max(t - (k - 1) * d, 0.0) ** k / math.factorial(k) for k in range(1, most + 1))


@pytest.mark.parametrize(("method", "intervals"), [("euler", 1), ("exponential", 1), ("heun", 2)])
def test_the_first_intervals_are_exact(method, intervals):
    """In the k-th interval the slope is a polynomial of degree k - 1, which a step of order k takes exactly."""
    time, s = late(0.9, 1.5, 0.05, 1.5 * intervals, method)
    assert np.allclose(s, [by_steps(0.9, 1.5, t) for t in time], atol=1e-13)


@pytest.mark.parametrize("off", [0.0, 0.25, 0.5])
@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("exponential", 1), ("heun", 2)])
def test_a_delay_that_is_no_multiple_of_dt_keeps_the_order(method, order, off):
    far, counts = [], (40, 80, 160, 320)
    for n in counts:
        time, s = late(1.2, 1.0, 1.0 / (n + off), (6 * n) / (n + off), method)
        assert time.size == 6 * n
        far.append(np.abs(s - [by_steps(1.2, 1.0, t) for t in time]).max())
    assert -np.polyfit(np.log(counts), np.log(far), 1)[0] == pytest.approx(order, abs=0.1)


METHODS = ("euler", "exponential", "heun")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("delays", [(0.0, 0.1, 0.3), (0.02, 0.07, 0.1234), (0.5,)])
def test_a_delayed_run_is_the_plain_loop(method, delays):
    network, steps, dt = mixed(components(6, seed=7, delays=delays)), 40, 0.1
    start = np.random.default_rng(1).normal(size=(3, len(network.nodes)))
    x = waves(6)
    wave = np.random.default_rng(2).normal(size=steps)
    current = {("h", 1, 2): wave}
    plain, variables = simulated(
        network, steps, dt, method, batch=3, x=read(x, dt), current={("h", 1, 2): held(wave[None])}, start=start
    )
    found = ng.simulate(network, x, dt=dt, method=method, current=current, start=start)
    assert np.allclose(found.states, plain, atol=1e-12)
    assert np.allclose(found.variables["a"], variables["a"], atol=1e-12)


@pytest.mark.parametrize("method", ["euler", "exponential"])
def test_a_delayed_input_from_an_array_is_the_plain_loop(method):
    network, steps, dt = mixed(components(4, seed=8, delays=(0.0, 0.1, 0.15))), 30, 0.1
    x = np.random.default_rng(1).normal(size=(2, steps // 3, 4))
    plain, _ = simulated(network, steps, dt, method, batch=2, x=held(x, 3), start=0.4)
    found = ng.simulate(network, x, dt=dt, hold=0.3, method=method, start=0.4)
    assert np.allclose(found.states, plain, atol=1e-12)


def test_before_time_0_every_node_was_at_start():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_node("h", role="output")
    graph.add_edge("x", "h", weight=2.0, delay=0.3)
    network = ng.compile(graph, ng.Dynamics("I"))
    x = np.array([[[5.0], [6.0], [7.0], [8.0], [9.0]]])
    found = ng.simulate(network, x, dt=0.1, method="euler", start=[-1.0, 0.0]).of("h")[0]
    assert np.allclose(found, 0.2 * np.cumsum([-1.0, -1.0, -1.0, 5.0, 6.0]))


def test_a_delay_longer_than_the_run_hears_the_start_alone():
    time, s = late(0.5, 1e3, 0.1, 5.0)
    assert np.allclose(s, 1.0 - 0.5 * time)


def test_delays_of_0_are_none():
    network = mixed(components(3, seed=9))
    graph = network.to_graph()
    nx.set_edge_attributes(graph, 0.0, "delay")
    graph.graph.pop("dynamics")
    other, x = mixed(graph), waves(3)
    one, same = (ng.simulate(net, x, dt=0.1, duration=2.0, method="rk4").states for net in (network, other))
    assert np.array_equal(one, same)
