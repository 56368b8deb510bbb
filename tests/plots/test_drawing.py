"""The drawn network."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.colors import to_hex
from scipy.spatial.distance import pdist

import neurograph as ng
from neurograph import plots
from neurograph.drawing.looks import NEGATIVE, POSITIVE
from neurograph.graphs.from_networkx import read_graph
from tests.plots.figures import arrows, complete, drawn, nodes
from tests.strategies import graphs


@given(graph=graphs(self_loops=True))
@settings(max_examples=12, deadline=None)
def test_every_node_and_edge_is_drawn_once_by_role_and_sign(graph):
    figure = plots.network(graph)
    edges, shapes = arrows(figure), nodes(figure)
    assert set(edges) == {f"edge {u!r} -> {v!r}" for u, v in graph.edges}
    assert set(shapes) == {f"node {node!r}" for node in graph}
    looks = {}
    for u, v, weight in graph.edges(data="weight"):
        arrow = edges[f"edge {u!r} -> {v!r}"]
        colour = to_hex(arrow.get_edgecolor()).upper()
        assert (colour == POSITIVE) == (weight > 0)
        assert (colour == NEGATIVE) == (weight < 0)
        looks.setdefault(np.sign(weight), set()).add(type(arrow.get_arrowstyle()))
    assert all(len(kinds) == 1 for kinds in looks.values())
    assert len(set().union(*looks.values())) == len(looks)
    widths = [(abs(w), edges[f"edge {u!r} -> {v!r}"].get_linewidth()) for u, v, w in graph.edges(data="weight")]
    ordered = [width for _, width in sorted(widths)]
    assert ordered == sorted(ordered)
    drawn(figure)


def ends(arrow):
    """First and last point of an edge's line, in the units of the axes."""
    path = arrow.get_transform().inverted().transform_path(arrow._get_path_in_displaycoord()[0][0])
    return path.vertices[0], path.vertices[2]


@pytest.mark.parametrize("layout", ["circle", "layers"])
def test_an_edge_runs_from_its_first_node_to_its_second(layout):
    graph = complete(scale=1.0)
    figure = plots.network(graph, layout=layout)
    drawn(figure)
    shapes = nodes(figure)
    for u, v in graph.edges:
        arrow = arrows(figure)[f"edge {u!r} -> {v!r}"]
        for node, end in zip((u, v), ends(arrow), strict=True):
            distance = {name: np.linalg.norm(np.subtract(end, shape.xy)) for name, shape in shapes.items()}
            assert min(distance, key=distance.get) == f"node {node!r}"
            assert distance[f"node {node!r}"] < 0.6


def test_the_ends_of_edges_at_a_node_lie_on_its_border_apart_from_each_other():
    graph = complete(scale=1.0)
    figure = plots.network(graph)
    drawn(figure)
    for node in graph:
        shape = nodes(figure)[f"node {node!r}"]
        starts = np.array([ends(arrows(figure)[f"edge {node!r} -> {v!r}"])[0] for v in graph[node]])
        outline = shape.get_path().transformed(shape.get_patch_transform())
        middle = np.array(shape.xy)
        assert all(outline.contains_point(middle + 0.98 * (point - middle)) for point in starts)
        assert not any(outline.contains_point(middle + 1.02 * (point - middle)) for point in starts)
        assert pdist(starts).min() > 0.03


def test_the_two_edges_of_a_pair_bend_to_different_sides():
    graph = complete()
    figure = plots.network(graph)
    shapes, edges = nodes(figure), arrows(figure)
    for u, v in graph.edges:
        if not graph.has_edge(v, u):
            continue
        start, end = (np.array(shapes[f"node {node!r}"].xy) for node in (u, v))
        across = np.array([end[1] - start[1], start[0] - end[0]])
        path = edges[f"edge {u!r} -> {v!r}"]
        there = _middle(path) - (start + end) / 2
        back = _middle(edges[f"edge {v!r} -> {u!r}"]) - (start + end) / 2
        assert across @ there > 0 > across @ back


