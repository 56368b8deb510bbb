"""NIR: what it holds comes back, what it cannot hold is refused by name, and nir itself finds the same dynamics."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import content, sample, small
from tests.strategies import graphs

nir = pytest.importorskip("nir")
pytest.importorskip("h5py")

LEAKY = [
    ng.Dynamics("-s + I + b"),
    ng.Dynamics("(-s + I + b) / tau", parameters={"tau": 0.7}),
    ng.Dynamics("(rest - 2*s + 3*(I + b)) / tau", parameters={"tau": 0.3, "rest": 0.1}),
]
SOME = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def unordered(graph):
    """The content, without the order of the edges."""
    attributes, nodes, edges = content(graph)
    return attributes, nodes, sorted(edges, key=repr)


def offences(graph):
    """The attributes that NIR cannot hold."""
    roles = [role for _, role in graph.nodes(data="role")]
    if "bias" in roles or "input" not in roles:
        yield "role"
    for _, _, data in graph.edges(data=True):
        yield from set(data) - {"weight"}
        if data["weight"] == 0.0:
            yield "weight"


@SOME
@given(graph=graphs(biases=True, self_loops=True), dynamics=st.sampled_from(LEAKY))
def test_any_graph_comes_back_or_is_refused_by_its_attribute(tmp_path_factory, graph, dynamics):
    path = tmp_path_factory.getbasetemp() / "any.nir"
    graph.graph["dynamics"] = dynamics.to_dict()
    offending = set(offences(graph))
    try:
        back = ng.read(ng.write(graph, path))
    except FormatError as error:
        refusal = str(error)
        if not any(f"attribute {name!r} " in refusal for name in offending):
            raise
    else:
        assert not offending
        assert unordered(back) == unordered(graph)


@SOME
@given(graph=graphs(biases=True, self_loops=True, ties=False), dynamics=st.sampled_from(LEAKY))
def test_every_graph_that_it_holds_comes_back(tmp_path_factory, graph, dynamics):
    graph.remove_nodes_from([node for node, role in graph.nodes(data="role") if role == "bias"])
    for pre, post, data in list(graph.edges(data=True)):
        weight = data["weight"]
        data.clear()
        data["weight"] = weight
        if weight == 0.0:
            graph.remove_edge(pre, post)
    graph.add_node("only", role="input")
    path = tmp_path_factory.getbasetemp() / "held.nir"
    network = ng.compile(graph, dynamics)
    back = ng.read(ng.write(network, path))
    assert unordered(back) == unordered(network.to_graph())
    assert ng.compile(back).dynamics == dynamics


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda graph: graph.edges[1, "1"].update(plastic=False), "attribute 'plastic' of edge 1 -> '1'"),
        (lambda graph: graph.edges[1, "1"].update(weight=0.0), "attribute 'weight' of edge 1 -> '1' is 0"),
        (lambda graph: graph.add_node("one", role="bias"), "attribute 'role' of node 'one' is 'bias'"),
        (lambda graph: graph.graph.pop("dynamics"), "attribute 'dynamics' of the graph is None"),
        (lambda graph: graph.graph.update(dynamics={"drift": "s"}), "attribute 'dynamics' of the graph is {"),
    ],
)
def test_what_it_cannot_hold_is_refused_by_name(change, message, tmp_path):
    graph = sample(".nir")
    change(graph)
    with pytest.raises(FormatError, match=message):
        ng.write(graph, tmp_path / "net.nir")


@pytest.mark.parametrize(
    ("dynamics", "message"),
    [
        (ng.dynamics.additive("tanh"), "additive .*is not .v_leak"),
        (ng.dynamics.vector_field(), "the box"),
        (ng.Dynamics("-s + I + b", transfer="tanh(s)"), "the transfer 'tanh"),
        (ng.Dynamics("-s + I + 2*b"), "is not .v_leak"),
        (ng.Dynamics("-s + I + b + w_out"), "is not .v_leak"),
        (ng.Dynamics("s*a + I + b", parameters={"a": 1.0}), "is not above 0"),
        (ng.Dynamics("s*a + I + b", parameters={"a": 0.0}), "give no leak"),
    ],
)
def test_dynamics_that_it_cannot_express_are_refused(dynamics, message, tmp_path):
    graph = sample(".nir")
    graph.graph["dynamics"] = dynamics.to_dict()
    with pytest.raises(FormatError, match=rf"attribute 'dynamics' of the graph.*{message}"):
        ng.write(graph, tmp_path / "net.nir")


@pytest.mark.parametrize("dynamics", LEAKY)
def test_nir_reads_the_same_dynamics(dynamics, tmp_path):
    """The drift, computed from what nir reads alone, is that of the network."""
    graph = sample(".nir")
    graph.add_node("y", role="hidden", bias=-0.5, tau=2.0)
    graph.add_edge(1, "y", weight=0.5)
    graph.add_edge("y", "y", weight=-2.0)
    network = ng.compile(graph, dynamics)
    program = nir.read(ng.write(network, tmp_path / "net.nir"))
    state = np.array([0.3, -0.2, 0.7, 1.1])
    values = {"input": state[[0]], "hidden": state[[1, 3]], "readout": state[[2]]}
    summed = {name: np.zeros_like(value) for name, value in values.items()}
    for pre, post in program.edges:
        matrix = program.nodes[pre]
        if isinstance(matrix, (nir.Affine, nir.Linear)):
            (source,) = [start for start, end in program.edges if end == pre]
            summed[post] += matrix.weight @ values[source] + getattr(matrix, "bias", 0.0)
    drift = {
        name: (node.v_leak - values[name] + node.r * summed[name]) / node.tau
        for name, node in program.nodes.items()
        if isinstance(node, nir.LI)
    }
    expected = network.at_nodes(dynamics.drift_equation, state[np.newaxis])[0]
    assert drift["hidden"] == pytest.approx(expected[[1, 3]], rel=1e-12)
    assert drift["readout"] == pytest.approx(expected[[2]], rel=1e-12)


def test_what_another_program_changed_is_taken_over(tmp_path):
    path = ng.write(sample(".nir"), tmp_path / "net.nir")
    program = nir.read(path)
    program.nodes["hidden"].tau[:] = 5.0
    program.nodes["input_to_hidden"].weight *= 2
    nir.write(path, program)
    graph = ng.read(path)
    assert graph.edges[("x", 0), 1]["weight"] == 2 * small().edges[("x", 0), 1]["weight"]
    assert graph.nodes[1] == {"role": "hidden", "bias": 0.1 + 0.2, "tau": 5.0}
    assert ng.compile(graph).dynamics.name == "leaky integrator"
