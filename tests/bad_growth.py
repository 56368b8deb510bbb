"""What users get wrong about growth: rows of the table of bad input."""

import networkx as nx

import neurograph as ng
from tests.remedies.row import small_graph


def network():
    return ng.compile(small_graph(), ng.dynamics.additive("tanh"))


def full():
    return ng.grow(network(), ng.growth.random(count=99), seed=0).network


def placed(**places):
    return ng.compile(small_graph(**{node: {"position": place} for node, place in places.items()}))


X, Y = [[0.0], [1.0]], [[0.0], [1.0]]
ONE = ng.growth.random(count=1)


def among(*pairs):
    return ng.growth.random(count=1, candidates=list(pairs))


def trained(grower, of=network, **options):
    return ng.train(of(), X, Y, grower=grower, epochs=1, seed=0, **options)


GROWTH = [
    ("a grower by name", lambda: ng.grow(network(), "rigl"), ["'rigl'", "neurograph.growth"]),
    ("growing a graph", lambda: ng.grow(small_graph(), ONE), ["DiGraph", "neurograph.compile"]),
    (
        "growth without candidates",
        lambda: ng.grow(full(), ONE),
        ["Random", "every pair of two nodes"],
    ),
    (
        "a candidate that is there",
        lambda: ng.grow(network(), among(("x", "h"))),
        ["its candidates is an edge"],
    ),
    ("no candidate at all", lambda: among(), ["candidates is []", "names no pair", "('x', 'y')"]),
    ("a candidate graph without edges", lambda: ng.growth.rigl(candidates=nx.DiGraph()), ["names no pair"]),
    ("growth without candidates in training", lambda: trained(ONE, full), ["every pair of two nodes", "sparser"]),
    ("an edge into an input", lambda: ng.grow(network(), among(("h", "x"))), ["'h' -> 'x'", "'input'", "clamped"]),
    ("an edge into an input in training", lambda: trained(among(("h", "x"))), ["'h' -> 'x'", "'input'"]),
    ("a candidate of no network", lambda: ng.grow(network(), among(("h", "z"))), ["'z'", "which the network has not"]),
    ("undirected candidates", lambda: ng.growth.random(candidates=nx.Graph([("x", "y")])), ["graph.to_directed()"]),
    ("candidates of no pairs", lambda: ng.growth.random(candidates=["xyz", "a"]), ["candidates is", "('x', 'y')"]),
    ("a share of candidates", lambda: ng.growth.random(candidates=0.5), ["candidates is 0.5", "whole number"]),
    ("no positions", lambda: ng.grow(network(), ng.growth.distance(1.0, count=1)), ["'x'", "'position'", "2 numbers"]),
    (
        "a position of one number",
        lambda: ng.grow(placed(x=(0, 0), h=(1,), y=(0, 1)), ng.growth.distance(1.0, count=1)),
        ["'h'", "(1,)", "expected 2 numbers"],
    ),
    ("a length of 0", lambda: ng.growth.distance(0.0), ["length is 0.0", "> 0"]),
    (
        "activity without x",
        lambda: ng.grow(network(), ng.growth.activity(count=1)),
        ["Activity", "are missing"],
    ),
    ("RigL without y", lambda: ng.grow(network(), ng.growth.rigl(count=1), X), ["Rigl", "y is missing", "x, y"]),
    ("homeostasis without x", lambda: ng.grow(network(), ng.growth.homeostatic(0.5)), ["Homeostatic", "missing"]),
    ("a grower without a pruner", lambda: trained(ng.growth.random()), ["as many edges as a pruner takes", "pruner="]),
    ("the graph after more epochs than there were", lambda: trained(ONE).graph_after(2), ["epochs is 2", "had 1"]),
    ("RigL of an online rule", lambda: trained(ng.growth.rigl(count=1), rule=ng.rules.stdp()), ["stdp", "rigl(rule="]),
    (
        "RigL of an online rule, before the first epoch",
        lambda: trained(ng.growth.rigl(count=1, every=50, until=50), rule=ng.rules.stdp()),
        ["stdp", "rigl(rule="],
    ),
    ("growth that ends before it begins", lambda: ng.growth.random(every=10, until=5), ["until is 5", "every is 10"]),
    ("a decay that never ends", lambda: ng.growth.random(decay="cosine"), ["decay is 'cosine'", "until=100"]),
]
