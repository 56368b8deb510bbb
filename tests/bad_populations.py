"""What users get wrong about populations: rows of the table of bad input."""

import neurograph as ng
from tests.remedies.row import small_graph


def with_loop(graph):
    graph.add_edge("h", "h", weight=0.1)
    return graph


POPULATIONS = [
    (
        "a node of no population",
        lambda: ng.compile(small_graph(h={"population": "a"}), {"a": ng.dynamics.additive()}),
        ["'y' has no population", "'a'", "graph.nodes['y']['population']"],
    ),
    (
        "a population without dynamics",
        lambda: ng.compile(small_graph(h={"population": "a"}, y={"population": "b"}), {"a": ng.dynamics.additive()}),
        ["'y' has the population 'b'", "no dynamics", "'a'"],
    ),
    (
        "a dynamics without its population",
        lambda: ng.compile(
            small_graph(h={"population": "a"}, y={"population": "a"}),
            {"a": ng.dynamics.additive(), "b": ng.dynamics.deep()},
        ),
        ["the population 'b'", "no node", "leave it out"],
    ),
    (
        "an input of no population, where what it sends depends on it",
        lambda: ng.compile(
            small_graph(h={"population": "a"}, y={"population": "b"}),
            {"a": ng.dynamics.additive(), "b": ng.Dynamics("-s + I", transfer="tanh(s)")},
        ),
        ["'x' has no population", "what it sends"],
    ),
    ("no population at all", lambda: ng.compile(small_graph(), {}), ["empty mapping", "neurograph.Dynamics"]),
    (
        "a population that is no text",
        lambda: ng.compile(small_graph(), {1: ng.dynamics.deep()}),
        ["population 1", "text"],
    ),
    (
        "a population by name",
        lambda: ng.compile(small_graph(), {"a": "tanh"}),
        ["dynamics['a'] is 'tanh'", "dynamics.deep()"],
    ),
    (
        "a bias where its population has no place for it",
        lambda: ng.compile(
            small_graph(h={"population": "a", "bias": 1.0}, y={"population": "b"}),
            {"a": ng.dynamics.deep(), "b": ng.dynamics.additive()},
        ),
        ["'h' has a bias", "deep", "no b in its drift"],
    ),
    (
        "a self-loop of a population that has none",
        lambda: ng.compile(
            with_loop(small_graph(h={"population": "a"}, y={"population": "b"})),
            {"a": ng.dynamics.deep(), "b": ng.dynamics.additive()},
        ),
        ["'h' -> 'h'", "self-loop", "deep"],
    ),
    (
        "a parameter called as the populations are",
        lambda: ng.Dynamics("-s*population", parameters={"population": 1.0}),
        ["'population'", "expected an identifier other than"],
    ),
]
