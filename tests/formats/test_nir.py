"""NIR: what it holds comes back, what it cannot hold, and what another program changed in it, is refused by name."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import content, sample, small
from tests.formats.test_damage import damaged
from tests.strategies import graphs

nir = pytest.importorskip("nir")
pytest.importorskip("h5py")

LEAKY = [
    ng.Dynamics("-s + I + b"),
    ng.Dynamics("(-s + I + b) / tau", parameters={"tau": 0.7}),
    ng.Dynamics("(rest - 2*s + 3*(I + b)) / tau", parameters={"tau": 0.3, "rest": 0.1}),
    ng.Dynamics("I + b - s*(w_out_abs + k)", parameters={"k": 0.1}),
    ng.Dynamics("rest - 2*s - 0.5*(I + b)", box=(-0.5, 2.0), parameters={"rest": 0.1}),
    ng.dynamics.vector_field(),
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
    if "input" not in roles:
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
        (lambda graph: graph.nodes["x", 0].update(role="bias"), "no node has attribute 'role' 'input'"),
        (lambda graph: graph.graph.pop("dynamics"), "attribute 'dynamics' of the graph is None"),
        (lambda graph: graph.graph.update(dynamics={"drift": "s"}), "attribute 'dynamics' of the graph is {"),
    ],
)
def test_what_it_cannot_hold_is_refused_by_name(change, message, tmp_path):
    graph = sample(".nir")
    change(graph)
    with pytest.raises(FormatError, match=message):
        ng.write(graph, tmp_path / "net.nir")


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


def complete(dynamics, scale):
    return ng.compile(ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias=True, scale=scale, seed=0), dynamics)


DEEP = ng.dynamics.deep(extra_leak=0.3)


def test_the_default_network_comes_back(tmp_path):
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=4, outputs=2, bias=True, seed=0))
    assert network.dynamics == DEEP
    back = ng.read(ng.write(network, tmp_path / "net.nir"))
    assert unordered(back)[1:] == unordered(network.to_graph())[1:]
    assert ng.compile(back).dynamics == DEEP


@pytest.mark.parametrize(
    "change",
    [
        lambda nodes: nodes["hidden"].tau.__imul__(2.0),
        lambda nodes: nodes["hidden_to_readout"].weight.__imul__(2.0),
        lambda nodes: nodes["hidden_above"].threshold.__imul__(2.0),
        lambda nodes: nodes["readout_up"].scale.__imul__(0.5),
        lambda nodes: nodes.pop("hidden_below"),
    ],
)
def test_a_box_that_another_program_changed_is_refused(change, tmp_path):
    path = ng.write(complete(DEEP, 0.8), tmp_path / "net.nir")
    program = nir.read(path)
    change(program.nodes)
    program.edges = [link for link in program.edges if set(link) <= set(program.nodes)]
    nir.write(path, program)
    with pytest.raises(FormatError, match="another program changed its neurons, its weights or its box"):
        ng.read(path)


def test_neurons_that_no_longer_follow_from_the_weights_are_taken_as_they_are(tmp_path):
    """tau was made of the outgoing weights; another program changed these, and not tau."""
    dynamics = ng.Dynamics("I + b - s*(w_out_abs + tau)", parameters={"tau": 0.5})
    graph = sample(".nir")
    graph.nodes[1]["tau"] = 0.25
    path = ng.write(ng.compile(graph, dynamics), tmp_path / "net.nir")
    program = nir.read(path)
    taus = {"1": program.nodes["readout"].tau[0], 1: program.nodes["hidden"].tau[0]}
    program.nodes["hidden_to_readout"].weight[:] = 3.0
    program.nodes["readout"].tau[:] = 1.0
    program.nodes["readout"].r[:] = 1.0
    nir.write(path, program)
    back = ng.compile(ng.read(path))
    assert taus[1] == pytest.approx(4.0)
    assert back.dynamics.name == "leaky integrator"
    assert dict(zip(back.nodes, back.parameters[:, back.dynamics.parameters.index(("tau", 1.0))], strict=True)) == {
        ("x", 0): 1.0, 1: taus[1], "1": 1.0,
    }  # fmt: skip


def test_a_damaged_box_gives_a_graph_or_a_sentence(monkeypatch):
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.MOST_SECONDS", 1)
    assert damaged(".nir", 15, seed=1, graph=complete(DEEP, 0.8)) < 15
