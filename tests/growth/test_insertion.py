"""The insertion of new edges: against the same graph built by networkx, with ties, signs, delays and certificates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph import _checks
from neurograph.growth.base import Choice, Grower
from neurograph.growth.candidates import edge_codes
from neurograph.growth.insertion import comes_in_pairs, grow_now
from neurograph.network.compilation import check_symmetric
from neurograph.pruning.removal import prune_now
from tests.growth.networks import absent, machine, sparse
from tests.strategies import NAMED, SEEDS, graphs_for


class Told(Grower):
    """A grower of the pairs (post, pre) that it is told, in their order, with these weights."""

    def __init__(self, pairs, weights=None):
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "weights", np.zeros(len(pairs)) if weights is None else np.array(weights, float))

    def choose(self, asked):
        n = len(asked.network.nodes)
        return Choice(
            np.array([j * n + i for j, i in self.pairs], np.int64), np.arange(float(len(self.pairs))), "told to"
        )

    def first_weights(self, count, rng):
        return self.weights[:count]


def grown(network, grower, count=1000, **more):
    return grow_now(network, grower, np.random.default_rng(0), 3, count, **more)


@st.composite
def cases(draw):
    """Draw a network that may have lost edges, and some of its absent pairs in any order."""
    kind = draw(st.sampled_from(list(NAMED)))
    graph = draw(graphs_for(NAMED[kind]))
    network = ng.compile(graph, NAMED[kind], draw(st.sampled_from([np.float64, np.float32])))
    if draw(st.booleans()):
        pruner, rng = ng.pruning.random(0.4), np.random.default_rng(draw(SEEDS))
        network = prune_now(network, pruner, rng, 0).network
    every = absent(network, comes_in_pairs(network))
    chosen = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    return network, chosen, draw(st.lists(st.floats(-1, 1, width=32), min_size=len(chosen), max_size=len(chosen)))


@given(cases())
@settings(max_examples=150)
def test_the_larger_network_is_the_graph_with_these_edges(case):
    """Compiled anew from networkx: order, weights, ties and what edges carry."""
    network, chosen, weights = case
    step = grown(network, Told(chosen, weights))
    graph, n, free = network.to_graph(), network.nodes, set(network.connectivity.free.tolist())
    paired = comes_in_pairs(network)
    wanted = []
    for (j, i), w in zip(chosen, weights, strict=True):
        both = paired and i in free
        tie = {"tie": f"new {i} {j}"} if both else {}
        for pre, post in [(n[i], n[j]), (n[j], n[i])][: 1 + both]:
            graph.add_edge(pre, post, weight=w, **tie)
            wanted.append((pre, post))
    plain = ng.compile(graph, network.dynamics, network.dtype)
    assert step.network.edges == plain.edges
    assert np.array_equal(step.network.weights, plain.weights)
    assert step.network.dtype == network.dtype
    assert np.array_equal(step.network.connectivity.plastic, plain.connectivity.plastic)
    same = [one.connectivity.ties for one in (step.network, plain)]
    assert (same[0] is None) == (same[1] is None)
    assert same[0] is None or np.array_equal(np.equal.outer(same[0], same[0]), np.equal.outer(same[1], same[1]))
    assert [one.edge for one in step.added] == wanted
    assert [one.weight for one in step.added] == [dict(zip(plain.edges, plain.weights, strict=True))[e] for e in wanted]
    assert all(one.epoch == 3 and one.reason == "told to" for one in step.added)
    ours, theirs = step.network.to_graph(), plain.to_graph()
    assert list(ours.edges) == list(theirs.edges)
    for edge in ours.edges:
        one, other = (dict(g.edges[edge]) for g in (ours, theirs))
        if edge in wanted:
            assert ("tie" in one) == ("tie" in other)
            one.pop("tie", None), other.pop("tie", None)
        assert one == other
    again = ng.compile(ours, network.dynamics, network.dtype)
    assert np.array_equal(again.weights, step.network.weights)
    if network.dynamics.symmetric and check_ok(network):
        check_symmetric(step.network)


def check_ok(network):
    try:
        check_symmetric(network)
    except ng.GraphError:
        return False
    return True


def test_no_more_come_than_are_asked_for_and_a_pair_counts_twice():
    network = machine()
    pairs = [pair for pair in absent(network, paired=True) if pair[1] in network.connectivity.free]
    for count in range(5):
        step = grown(network, Told(pairs), count)
        assert len(step.added) == 2 * (count // 2)
        assert step.network.weights.size == network.weights.size + len(step.added)


def test_edges_come_in_pairs_where_all_do_and_where_the_rule_needs_it():
    loose, tied = sparse(), ng.compile(ng.topologies.symmetric(sparse()), ng.dynamics.additive("tanh"))
    assert not comes_in_pairs(loose)
    assert comes_in_pairs(tied)
    assert comes_in_pairs(machine())
    assert comes_in_pairs(loose, ng.rules.ep())
    assert not comes_in_pairs(loose, ng.rules.asymmetric_ep())
    shared = ng.topologies.from_edges(
        ([0, 1], [2, 3], [0.5, 0.5]), nodes=range(4), inputs=[0, 1], outputs=[2, 3]
    ).to_graph()
    for edge in shared.edges:
        shared.edges[edge]["tie"] = "a"
    assert not comes_in_pairs(ng.compile(shared))  # ties, but none between free neurons
    check_symmetric(grown(tied, ng.growth.random(count=6), 6).network, "ep")


def test_a_new_weight_has_the_sign_of_its_neuron():
    graph = sparse().to_graph()
    signs = dict(zip(graph, [1, -1, 1, -1, None, 1, -1, None, 1, -1], strict=True))
    for node, sign in signs.items():
        if sign is not None:
            graph.nodes[node]["sign"] = sign
    for pre, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"]) * (signs[pre] or 1)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    pairs = absent(network)
    step = grown(network, Told(pairs, np.where(np.arange(len(pairs)) % 2, 0.3, -0.3)))
    for k, one in enumerate(step.added):
        assert one.weight == {1: 0.3, -1: -0.3, None: 0.3 if k % 2 else -0.3}[signs[one.edge[0]]]


def test_a_pair_that_is_tied_joins_neurons_of_one_sign():
    graph = ng.topologies.symmetric(ng.topologies.random(2, 8, 1, density=0.15, seed=0))
    free = [node for node in graph if graph.nodes[node].get("role") != "input"]
    signs = dict(zip(graph, [None, None, 1, 1, -1, -1, None, None, 1, 1, -1], strict=True))
    for pre, post in list(graph.edges):
        if signs[pre] != signs[post] and pre in free:
            graph.remove_edge(pre, post)
    for node, sign in signs.items():
        if sign:
            graph.nodes[node]["sign"] = sign
    for pre, _, data in graph.edges(data=True):
        data["weight"] = abs(data["weight"]) * (signs[pre] or 1)
    network = ng.compile(graph, ng.dynamics.hopfield())
    step = grown(network, ng.growth.random(count=1000, weight=-0.3))
    for one in step.added:
        pre, post = one.edge
        assert pre not in free or signs[pre] == signs[post]
        assert one.weight == 0.3 * (signs[pre] or -1)
    every = [(u, v) for u in graph for v in free if u != v and (u not in free or signs[u] == signs[v])]
    assert set(step.network.edges) == set(every)
    assert ng.compile(step.network.to_graph(), ng.dynamics.hopfield()).edges == step.network.edges
    assert len(step.added) == len(every) - network.weights.size
    apart = next((u, v) for u in free for v in free if signs[u] != signs[v])
    with pytest.raises(ng.ParameterError, match="one sign"):
        grown(network, ng.growth.random(count=1, candidates=[apart]))


def test_new_edges_have_no_delay_and_the_others_keep_theirs():
    graph = sparse().to_graph()
    for k, (_, _, data) in enumerate(graph.edges(data=True)):
        data["delay"] = float(k + 1)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    after = grown(network, Told(absent(network)[:4])).network
    delays = dict(zip(after.edges, after.delays, strict=True))
    before = dict(zip(network.edges, network.delays, strict=True))
    assert delays == {edge: before.get(edge, 0.0) for edge in after.edges}


def test_nothing_of_the_network_before_changes():
    network = sparse()
    codes, weights, nodes = edge_codes(network), network.weights.copy(), network.connectivity.table.nodes
    step = grown(network, Told(absent(network)[:4]))
    assert np.array_equal(edge_codes(network), codes)
    assert np.array_equal(network.weights, weights)
    assert step.network.connectivity.table.nodes is nodes  # so that logs join as columns
    assert grown(network, Told(absent(network)), 0).network is network


def strong(weight):
    network = sparse(ng.dynamics.vector_field(), scale=0.1)
    pairs = absent(network)
    return network, Told(pairs, np.full(len(pairs), weight))


def test_what_must_hold_does_after_growth():
    keep = ng.certificates.contracting(rate=0.3)
    network, grower = strong(0.5)
    assert keep.holds(network)
    assert not keep.holds(grown(network, grower).network)
    step = grown(network, grower, keep=keep)
    assert keep.holds(step.network)
    assert len(step.added) == len(grower.pairs)
    assert not step.held
    weights = dict(zip(step.network.edges, step.network.weights, strict=True))
    assert [one.weight for one in step.added] == [weights[one.edge] for one in step.added]


class AtMost(ng.certificates.Constraint):
    """A network may have so many edges; no weights make fewer of them."""

    def __init__(self, edges):
        self.edges, self.asked = edges, 0

    def certificate(self, network):
        raise NotImplementedError

    def holds(self, network):
        return network.weights.size <= self.edges

    def project(self, network):
        self.asked += 1
        if not self.holds(network):
            raise ng.ParameterError("too many")
        return network


def test_what_cannot_be_kept_does_not_come():
    network = sparse()
    pairs, n = absent(network), network.nodes
    for more in (0, 1, 5, len(pairs) - 1, len(pairs), len(pairs) + 3):
        keep = AtMost(network.weights.size + more)
        step = grown(network, Told(pairs), keep=keep)
        assert [one.edge for one in step.added] == [(n[i], n[j]) for j, i in pairs[:more]]
        assert list(step.held) == [(n[i], n[j]) for j, i in pairs[more:]]
        assert keep.asked <= 1 + np.ceil(np.log2(len(pairs) + 1))


def test_what_does_not_fit_is_refused_before_it_is_tried(monkeypatch, tmp_path):
    said = tmp_path / "meminfo"
    said.write_text("MemAvailable: 1024 kB\n")
    monkeypatch.setattr(_checks, "MEMINFO", str(said))
    graph = ng.topologies.random(inputs=2, hidden=400, outputs=1, density=0.01, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    monkeypatch.setattr(ng.growth.base.NewEdges, "pool", None)  # nothing is looked for
    for grower in (ng.growth.random(count=10**9), ng.growth.random(count=1, candidates=10**9)):
        with pytest.raises(ng.GraphTooLargeError, match=r"growing \d+ edges takes about"):
            ng.grow(network, grower, seed=0)


@pytest.mark.parametrize("grower", [ng.growth.random(count=2), ng.growth.returned()])
def test_a_unitary_network_does_not_grow(grower):
    network = ng.compile(ng.topologies.unitary(inputs=1, units=4, outputs=1, seed=0), ng.dynamics.unitary())
    with pytest.raises(ng.ParameterError, match="these are unitary: expected no grower"):
        grown(network, grower, 2)
