import numpy as np
import pytest

import neurograph as ng
from neurograph.simulation.product import product_of
from neurograph.simulation.turning import Turning, reflected
from tests.simulation.networks import some, unitary


def test_the_vector_of_a_network_gives_the_network():
    network = unitary(units=8)
    turning = Turning.of(network)
    values = turning.vector(network)
    assert values.size == turning.size == 2 * 4 * 8 + 3 * 8 + 2 * 2 * 8 + 8 + 2
    back = turning.moved(network, values)
    assert np.abs(back.weights - network.weights).max() < 1e-15
    assert np.array_equal(back.biases, network.biases)


def test_every_parameter_moves_the_numbers_that_it_should_and_no_others():
    network = unitary(units=4)
    turning = Turning.of(network)
    graph, values = network.to_graph(), turning.vector(network)
    moved = turning.moved(network, values + 0.1).to_graph()
    for pre, post, data in graph.edges(data=True):
        weight, new, factor = data["weight"], moved.edges[pre, post]["weight"], data.get("factor")
        if factor is None:
            assert new == pytest.approx(weight + 0.1 + 0.1j)
        elif factor in ("D1", "D2", "D3"):
            assert new == pytest.approx(weight * np.exp(0.1j))
        elif "hub" not in (pre[1], post[1]):
            assert new == weight
    for node, data in graph.nodes(data=True):
        if "bias" in data:
            assert moved.nodes[node]["bias"] == pytest.approx(data["bias"] + 0.1)


def test_w_is_unitary_after_any_step():
    network = unitary(units=16)
    turning, rng = Turning.of(network), np.random.default_rng(0)
    values = turning.vector(network)
    for _ in range(30):
        values = values + rng.normal(size=values.size)
        W = product_of(turning.moved(network, values)).matrix()
        assert np.abs(W @ W.conj().T - np.eye(16)).max() < 1e-13


def test_a_reflection_turns_its_vector_round():
    r = some(5)
    assert np.allclose(r + reflected(r) * np.vdot(r, r), -r)


def test_what_is_not_plastic_stays():
    graph = unitary(units=4).to_graph()
    fixed = [(("h", 0), ("D1", 0)), (("x", 0), ("h", 1))]
    for edge in fixed:
        graph.edges[edge]["plastic"] = False
    for other in ("R1",):
        for *_, data in graph.edges(data=True):
            if data.get("factor") == other:
                data["plastic"] = False
    network = ng.compile(graph, ng.dynamics.unitary())
    turning = Turning.of(network)
    assert len(turning.reflections) == 1
    moved = turning.moved(network, turning.vector(network) + 0.3).to_graph()
    for pre, post, data in graph.edges(data=True):
        if not data.get("plastic", True):
            assert moved.edges[pre, post]["weight"] == data["weight"]


@pytest.mark.parametrize(
    ("edge", "change", "words"),
    [
        ((("h", 0), ("D1", 0)), {"weight": 1.5}, r"modulus 1\.5"),
        ((("R1", "hub"), ("R1", 1)), {"weight": 0.1j}, "no reflection"),
        ((("F", 1, 0), ("R1", 0)), {"weight": 1j}, "another weight than 1"),
        ((("F", 1, 0), ("R1", 0)), {"plastic": True}, "only some edges are plastic"),
        ((("F", 0, 0), ("F", 1, 0)), {"plastic": True}, "neither a diagonal nor a reflection"),
    ],
)
def test_a_factor_that_cannot_stay_unitary_is_refused_by_name(edge, change, words):
    graph = unitary(units=4).to_graph()
    graph.edges[edge].update(change)
    with pytest.raises(ng.GraphError, match=words):
        Turning.of(ng.compile(graph, ng.dynamics.unitary()))


def test_what_is_nearly_unitary_but_off_by_more_than_rounding_is_refused_too():
    graph = unitary(units=4).to_graph()
    graph.edges[("h", 0), ("D1", 0)]["weight"] *= 1.0 + 1e-6
    with pytest.raises(ng.GraphError, match="of modulus"):
        Turning.of(ng.compile(graph, ng.dynamics.unitary()))
    graph = unitary(units=4).to_graph()
    for pre, post, data in graph.edges(data=True):  # a long r, whose hub sends little, off by 1e-8 of it
        if data.get("factor") == "R1" and ("R1", "hub") in (pre, post):
            data["weight"] *= 1e6 if post == ("R1", "hub") else 1e-6 * (1.0 + 1e-8)
    with pytest.raises(ng.GraphError, match="R1 is no reflection"):
        Turning.of(ng.compile(graph, ng.dynamics.unitary()))