def _middle(arrow):
    path = arrow.get_transform().inverted().transform_path(arrow._get_path_in_displaycoord()[0][0])
    start, control, end = path.vertices[:3]
    return (start + 2 * control + end) / 4


@pytest.mark.parametrize("hidden", [0, 1, 4, 17])
@pytest.mark.parametrize("layout", ["circle", "layers"])
def test_inputs_stand_left_and_outputs_right(hidden, layout):
    graph = complete(hidden=hidden)
    shapes = nodes(plots.network(graph, layout=layout))
    places = np.array([shapes[f"node {node!r}"].xy for node in graph])
    role = np.array([graph.nodes[node].get("role", "hidden") for node in graph])
    left, right = np.isin(role, ("input", "bias")), role == "output"
    middle = places[role == "hidden", 0] if hidden else np.zeros(1) + places[:, 0].mean()
    assert places[left, 0].max() < middle.min()
    assert middle.max() < places[right, 0].min()
    assert pdist(places).min() > 0.65


def test_a_layered_network_stands_in_layers_and_a_recurrent_one_on_a_circle():
    layered = nx.DiGraph()
    layers = [[("layer", k, place) for place in range(m)] for k, m in enumerate((2, 3, 3, 1))]
    for k, layer in enumerate(layers):
        layered.add_nodes_from(layer, role=("input", "hidden", "hidden", "output")[k])
    for k in range(3):
        layered.add_edges_from(((u, v) for u in layers[k] for v in layers[k + 1]), weight=1.0)
    shapes = nodes(plots.network(layered))
    across = [{round(shapes[f"node {node!r}"].xy[0], 6) for node in layer} for layer in layers]
    assert [len(places) for places in across] == [1, 1, 1, 1]
    assert [*map(min, across)] == sorted(map(min, across))
    circle = nodes(plots.network(complete()))
    hidden = np.array([circle[f"node 'h{k}'"].xy for k in range(5)])
    assert np.allclose(np.linalg.norm(hidden - hidden.mean(axis=0), axis=1), np.linalg.norm(hidden[0]))


def test_a_layout_of_ones_own_keeps_its_shape():
    graph = complete()
    given_places = nx.circular_layout(graph)
    shapes = nodes(plots.network(graph, layout=given_places))
    drawn_places = np.array([shapes[f"node {node!r}"].xy for node in graph])
    wanted = np.array([given_places[node] for node in graph])
    assert np.allclose(pdist(drawn_places) / pdist(wanted), pdist(drawn_places)[0] / pdist(wanted)[0])


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("spiral", "layout is 'spiral': expected 'circle', 'layers'"),
        ({}, "layout has no place for node 'x0'"),
        ({**nx.circular_layout(complete()), "h1": 3.0}, r"layout has 3.0 for node 'h1': expected two finite numbers"),
        ({**nx.circular_layout(complete()), "h1": (1, np.nan)}, "for node 'h1'"),
        ({**nx.circular_layout(complete()), "h1": "up"}, "layout has 'up' for node 'h1'"),
    ],
)
def test_a_layout_is_refused(layout, message):
    with pytest.raises(ng.ParameterError, match=message):
        plots.network(complete(), layout=layout)


def test_a_network_and_its_graph_give_the_same_drawing(network):
    first, second = arrows(plots.network(network)), arrows(plots.network(network.to_graph()))
    assert first.keys() == second.keys()
    assert all(first[name].get_linewidth() == second[name].get_linewidth() for name in first)


def test_a_table_is_drawn_like_its_graph():
    graph = complete()
    table = read_graph(graph)
    assert np.array_equal(*(drawn(plots.network(each)).buffer_rgba() for each in (graph, table)))


def test_a_fit_in_place_of_a_network_is_told_apart(fit):
    with pytest.raises(ng.ParameterError, match=r"network is of type TrainingState: .*pass fit\.network"):
        plots.network(fit)


