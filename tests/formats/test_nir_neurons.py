"""A network in NIR's terms: its drift and its box, from what nir reads alone; and the dynamics that have none there."""

import re

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import nir_neurons
from tests.formats.graphs import sample
from tests.formats.test_nir import DEEP, LEAKY, complete

nir = pytest.importorskip("nir")
pytest.importorskip("h5py")


@pytest.mark.parametrize(
    ("dynamics", "message"),
    [
        (ng.dynamics.additive("tanh"), "additive .*is not .v_leak"),
        (ng.Dynamics("-s + I + b", transfer="tanh(s)"), "the transfer 'tanh"),
        (ng.Dynamics("-s + I + 2*b"), "is not .v_leak"),
        (ng.Dynamics("-s + I + b + w_out*I"), "is not .v_leak"),
        (ng.Dynamics("s*a + I + b", parameters={"a": 1.0}), "has the leak -1.0, which is not above 0"),
        (ng.Dynamics("s*a + I + b", parameters={"a": 0.0}), "give no leak"),
        (ng.Dynamics("I + b - s*w_out"), "has the leak -5e-324, which is not above 0"),
        (ng.Dynamics("-s + 0*I + b", box=(0.0, 1.0)), "is not .v_leak"),
        (ng.Dynamics("-s + a*(I + b)", box=(0.0, 1.0), parameters={"a": 0.0}), "node 1 sees no input"),
    ],
)
def test_dynamics_that_it_cannot_express_are_refused_and_the_remedy_cures(dynamics, message, tmp_path):
    graph = sample(".nir")
    graph.remove_edge("1", 1)
    path = tmp_path / "net.nir"
    with pytest.raises(FormatError, match=rf"attribute 'dynamics' of the graph.*{message}") as caught:
        ng.write(ng.compile(graph, dynamics), path)
    remedy = re.search(r"neurograph\.compile\(.*\(\)\)", str(caught.value))[0]
    ng.write(eval(remedy, {"neurograph": ng, "graph": graph}), path)
    assert ng.compile(ng.read(path)).dynamics == ng.dynamics.vector_field()


def test_memory_is_asked_for_a_matrix_between_any_two_populations(monkeypatch):
    members = {"input": [0, 1], "bias": [2], "hidden": [3, 4, 5], "readout": [6, 7]}
    graph = nx.DiGraph([(pre, post, {"weight": 0.5}) for pre in range(8) for post in range(3, 8)])
    asked = []
    monkeypatch.setattr(nir_neurons, "check_memory", lambda needed, what, _: asked.append((needed, what)))
    found = nir_neurons.matrices(graph, members)
    assert sum(matrix.size for matrix in found.values()) == graph.number_of_edges() == 40
    assert all(np.all(matrix == 0.5) for matrix in found.values())
    assert asked == [(8 * 40, "40 weights in dense matrices, as NIR has them,")]


def slopes(program, state):
    """What NIR's equations say of each LI of a program, a step of them at most behind in what goes round in a ring."""
    out = dict(state)
    rest = [name for name in program.nodes if name not in out]
    while rest:
        for name in rest:
            sources = [pre for pre, post in program.edges if post == name]
            if set(sources) <= out.keys():
                out[name] = passed(program.nodes[name], sum(out[pre] for pre in sources))
        rest = [name for name in rest if name not in out]
    drift = {}
    for name, node in program.nodes.items():
        if isinstance(node, nir.LI):
            current = sum(out[pre] for pre, post in program.edges if post == name)
            drift[name] = (node.v_leak - state[name] + node.r * current) / node.tau
    return drift


def passed(node, x):
    """What a node without a state makes of its input."""
    if isinstance(node, nir.Threshold):
        return 1.0 * (x > node.threshold)
    if isinstance(node, nir.Scale):
        return node.scale * x
    if isinstance(node, nir.Output):
        return x
    return node.weight @ x + getattr(node, "bias", 0.0)


@pytest.mark.parametrize("dynamics", LEAKY)
def test_nir_reads_the_same_dynamics(dynamics, tmp_path):
    """The drift inside the box, computed from what nir reads alone, is that of the network."""
    graph = sample(".nir")
    graph.add_node("y", role="hidden", bias=-0.5, tau=2.0)
    graph.add_edge(1, "y", weight=0.5)
    graph.add_edge("y", "y", weight=-2.0)
    network = ng.compile(graph, dynamics)
    program = nir.read(ng.write(network, tmp_path / "net.nir"))
    state = np.array([0.3, 0.2, 0.7, 0.9])  # in every box
    drift = slopes(program, {"input": state[[0]], "hidden": state[[1, 3]], "readout": state[[2]]})
    expected = network.at_nodes(dynamics.drift_equation, state[np.newaxis])[0]
    assert drift["hidden"] == pytest.approx(expected[[1, 3]], rel=1e-12)
    assert drift["readout"] == pytest.approx(expected[[2]], rel=1e-12)


@pytest.mark.parametrize(("dynamics", "scale", "end"), [(DEEP, 0.8, 0.0), (ng.dynamics.vector_field(), 2.0, 1.0)])
def test_the_thresholds_are_the_box(dynamics, scale, end, tmp_path):
    """A plain Euler loop over what nir reads alone ends where the network does, to a step at the fastest."""
    network = complete(dynamics, scale)
    program = nir.read(ng.write(network, tmp_path / "net.nir"))
    wanted = ng.settle(network, [[0.3, 0.9]]).state[0]
    assert end in wanted[3:]
    places = {"hidden": slice(3, 7), "readout": slice(7, 9)}
    fastest = max(
        (np.abs(program.nodes[f"{name}_up"].scale) * program.nodes[name].r / program.nodes[name].tau).max()
        for name in places
    )
    for dt in (5e-3, 1e-3):
        state = {"input": wanted[:2], **{name: np.full_like(wanted[place], 0.5) for name, place in places.items()}}
        for _ in range(round(15.0 / dt)):
            drift = slopes(program, state)
            state |= {name: state[name] + dt * drift[name] for name in places}
        for name, place in places.items():
            assert state[name] == pytest.approx(wanted[place], abs=dt * fastest)
