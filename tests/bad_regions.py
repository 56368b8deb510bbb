"""What users get wrong about regions of inputs: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph


def network(dynamics=None, **changes):
    return ng.compile(small_graph(**changes), dynamics or ng.dynamics.additive("relu"))


SEVERAL = {"hy": {"weight": 3.0}, "yh": {"weight": 3.0}, "h": {"bias": 0.1}, "y": {"bias": 0.1}}

REGIONS = [
    ("a graph", lambda: ng.characterise(small_graph(), [0.5]), ["of type DiGraph", "compile the graph first"]),
    (
        "several equilibria",
        lambda: ng.characterise(network(ng.dynamics.vector_field(), **SEVERAL), [0.5], budget=20.0),
        ["no certificate of a unique equilibrium", "certificates.contracting()"],
    ),
    (
        "a property that is false at x0",
        lambda: ng.characterise(network(), [0.5], prove=ng.regions.bound("y", least=0.4)),
        ["+1 y >= 0.4", "at x0 the difference is -0.31", "holds at x0"],
    ),
    ("no time at all", lambda: ng.characterise(network(), [0.5], budget=0.0), ["budget is 0.0", "> 0"]),
    ("too little time", lambda: ng.characterise(network(), [0.5], budget=1e-9), ["budget is 1e-09 s", "expected more"]),
    (
        "smooth neurons",
        lambda: ng.characterise(network(ng.dynamics.additive("sigmoid")), [0.5]),
        ["node 'h'", "sigmoid", "not piecewise linear", "additive('relu')"],
    ),
    ("several inputs as x0", lambda: ng.characterise(network(), [[0.5]]), ["x0 has shape (1, 1)", "x[0]"]),
    ("x0 that is not finite", lambda: ng.characterise(network(), [np.nan]), ["'x'", "nan", "finite"]),
    (
        "an empty domain",
        lambda: ng.characterise(network(), [0.5], domain=(0.5, 0.5)),
        ["domain of input 'x' goes from 0.5 to 0.5", "low < high"],
    ),
    ("a domain without x0", lambda: ng.characterise(network(), [3.0]), ["x0 is 3", "'x'", "from 0 to 1"]),
    (
        "a property as text",
        lambda: ng.characterise(network(), [0.5], prove="y"),
        ["prove is 'y'", "regions.decision()"],
    ),
    ("binary neurons", lambda: ng.characterise(network_of_bits(), [0.5]), ["binary neurons", "sample"]),
]


def network_of_bits():
    graph = ng.topologies.symmetric(ng.topologies.complete(0, 2, 2, bias="neurons", seed=0))
    return ng.compile(graph, ng.dynamics.binary())
