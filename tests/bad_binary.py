"""What users get wrong about binary neurons: rows of the table of bad input."""

import networkx as nx
import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph


def graph():
    graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    nx.set_node_attributes(graph, "output", "role")
    return ng.topologies.symmetric(graph)


def machine():
    return ng.compile(graph(), ng.dynamics.binary())


X = np.eye(2)
NAN = float("nan")

BINARY = [
    ("targets for sample", lambda: ng.sample(machine(), X, X), ["y is given", "no targets", "held in x"]),
    (
        "a sweep without free neurons",
        lambda: ng.sample(machine(), X),
        ["x holds every visible neuron", "no free neuron", "expected NaN"],
    ),
    ("a sample of rates", lambda: ng.sample(ng.compile(small_graph())), ["'rate'", "neurograph.dynamics.binary()"]),
    ("a binary network to settle", lambda: ng.settle(machine(), X), ["flip at random", "neurograph.sample(network)"]),
    (
        "a rule that needs phases",
        lambda: ng.train(machine(), X, rule=ng.rules.asymmetric_ep()),
        ["rule is asymmetric ep", "compares equilibria", "rules.variational_probability_flow()"],
    ),
    (
        "samples that are shared",
        lambda: ng.torch.train(machine(), X),
        ["binary neurons", "not shared", "expected neurons with rates", "neurograph.train"],
    ),
    ("targets to train", lambda: ng.train(machine(), X, X), ["y is given", "train(network, x)"]),
    (
        "a sampled rule for rates",
        lambda: ng.train(ng.compile(small_graph()), [[0.0]], [[0.0]], rule=ng.rules.contrastive_divergence()),
        ["rule is contrastive divergence", "rules.asymmetric_ep()"],
    ),
    ("a state that is no chance", lambda: ng.sample(machine(), [[2.0, NAN]]), ["x[0, 0]", "'a'", "is 2", "0, 1"]),
    ("data that are missing", lambda: ng.train(machine(), [[1.0, NAN]]), ["x[0, 1]", "'b'", "nan", "chance of 1"]),
    ("data of another width", lambda: ng.train(machine(), np.eye(3)), ["x has shape (3, 3)", "(rows, 2)"]),
    ("an input among binary neurons", lambda: ng.compile(small_graph(), ng.dynamics.binary()), ["'x'", "'output'"]),
    (
        "weights of one way",
        lambda: ng.compile(one_way(), ng.dynamics.binary()),
        ["0 -> 1", "topologies.symmetric(graph)"],
    ),
    ("log odds of the own state", lambda: ng.dynamics.binary("I + s"), ["log_odds", "'s'"]),
    ("a certificate of a step", lambda: ng.certify(machine(), dt=0.1), ["dt is given", "binary neurons"]),
    ("saliency", lambda: ng.prune(machine(), ng.pruning.saliency(0.5)), ["Saliency", "binary neurons", "magnitude"]),
    ("retraining within prune", lambda: ng.prune(machine(), ng.pruning.magnitude(0.5), X, retrain=2), ["x is given"]),
    ("more states than can be enumerated", lambda: ng.exact_distribution(many()), ["21 neurons", "at most 20"]),
]


def one_way():
    graph = nx.DiGraph([(0, 1, {"weight": 1.0})])
    nx.set_node_attributes(graph, "output", "role")
    return graph


def many():
    graph = nx.DiGraph()
    graph.add_nodes_from(range(21), role="output")
    return ng.compile(graph, ng.dynamics.binary())
