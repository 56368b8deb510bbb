"""Where nodes stand: columns along the edges where there are no cycles, forces in a large sparse graph."""

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.drawing.layout import Drawn, positions
from neurograph.graphs.from_networkx import read_graph


def placed(graph, layout=None):
    table = read_graph(graph)
    drawn = Drawn(table.nodes, table.roles, table.pre, table.post, table.weights)
    places, _ = positions(drawn, layout, 0.0)
    return dict(zip(graph, places, strict=True))


def with_roles(graph, inputs=(), outputs=()):
    nx.set_edge_attributes(graph, 1.0, "weight")
    nx.set_node_attributes(graph, dict.fromkeys(inputs, "input") | dict.fromkeys(outputs, "output"), "role")
    return graph


@given(seed=st.integers(0, 10**6), nodes=st.integers(2, 12))
def test_without_cycles_every_hidden_edge_goes_to_the_right(seed, nodes):
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for j in range(nodes) for i in range(j) if rng.random() < 0.4]
    graph = nx.DiGraph()
    graph.add_nodes_from(rng.permutation(nodes).tolist())
    graph.add_edges_from(pairs)
    graph.add_node("y", role="output")
    places = placed(with_roles(graph))
    assert all(places[pre][0] < places[post][0] for pre, post in pairs)
    assert len({tuple(place) for place in places.values()}) == nodes + 1


def test_forces_keep_what_is_joined_together_and_answers_flow_right():
    rng = np.random.default_rng(0)
    sides = [range(40), range(40, 80)]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(80))
    for side in sides:
        graph.add_edges_from((i, j) for i in side for j in side if i != j and rng.random() < 0.3)
    graph.add_edges_from((i, i + 40) for i in range(4))
    graph.add_edges_from([*(("x", i) for i in range(40)), *((i, "y") for i in range(40, 80))])
    places = placed(with_roles(graph, "x", "y"))
    middles = [np.mean([places[node] for node in side], axis=0) for side in sides]
    spread = max(np.std([places[node] for node in side], axis=0).max() for side in sides)
    assert middles[1][0] - middles[0][0] > 2 * spread
    assert places["x"][0] < min(places[node][0] for node in range(80))
    assert places["y"][0] > max(places[node][0] for node in range(80))
    again = placed(with_roles(graph, "x", "y"))
    assert all(np.array_equal(places[node], again[node]) for node in graph)


def test_a_dense_graph_stands_on_a_circle():
    places = placed(ng.topologies.complete(inputs=2, hidden=60, outputs=1, seed=0))
    radii = [np.linalg.norm(places[f"h{k}"]) for k in range(60)]
    assert np.allclose(radii, radii[0])


@given(seed=st.integers(0, 10**6), nodes=st.integers(2, 30), scale=st.sampled_from([1e-6, 1.0, 1e6]))
def test_a_layout_of_the_user_keeps_its_form_and_neighbours_do_not_touch(seed, nodes, scale):
    """Its places times one number, by which the smallest gap, or a quarter of the median one, is 1.2."""
    given_places = scale * np.random.default_rng(seed).normal(size=(nodes, 2))
    graph = with_roles(nx.complete_graph(nodes, nx.DiGraph), outputs=[0])
    places = np.array([*placed(graph, dict(enumerate(given_places))).values()])
    assert np.allclose(places * given_places[0, 0], given_places * places[0, 0], rtol=1e-9, atol=1e-12 * scale)
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    nearest = np.sort(gaps, axis=1)[:, 1]
    assert np.isclose(max(nearest.min(), np.median(nearest) / 4), 1.2)


def test_a_layout_whose_places_are_all_one_is_left_as_it_is():
    graph = with_roles(nx.complete_graph(3, nx.DiGraph), outputs=[0])
    assert {tuple(place) for place in placed(graph, dict.fromkeys(range(3), (2.0, 5.0))).values()} == {(2.0, 5.0)}


def test_outputs_alone_are_not_one_column():
    graph = nx.complete_graph(6, create_using=nx.DiGraph)
    places = np.array(list(placed(with_roles(graph, outputs=range(6))).values()))
    assert np.allclose(np.linalg.norm(places, axis=1), np.linalg.norm(places[0]))  # a circle
    assert np.ptp(places[:, 0]) > 1.0
