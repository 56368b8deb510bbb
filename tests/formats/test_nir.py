"""NIR: what it holds comes back, what it cannot hold is refused by name, and nir itself finds the same dynamics."""

import re

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
