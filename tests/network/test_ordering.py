import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.network.ordering import Schedule
from tests.strategies import NAMED, graphs_for


def subgraph_of(graph):
    return ng.compile(graph, ng.dynamics.additive("tanh")).connectivity.subgraph


def ends(subgraph):
    """Places, among the moving nodes, of the ends of their edges."""
    return subgraph.place[subgraph.pre[subgraph.recurrent.ids]], subgraph.place[subgraph.post[subgraph.recurrent.ids]]


def drawn(count, edges, seed=0):
    rng = np.random.default_rng(seed)
    pre, post = rng.integers(0, count, edges), rng.integers(0, count, edges)
    return pre, post


def assert_valid(schedule, count, pre, post):
    assert sorted(schedule.order.tolist()) == list(range(count))
    assert schedule.blocks[0] == 0
    assert schedule.blocks[-1] == count
    graph = nx.DiGraph(list(zip(pre.tolist(), post.tolist(), strict=True)))
    graph.add_nodes_from(range(count))
    components = {frozenset(part) for part in nx.strongly_connected_components(graph) if len(part) > 1}
    spans = list(zip(schedule.blocks[:-1], schedule.blocks[1:], strict=True))
    found = [frozenset(schedule.order[a:b].tolist()) for a, b in spans]
    assert all(found)
    assert {part for part, cyclic in zip(found, schedule.cyclic, strict=True) if cyclic} == components
    block = np.repeat(np.arange(len(spans)), np.diff(schedule.blocks))[schedule.rank]
    back = schedule.rank[pre] > schedule.rank[post]
    assert np.all(block[pre] <= block[post])
    assert np.all(schedule.cyclic[block[pre[back]]])
    assert np.all(block[pre[back]] == block[post[back]])
    assert set(schedule.blocks) <= set(schedule.colours)
    colour = np.repeat(np.arange(schedule.colours.size - 1), np.diff(schedule.colours))[schedule.rank]
    assert np.all((colour[pre] != colour[post]) | (pre == post))


@given(graphs_for(NAMED["additive"], max_free=9))
@settings(max_examples=150)
def test_blocks_are_the_components_in_topological_order_and_colours_are_independent(graph):
    subgraph = subgraph_of(graph)
    assert_valid(subgraph.schedule, subgraph.moving.size, *ends(subgraph))


@pytest.mark.parametrize(("count", "edges"), [(300, 280), (300, 500), (200, 2000), (40, 1600), (50, 0)])
@pytest.mark.parametrize("seed", range(3))
def test_larger_graphs_are_scheduled_too(count, edges, seed):
    pre, post = drawn(count, edges, seed)
    assert_valid(Schedule.of(count, pre, post, np.arange(5)), count, pre, post)


@given(graphs_for(NAMED["additive"], max_free=9))
def test_every_edge_goes_forward_or_back_or_to_itself_by_both_of_its_ends(graph):
    subgraph = subgraph_of(graph)
    rank = subgraph.schedule.rank
    visited = subgraph.visited
    (forward, forward_back), (feedback, feedback_back) = visited.forward, visited.feedback
    assert np.array_equal(visited.node[: rank.size], subgraph.moving[subgraph.schedule.order])
    assert sorted(visited.clamped.ids) == subgraph.clamped.ids.tolist()
    _, loops = subgraph.loops
    assert sorted([*forward.ids, *feedback.ids, *loops]) == subgraph.recurrent.ids.tolist()
    for incidence, sign in ((forward, 1), (feedback, -1)):
        at = np.repeat(subgraph.schedule.order, np.diff(incidence.indptr))
        assert np.array_equal(subgraph.moving[at], subgraph.post[incidence.ids])
        assert np.array_equal(visited.node[incidence.other], subgraph.pre[incidence.ids])
        assert np.all(np.sign(rank[at] - incidence.other) == sign)
    for incidence, turned in ((forward, forward_back), (feedback, feedback_back)):
        at = np.repeat(subgraph.schedule.order, np.diff(turned.indptr))
        assert sorted(turned.ids) == sorted(incidence.ids)
        assert np.array_equal(subgraph.moving[at], subgraph.pre[turned.ids])
        assert np.array_equal(visited.node[turned.other], subgraph.post[turned.ids])


@pytest.mark.parametrize("feedback", [False, True])
def test_the_colours_of_a_layered_network_are_its_layers_from_the_inputs_on(feedback):
    graph = ng.topologies.layered(inputs=3, hidden=(5, 4, 6), outputs=2, feedback=feedback, seed=0)
    graph = nx.relabel_nodes(graph, {node: (k * 7) % 23 for k, node in enumerate(graph)})
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    subgraph, schedule = network.connectivity.subgraph, network.connectivity.subgraph.schedule
    inputs = {network.nodes[place] for place in network.connectivity.inputs}
    depth = nx.multi_source_dijkstra_path_length(graph, inputs, weight=lambda *_: 1)
    layers = [
        [depth[network.nodes[subgraph.moving[place]]] for place in schedule.order[a:b]]
        for a, b in zip(schedule.colours[:-1], schedule.colours[1:], strict=True)
    ]
    assert layers == [[1] * 5, [2] * 4, [3] * 6, [4] * 2]
    assert schedule.cyclic.tolist() == [feedback]


def test_few_edges_go_back():
    """A drawn order has half of them going back, the one with the fewest in a ring a single one."""
    count = 400
    pre, post = drawn(count, 2000)
    rank = Schedule.of(count, pre, post, np.arange(8)).rank
    assert np.mean(rank[pre] > rank[post]) < 0.3
    ring = np.random.default_rng(1).permutation(count)
    rank = Schedule.of(count, ring, np.roll(ring, -1), ring[7:8]).rank
    assert np.sum(rank[ring] > rank[np.roll(ring, -1)]) == 1
    assert rank[ring[7]] == 0


def test_nothing_moves_in_a_schedule_of_nothing():
    none = np.empty(0, np.int64)
    schedule = Schedule.of(0, none, none, none)
    assert schedule.order.size == schedule.cyclic.size == 0
    assert schedule.blocks.tolist() == schedule.colours.tolist() == [0]
