"""When edges were there: what the logs say of each step, against the graphs that shorter runs end with."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import ParameterError
from neurograph.graphs.from_networkx import read_graph
from neurograph.growth import Added
from neurograph.html.edge_times import MOST_TOLD, EdgeTimes, with_late
from neurograph.html.page import page
from neurograph.pruning import Removed
from tests.html.test_page import drawn, parts
from tests.training.networks import XOR


def run(**how):
    network = ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, bias=True, seed=0))
    return ng.train(network, *XOR, target_cost=None, seed=0, **how)


REWIRED = {"pruner": ng.pruning.magnitude(0.3), "grower": ng.growth.random(every=2), "epochs": 12}


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


def test_the_page_has_what_came_and_left_again_and_says_when():
    fit = run(**REWIRED)
    text = page(fit.network, removed=fit.removed, added=fit.added)
    told, _, rest = parts(text)
    label = [node["label"] for node in told["nodes"]]
    both = {one.edge for one in fit.added} - set(fit.network.edges)
    assert both - set(fit.graph_after(0).to_graph().edges)  # neither in the first graph nor in the last
    assert {(label[pre], label[post]) for pre, post, *_ in told["left"]} >= both
    for pre, post, _, _, facts, *_ in told["edges"] + told["left"]:
        for kind, log in (("left", fit.removed), ("came", fit.added)):
            mine = [one for one in log if one.edge == (label[pre], label[post])]
            wanted = {f"{kind} after epoch {one.epoch + 1}" for one in mine}
            assert {name for name in facts if name.startswith(kind)} == wanted
            for one in mine:
                words = facts[f"{kind} after epoch {one.epoch + 1}"]
                assert words == f"weight {one.weight:.4g}, score {one.score:.4g}: {one.reason}"
    assert "Graph metrics before, during and after" in rest
    assert "Graph metrics" not in page(fit.network)


def test_the_slider_shows_the_edges_of_each_epoch_and_marks_what_came(opened):
    fit = run(**REWIRED)
    tab = opened(fit.network, removed=fit.removed, added=fit.added, history=fit.history)
    there = "cy.edges(':visible').map(e => [e.source(), e.target()].map(n => nodes[n.data('place')].label).join(' '))"
    epochs = [0, *tab.evaluate("steps.epochs")]
    assert tab.inner_text("#log-kind") == "Edges in time"
    tab.focus("#log")
    tab.keyboard.press("Home")
    assert tab.inner_text("#log-said") == "before the first edge left or came"
    for before, epoch in zip([0, *epochs], epochs, strict=False):
        graph = fit.graph_after(epoch).to_graph()
        assert drawn(tab) == graph.number_of_edges()
        assert set(tab.evaluate(there)) == {" ".join(edge) for edge in graph.edges}
        came = graph.edges - fit.graph_after(before).to_graph().edges
        assert tab.evaluate("cy.edges('.came').length") == len(came)
        assert tab.inner_text("#count") == f"{len(graph.edges)} of {len(graph.edges)} edges drawn"
        if epoch:
            assert tab.inner_text("#log-said").startswith(f"after epoch {epoch}")
            assert tab.inner_text("#log-said").endswith(f"{len(came)} came")
            x = 52 + (436 - 52) * (epoch - 1) / 11
            assert tab.evaluate("document.querySelector('.curve .mark').x1.baseVal.value") == pytest.approx(x, abs=1e-3)
        tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Home")
    tab.check("#ghosts")
    assert tab.evaluate("cy.edges('.gone:visible').length") == 0
    assert "came in the epoch that is shown" in tab.inner_text("#legend")


def test_the_head_of_a_column_of_metrics_moves_the_slider(opened):
    fit = run(**REWIRED)
    tab = opened(fit.network, removed=fit.removed, added=fit.added)
    head = tab.locator("#metrics th[data-step] button").nth(1)
    head.click()
    assert tab.inner_text("#log-said").startswith(f"after epoch {head.inner_text()}:")
    column = tab.evaluate("[...document.querySelectorAll('#metrics .now')].map(cell => cell.textContent)")
    graph = fit.graph_after(int(head.inner_text())).to_graph()
    assert column[:2] == [head.inner_text(), str(graph.number_of_edges())]


def test_a_click_on_an_edge_keeps_its_facts_until_the_next(opened):
    graph = nx.DiGraph([("x", "y", {"weight": -0.5})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    added = [Added(("x", "y"), 3, 0.0, 0.25, "drawn")]
    tab = opened(graph, added=added)
    drawn(tab)
    middle = tab.evaluate("cy.edges()[0].renderedMidpoint()")
    tab.mouse.click(middle["x"], middle["y"])
    for _ in range(2):
        said = tab.inner_text("#facts").split("\n")
        assert said[-2:] == ["came after epoch 4", "weight 0, score 0.25: drawn"]
        tab.mouse.move(1, 1)
        drawn(tab)
    tab.mouse.click(5, 5)
    assert tab.inner_text("#facts").startswith("Point at")
    assert tab.inner_text("#log-kind") == "Growth"
