"""The objects do what the recipe says of delays, noise, monitors and equations of one's own."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from tests.brian.networks import chain, delayed, milliseconds, spiking


def test_spikes_travel_for_as_long_as_the_delay_of_their_edge_says():
    first = []
    for delay in (0.0, 0.35):
        model = spiking(delayed(chain(), delay), [[1.0]], record=1, dt=milliseconds(0.5))
        model.settle(milliseconds(50))
        states = model.monitors["state"].s[model.compiled.nodes.index("y")]
        first.append(np.flatnonzero(states > 0)[0] * 0.5)
    assert first[1] - first[0] == 7.0


def test_spikes_that_are_under_way_at_the_end_of_a_run_do_not_arrive_in_the_next():
    model = spiking(delayed(chain(), 3.0), [[1.0]], dt=milliseconds(1))
    first, second = (model.settle(milliseconds(200)).state for _ in range(2))
    assert np.array_equal(first, second)
    assert first[0, 1] == pytest.approx(0.8, abs=0.11)


def test_monitors_record_the_nodes_that_are_asked_for():
    network = chain()
    model = spiking(network, [[0.2], [0.6]], record=ng.Record(every=5, nodes=("y",)))
    model.settle(milliseconds(100))
    assert model.monitors["state"].s.shape == (2, 20)
    assert np.diff(model.monitors["state"].t_) == pytest.approx(0.005)
    counts = model.monitors["spikes"].count[:][model.node_indices["x"]]
    assert counts == pytest.approx([4, 12], abs=1)


def test_equations_thresholds_and_resets_of_ones_own():
    """A threshold that rises by 0.5 with each spike and falls again: the neuron adapts."""
    import brian2

    model = spiking(
        chain(), [[1.0]],
        extra_equations="dtheta/dt = (1.0 - theta)/tau_theta : 1",
        namespace={"tau_theta": 1 * brian2.second},
        threshold="phi >= theta", reset="phi -= theta\ntheta += 0.5",
        record=1,
    )  # fmt: skip
    model.neurons.theta = 1.0
    model.settle(milliseconds(400))
    times = np.diff(model.monitors["spikes"].spike_trains()[0] / milliseconds(1))
    assert (np.diff(times[:4]) > 0).all()
    assert times[0] == pytest.approx(7.5, abs=1.0)


def test_poisson_spikes_can_drive_what_is_added_to_the_input():
    import brian2

    model = spiking(
        chain(bias=0.0), [[0.0]], "rate", dt=milliseconds(1),
        extra_equations="dI_ext/dt = -I_ext/(10.0*ms) : 1",
    )  # fmt: skip
    source = brian2.PoissonInput(model.neurons, "I_ext", 100, 20 * brian2.Hz, 0.03)
    model.network.add(source)
    watch = brian2.StateMonitor(model.neurons, "I_ext", record=True, clock=model.clock)
    model.network.add(watch)
    brian2.seed(0)
    model.settle(milliseconds(4000))
    assert watch.I_ext[:, 200:].mean() == pytest.approx(100 * 20 * 0.01 * 0.03, rel=0.05)
    assert model.neurons.s[1] > 0.1
    assert model.neurons.s[0] == 0.0


def test_noise_has_the_standard_deviation_that_is_asked_for():
    import brian2

    graph = nx.empty_graph(400, create_using=nx.DiGraph)
    nx.set_node_attributes(graph, "output", "role")
    graph.add_node("x", role="input")
    network = ng.compile(graph, ng.Dynamics("-s + I"))
    model = spiking(network, [[0.5]], "rate", noise=0.2, dt=milliseconds(1))
    brian2.seed(0)
    state = model.settle(milliseconds(200)).state[0]
    # Euler's steps of 1/20 widen the variance by 1 / (1 - 1/40); of 400 samples its share is known to 7 %.
    assert state[:400].var() == pytest.approx(0.04 / (1 - 1 / 40), rel=0.2)
    assert state[400] == 0.5


@pytest.mark.parametrize("target", ["numpy", None])
def test_all_that_runs_is_made_for_the_target_and_by_the_users_preference_without_one(target):
    model = spiking(chain(), [[1.0]], target=target, record=1)
    made = {part.codeobj_class for part in model.network.objects for part in (part, *part.contained_objects)}
    assert {kind and kind.__name__ for kind in made} == {"NumpyCodeObject" if target else None}
