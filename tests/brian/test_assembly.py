"""What stands in the way of a recipe is said in a sentence with its remedy."""

import networkx as nx
import pytest

import neurograph as ng
from tests.brian.networks import chain


def with_parameter(name):
    graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, ng.Dynamics(f"(-s + I)/{name}", parameters={name: 2.0}))


def tanh():
    graph = nx.DiGraph([("x", "y", {"weight": -0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def logarithmic():
    graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, ng.Dynamics("-s + I + log(s)"))


READOUT = ng.rules.vector_field()
TWO_SIDED = ng.Rule("pre*dpre*dpost", kind="online", name="two-sided")

WRONG = {
    "model": ({"model": "poisson"}, "model is 'poisson': expected one of rate, spiking, lif"),
    "target": ({"target": "cuda"}, "target is 'cuda': expected one of numpy, cython, cpp"),
    "batch": ({"batch": 2}, "batch is 2, but x has 3 samples: expected a divisor"),
    "dt without unit": ({"dt": 0.1}, "dt is 0.1: expected a time > 0, such as"),
    "readout rule": ({"rule": READOUT}, "rule vector field is a readout rule.*expected an online rule"),
    "two-sided rule": ({"rule": TWO_SIDED, "model": "spiking"}, "which spikes cannot carry: expected 'pre' times"),
    "no rule": ({"rule": "stdp"}, "rule is 'stdp': expected one of neurograph.rules"),
    "noise": ({"noise": -1.0}, "noise is -1.0"),
    "reset alone": ({"reset": "s = 0"}, "reset is 's = 0', but the rate model has no threshold"),
    "window of a rate": ({"window": 1}, "window is 1, but the rate model has no spikes to count"),
    "extra twice": ({"extra_equations": "free : 1"}, "extra_equations define 'free', which the model has already"),
    "extra unreadable": ({"extra_equations": "du/dt ="}, "extra_equations cannot be read by Brian2"),
    "constant": ({"model": "lif", "namespace": {"V_th": 3.0}}, "namespace has V_th 3.0: expected such as"),
    "rate too high": ({"model": "spiking", "x": [[9.0]] * 3}, "node 'x' would send 9, which the spiking model cannot"),
    "negative x": ({"model": "lif", "x": [[-1.0]] * 3}, "node 'x' would send -1.*a rate cannot be negative"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_named_with_its_remedy(name):
    options, message = WRONG[name]
    with pytest.raises((ng.ParameterError, ng.DataError), match=message):
        ng.brian.build(chain(), **{"x": [[0.5]] * 3, "target": "numpy", **options})


@pytest.mark.parametrize("name", ["τ", "free", "t", "mV", "g_pre", "time_unit", "e", "w"])
def test_a_parameter_that_brian2_cannot_call_so_is_named(name):
    with pytest.raises(ng.ParameterError, match=f"parameter '{name}' of the dynamics 'custom' cannot be called so"):
        ng.brian.build(with_parameter(name), [[0.5]], target="numpy")


@pytest.mark.parametrize("name", ["free", "sent", "w", "y", "count", "xi"])
def test_a_variable_that_brian2_cannot_call_so_is_named(name):
    network = ng.compile(
        ng.topologies.complete(1, 1, 1, scale=0.0, seed=0),
        ng.Dynamics(f"-s + I - {name}", variables={name: f"s - {name}"}),
    )
    with pytest.raises(ng.ParameterError, match=f"variable '{name}' of the dynamics 'custom' cannot be called so"):
        ng.brian.build(network, [[0.5]], target="numpy", model="spiking")


def test_a_parameter_may_be_called_tau():
    assert ng.brian.build(with_parameter("tau"), [[0.5]], target="numpy").neurons.tau[0] == 2.0


def test_negative_states_cannot_be_rates():
    with pytest.raises(ng.ParameterError, match=r"node 'y' would send -0.*use a dynamics with a box from 0"):
        ng.brian.build(tanh(), [[0.5]], model="spiking", target="numpy")


def of_two_populations(first, second):
    graph = nx.DiGraph([("x", "a", {"weight": 0.5}), ("a", "y", {"weight": 0.5})])
    graph.nodes["x"].update(role="input", population="p")
    graph.nodes["a"]["population"] = "p"
    graph.nodes["y"].update(role="output", population="q")
    return ng.compile(graph, {"p": first, "q": second})


def test_a_parameter_that_is_called_as_the_box_of_a_neuron_is_named():
    own = ng.Dynamics("-s + box_low*I", box=(0.0, 1.0), parameters={"box_low": 2.0})
    mixed = of_two_populations(own, ng.dynamics.additive())
    with pytest.raises(ng.ParameterError, match=r"parameter 'box_low' .* \(the model has something of this name\)"):
        ng.brian.build(mixed, [[0.5]], target="numpy")
    assert ng.brian.build(of_two_populations(own, own), [[0.5]], target="numpy").neurons.box_low[0] == 2.0


def test_the_drift_of_its_own_population_is_named_where_it_is_not_finite_at_a_clamped_node():
    logarithms = ng.Dynamics("-s + I + log(s)", box=(0.1, 2.0))
    with pytest.raises(ng.ParameterError, match=r"the drift '-s \+ I \+ log\(s\)' is nan at the clamped node 'x'"):
        ng.brian.build(of_two_populations(logarithms, ng.dynamics.additive()), [[-1.0]], start=0.5, target="numpy")


def test_a_drift_that_is_not_finite_at_a_clamped_node_is_named():
    with pytest.raises(ng.ParameterError, match=r"is nan at the clamped node 'x', which is at -1.0"):
        ng.brian.build(logarithmic(), [[-1.0]], start=0.5, target="numpy")
