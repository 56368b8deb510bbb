"""When edges were there: what the logs say of each step, against the graphs that shorter runs end with."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import ParameterError
from neurograph.graphs.from_networkx import read_graph
from neurograph.growth import Added
from neurograph.html.edge_times import MOST_TOLD, EdgeTimes, with_late
from neurograph.pruning import Removed
from tests.training.networks import XOR


def run(**how):
    network = ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, bias=True, seed=0))
    return ng.train(network, *XOR, target_cost=None, seed=0, **how)


def chain(*edges):
    graph = nx.DiGraph()
    graph.add_edges_from(edges, weight=1.0)
    graph.nodes[edges[-1][1]]["role"] = "output"
    return read_graph(graph)


def left(epoch, edge=("x", "y")):
    return Removed(edge, epoch, 0.5, 0.0, "weak")


def came(epoch, edge=("x", "y")):
    return Added(edge, epoch, 0.0, 0.0, "drawn")


def edges(table):
    return {(table.nodes[pre], table.nodes[post]) for pre, post in zip(table.pre, table.post, strict=True)}


@pytest.mark.parametrize("pruner", [None, ng.pruning.magnitude(0.3)], ids=repr)
def test_each_step_is_the_graph_after_its_epoch(pruner):
    fit = run(pruner=pruner, grower=ng.growth.random(every=2, count=None if pruner else 3), epochs=9)
    table = fit.network.to_table()
    times = EdgeTimes.of(table, fit.removed, fit.added)
    assert times.count == len(times.epochs) > 2
    for step, epoch in enumerate([0, *times.epochs]):
        assert edges(times.graph(table, step)) == edges(fit.graph_after(epoch))
        assert times.edges(table)[step] == len(edges(fit.graph_after(epoch)))
    assert times.edges(table)[1:] == [fit.history["edges"][epoch - 1] for epoch in times.epochs]


def test_neurons_that_left_are_in_the_graphs_before():
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.9))
    table = pruning.network.to_table()
    times = EdgeTimes.of(table, pruning.removed, ())
    assert pruning.neurons
    assert set(with_late(table, times.left(table))) == set(network.nodes)
    assert times.epochs is None
    assert edges(times.graph(table, 0)) == set(network.edges)
    assert times.edges(table) == list(range(len(network.edges), len(pruning.network.edges) - 1, -1))


@pytest.mark.parametrize(
    ("there", "removed", "added", "steps"),
    [
        (True, [left(1)], [came(3)], [2, 4]),
        (False, [left(1), left(5)], [came(3)], [2, 4, 6]),
        (False, [left(3)], [came(1)], [2, 4]),
        (True, [left(3)], [came(1), came(3)], [2]),  # left and came again at once
        (False, [left(3)], [came(3)], []),  # came and left at once
        (True, [left(3)], [], []),  # the log of what came is not given
        (False, [], [came(3)], []),  # nor that of what left
        (False, [left(1), left(3)], [], [4]),
    ],
)
def test_an_edge_may_leave_and_come_again(there, removed, added, steps):
    table = chain(("x", "y"), ("y", "z")) if there else chain(("y", "x"), ("y", "z"))
    times = EdgeTimes.of(table, removed, [came(9, ("y", "z")), *added])
    found = times.changes.get(("x", "y"), [])
    assert [times.epochs[step - 1] for step in found] == steps
    for step in range(times.count + 1):
        odd = sum(one > step for one in found) % 2 == 1
        assert (("x", "y") in edges(times.graph(table, step))) == (there != odd)


def test_its_facts_say_when_and_why_and_of_many_changes_the_last():
    table = chain(("x", "y"))
    times = EdgeTimes.of(table, [left(2)], [came(4)])
    assert times.facts(("x", "y")) == {
        "left after epoch 3": "weight 0.5, score 0: weak", "came after epoch 5": "weight 0, score 0: drawn",
    }  # fmt: skip
    assert times.facts(("y", "x")) == {}
    many = EdgeTimes.of(table, [left(2 * k) for k in range(9)], [came(2 * k + 1) for k in range(9)])
    facts = many.facts(("x", "y"))
    assert len(facts) == MOST_TOLD + 1
    assert facts["before that"] == "10 more changes"
    assert list(facts)[-1] == "came after epoch 18"


def test_a_log_of_something_else_is_refused():
    table = chain(("x", "y"))
    for wrong in (("a", "b"), came(1), Removed(("a", "b"), 1, np.nan, 0.0, "")):
        with pytest.raises(ParameterError, match=r"removed holds .* fit\.removed"):
            EdgeTimes.of(table, [wrong], ())
    with pytest.raises(ParameterError, match=r"added holds .* fit\.added"):
        EdgeTimes.of(table, (), [left(1)])
