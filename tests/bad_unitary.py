"""What users get wrong about unitary networks: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph

HALF = {"weight": 0.5 + 0.5j}


def graph(**changes):
    """Build a unitary graph; each change is of an edge or a node, by its label."""
    built = ng.topologies.unitary(inputs=2, units=4, outputs=1, seed=0)
    for place, data in changes.get("edges", {}).items():
        built.add_edge(*place, **data)
    for node, data in changes.get("nodes", {}).items():
        built.add_node(node, **data)
    return built


def network(**changes):
    return ng.compile(graph(**changes), ng.dynamics.unitary())


X, Y = np.ones((2, 3, 2)), np.ones((2, 1))
LOOP = {("D1", 0): {"weight": 1.0}}

UNITARY = [
    (
        "complex weights of a real dynamics",
        lambda: ng.compile(graph()),
        ["('x', 0) -> ('h', 0)", "real", "dynamics.unitary()"],
    ),
    (
        "complex weights of another dynamics",
        lambda: ng.compile(small_graph(xh={"weight": 1j}), ng.dynamics.additive()),
        ["'x' -> 'h' has weight 1j", "additive (tanh)", "dynamics.unitary()"],
    ),
    ("units that are no power of two", lambda: ng.topologies.unitary(units=48), ["units is 48", "32 or 64"]),
    ("one unit", lambda: ng.topologies.unitary(units=1), ["units is 1", "power of two"]),
    ("no inputs", lambda: ng.topologies.unitary(inputs=0), ["inputs is 0", ">= 1"]),
    ("unitary in float32", lambda: ng.compile(graph(), ng.dynamics.unitary(), np.float32), ["float32", "complex128"]),
    (
        "a hidden node of no population",
        lambda: ng.compile(small_graph(), ng.dynamics.unitary()),
        ["'h' has the population None", "'neuron'", "'relay'"],
    ),
    (
        "relays alone",
        lambda: ng.compile(small_graph(h={"population": "relay"}), ng.dynamics.unitary()),
        ["'x' -> 'h'", "from inputs to neurons", "remove it"],
    ),
    (
        "no W",
        lambda: ng.compile(
            ng.topologies.from_graph(
                small_graph(h={"population": "neuron", "role": "hidden"}).edge_subgraph([("x", "h"), ("h", "y")])
            ),
            ng.dynamics.unitary(),
        ),
        ["no edge from neuron to neuron", "topologies.unitary"],
    ),
    (
        "an edge from an input to a relay",
        lambda: network(edges={(("x", 0), ("D1", 0)): HALF}),
        ["('x', 0) -> ('D1', 0)", "from inputs to neurons"],
    ),
    (
        "an edge from a relay to an output",
        lambda: network(edges={(("D1", 0), ("y", 0)): HALF}),
        ["('D1', 0) -> ('y', 0)", "neurons to outputs"],
    ),
    (
        "an edge from an output",
        lambda: network(edges={(("y", 0), ("h", 0)): HALF}),
        ["('y', 0) -> ('h', 0)", "remove it"],
    ),
    (
        "relays in a circle",
        lambda: network(edges={(("D1", 0), ("P", 0)): HALF, (("P", 0), ("D1", 0)): HALF}),
        ["relay", "hears itself", "circles"],
    ),
    ("a bias of a relay", lambda: network(nodes={("D1", 0): {"bias": 0.1}}), ["('D1', 0) is a relay", "bias"]),
    ("a bias node", lambda: network(nodes={"b": {"role": "bias"}}), ["'b' has role 'bias'", "'bias' attribute"]),
    ("a tie", lambda: network(edges={(("h", 0), ("D1", 0)): {"tie": 1}}), ["('h', 0) -> ('D1', 0)", "tie"]),
    ("a sign", lambda: network(nodes={("h", 0): {"sign": 1}}), ["('h', 0) has a sign", "sign"]),
    (
        "a weight that is not finite",
        lambda: network(edges={(("h", 0), ("D1", 0)): {"weight": complex("nan")}}),
        ["nan"],
    ),
    ("settling a unitary network", lambda: ng.settle(network(), Y), ["no equilibrium", "neurograph.simulate"]),
    ("sampling one", lambda: ng.sample(network(), Y), ["'unitary'", "'binary'"]),
    ("x of two dimensions", lambda: ng.simulate(network(), Y), ["x has shape (2, 1)", "(batch, time, 2)"]),
    ("x of one sample", lambda: ng.simulate(network(), X[0]), ["x has shape (3, 2)", "x[None]"]),
    ("a sequence of other inputs", lambda: ng.simulate(network(), X[:, :, :1]), ["(2, 3, 1)", "(batch, time, 2)"]),
    ("a sequence with NaN", lambda: ng.simulate(network(), np.nan * X), ["x[0, 0, 0]", "('x', 0)", "nan"]),
    ("an empty sequence", lambda: ng.simulate(network(), X[:, :0]), ["empty", "one step"]),
    ("states of another size", lambda: ng.simulate(network(), X, start=np.ones(3)), ["(3,)", "(neurons,) = (4,)"]),
    ("a start by a word", lambda: ng.simulate(network(), X, start="warm"), ["start is 'warm'", ".last"]),
    ("y of another time", lambda: ng.train(network(), X, np.ones((2, 5, 1))), ["y has shape (2, 5, 1)", "(2, 3, 1)"]),
    ("no y of sequences", lambda: ng.train(network(), X), ["y is missing", "every step"]),
    ("a local rule", lambda: ng.train(network(), X, Y, rule=ng.rules.deep()), ["rule is deep", "through_time()"]),
    (
        "a solver of sequences",
        lambda: ng.train(network(), X, Y, solver=ng.solvers.Newton()),
        ["solver", "leave it out"],
    ),
    (
        "through time, of rates",
        lambda: ng.train(ng.compile(small_graph()), [[0.0]], [[0.0]], rule=ng.rules.through_time()),
        ["through time", "rules.asymmetric_ep()"],
    ),
    ("a factor that is not there", lambda: ng.prune(network(), ng.pruning.factors("Q")), ["'Q'", "'D1'", "'R2'"]),
    ("no factor", lambda: ng.pruning.factors(), ["names is ()", "factors('R2', 'D3')"]),
    (
        "factors of rates",
        lambda: ng.prune(ng.compile(small_graph()), ng.pruning.factors("R2")),
        ["deep", "expected a unitary network"],
    ),
    ("what a unitary edge is worth", lambda: ng.prune(network(), ng.pruning.saliency(0.5)), ["equilibrium", "factors"]),
    ("certifying with x", lambda: ng.certify(network(), Y), ["x is given", "certify(network)"]),
    ("GraphML of complex weights", lambda: ng.write(network(), "net.graphml"), ["GraphML", ".json or .npz"]),
    ("measures of complex weights", lambda: ng.graph_metrics(network()), ["complex weights", "moduli"]),
    ("few levels of complex weights", lambda: ng.quantise(network(), 4), ["no equilibrium"]),
    ("a delay of none", lambda: ng.tasks.copying(0), ["delay is 0", ">= 1"]),
    ("a length of one", lambda: ng.tasks.adding(1), ["length is 1", ">= 2"]),
    ("a memory of 1", lambda: ng.optimisers.rmsprop(memory=1.0), ["memory is 1.0", "< 1"]),
    ("recall of other samples", lambda: ng.plots.recall(np.ones((2, 3, 4)), [[1, 2]]), ["(2, 3, 4)", "(1, 2)"]),
]