def test_a_pruned_network_is_drawn_without_the_edges_that_left(network):
    pruned = ng.prune(network, ng.pruning.magnitude(fraction=0.6)).network
    assert set(arrows(plots.network(pruned))) == {f"edge {u!r} -> {v!r}" for u, v in pruned.edges}


def test_a_graph_that_cannot_be_compiled_is_refused():
    with pytest.raises(ng.GraphError, match="has no weight"):
        plots.network(nx.DiGraph([(0, 1)]))


@pytest.mark.parametrize("hidden", [5, 24])
@pytest.mark.parametrize("long", [False, True])
def test_labels_and_legend_cover_nothing(hidden, long):
    network = ng.prune(ng.compile(complete(hidden=hidden)), ng.pruning.magnitude(fraction=0.9)).network
    graph = network.to_graph()
    if long:
        graph = nx.relabel_nodes(graph, {node: ("population", k, "a long name") for k, node in enumerate(graph)})
    figure = plots.network(graph)
    renderer = drawn(figure)
    ax = figure.axes[0]
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == len(graph)
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k])
        assert figure.bbox.contains(box.x0, box.y0)
        assert figure.bbox.contains(box.x1, box.y1)
    shapes = [shape.get_window_extent(renderer) for shape in nodes(figure).values()]
    legend = ax.get_legend().get_window_extent(renderer)
    assert not any(legend.overlaps(box) for box in [*boxes, *shapes])
    assert not any(
        box.overlaps(shape) for k, box in enumerate(boxes) for j, shape in enumerate(shapes) if long or j != k
    )


def test_above_forty_nodes_no_node_is_named():
    for count in (40, 41):
        ring = nx.DiGraph([(k, (k + 1) % count, {"weight": 1.0}) for k in range(count)])
        ring.nodes[0]["role"] = "output"
        assert len(plots.network(ring).axes[0].texts) == (40 if count == 40 else 0)


def test_the_legend_names_what_is_there_and_nothing_else():
    graph = nx.DiGraph([("x", "y", {"weight": -2.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    legend = plots.network(graph).axes[0].get_legend()
    labels = [text.get_text() for text in legend.get_texts() if text.get_text().strip()]
    assert labels == ["input", "output", "negative weight", "|w| = 2", "|w| = 0.5"]


LEARNERS = (ng.rules.vector_field(), ng.rules.deep())


@pytest.mark.parametrize(("count", "edges", "shown"), [(299, 900, 900), (300, 600, 600), (300, 900, 600)])
def test_of_a_crowd_the_strongest_edges_are_drawn_and_the_legend_says_so(count, edges, shown):
    rng = np.random.default_rng(0)
    graph = nx.gnm_random_graph(count, edges, seed=0, directed=True)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.normal())
    graph.nodes[0]["role"] = "output"
    figure = plots.network(graph)
    sizes = {f"edge {u!r} -> {v!r}": abs(weight) for u, v, weight in graph.edges(data="weight")}
    strongest = sorted(sizes, key=sizes.get)[edges - shown :]
    assert set(arrows(figure)) == set(strongest)
    assert len(nodes(figure)) == count
    said = figure.axes[0].get_legend().get_title()
    if shown == edges:
        assert said.get_text() == ""
        return
    least = min(sizes[name] for name in strongest)
    assert said.get_text() == f"the strongest 600 of 900 edges, |w| \N{GREATER-THAN OR EQUAL TO} {least:.2g}"
    figure.canvas.draw()
    low, high = figure.axes[0].get_legend().get_window_extent().get_points()
    assert (low >= 0.0).all()
    assert (high <= figure.bbox.get_points()[1]).all()


def test_complex_weights_are_drawn_by_their_moduli():
    network = ng.compile(ng.topologies.unitary(1, 2, 1, seed=0), ng.dynamics.unitary())
    figure = ng.plots.network(network)
    assert len(arrows(figure)) == network.weights.size
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "complex weight" in texts
    assert f"|w| = {np.abs(network.weights).max():.2g}" in texts
