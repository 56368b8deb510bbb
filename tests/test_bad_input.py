"""One table of what users get wrong: each gets a named error that says culprit and remedy, and changes nothing."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.solvers import Euler
from tests.bad_binary import BINARY
from tests.bad_brian import IN_TIME
from tests.bad_compression import COMPRESSION
from tests.bad_delays import DELAYS
from tests.bad_growth import GROWTH
from tests.bad_pictures import PICTURES
from tests.bad_plasticity import LEARNING
from tests.bad_populations import POPULATIONS
from tests.bad_regions import REGIONS
from tests.bad_reservoirs import RESERVOIRS
from tests.bad_simulation import SIMULATION
from tests.bad_unitary import UNITARY
from tests.bad_variables import VARIABLES
from tests.remedies.row import small_graph as graph


def with_edge(pre, post, **data):
    g = graph()
    g.add_edge(pre, post, **data)
    return g


def network():
    return ng.compile(graph())


def two():
    g = graph()
    g.nodes["h"]["role"] = "output"
    return ng.compile(g)


CE = ng.costs.cross_entropy()


def no_output():
    g = graph()
    del g.nodes["y"]["role"]
    return g


def no_weight():
    g = graph()
    del g.edges["x", "h"]["weight"]
    return g


def unstable():
    g = graph(hy={"weight": 3.0}, yh={"weight": 3.0})
    return ng.compile(g, dynamics=ng.dynamics.additive("relu"))


X, Y = [[0.0], [1.0]], [[0.0], [1.0]]

GRAPHS = [
    ("no output node", no_output, ["no node has role 'output'", "['role'] = 'output'"]),
    ("no nodes", nx.DiGraph, ["no nodes", "expected at least one"]),
    ("an edge into an input", lambda: with_edge("h", "x", weight=1.0), ["'h' -> 'x'", "'input'", "remove the edge"]),
    (
        "an edge into a bias node",
        lambda: (g := with_edge("h", "b", weight=1.0)).nodes["b"].update(role="bias") or g,
        ["'h' -> 'b'", "'bias'", "remove the edge"],
    ),
    ("a self-loop", lambda: with_edge("h", "h", weight=1.0), ["'h' -> 'h'", "self-loop", "remove_edge"]),
    ("no weight", no_weight, ["'x' -> 'h' has no weight", "from_graph"]),
    ("weight None", lambda: graph(xh={"weight": None}), ["'x' -> 'h' has weight None", "finite number"]),
    ("weight a text", lambda: graph(xh={"weight": "0.5"}), ["weight '0.5'", "finite number"]),
    ("weight NaN", lambda: graph(xh={"weight": float("nan")}), ["weight nan", "finite number"]),
    ("weight infinite", lambda: graph(xh={"weight": -np.inf}), ["weight -inf", "finite number"]),
    ("weight a bool", lambda: graph(xh={"weight": True}), ["weight True", "finite number"]),
    ("weight complex", lambda: graph(xh={"weight": 1j}), ["weight 1j", "finite number"]),
    ("weight an array", lambda: graph(xh={"weight": np.ones(2)}), ["weight array", "finite number"]),
    ("an unknown role", lambda: graph(h={"role": "hiden"}), ["'h'", "'hiden'", "'hidden'"]),
    ("a role that is no text", lambda: graph(h={"role": 1}), ["'h'", "role 1", "'hidden'"]),
    ("a bias that is a text", lambda: graph(h={"bias": "high"}), ["'h'", "'high'", "finite number"]),
    ("a bias that is NaN", lambda: graph(h={"bias": np.nan}), ["'h'", "nan", "finite number"]),
    ("a bias at an input", lambda: graph(x={"bias": 1.0}), ["'x'", "clamped", "remove"]),
    ("a bias that deep has no place for", lambda: graph(h={"bias": 0.1}), ["'h'", "no b in its drift", "role 'bias'"]),
    ("plastic that is no bool", lambda: graph(xh={"plastic": "no"}), ["'x' -> 'h'", "'no'", "True or False"]),
    ("a tie that cannot be compared", lambda: graph(hy={"tie": [1]}), ["tie [1]", "text, a number"]),
    ("a tie of unequal weights", lambda: graph(hy={"tie": 1}, yh={"tie": 1}), ["tied", "0.4", "-0.3", "equal"]),
    ("a parameter that is no number", lambda: graph(h={"extra_leak": "big"}), ["'h'", "extra_leak", "'big'"]),
    ("an unknown sign", lambda: graph(h={"sign": "positive"}), ["'h'", "'positive'", "'excitatory' or 'inhibitory'"]),
    ("a sign that is no sign", lambda: graph(h={"sign": -2}), ["'h'", "sign -2", "1 or -1"]),
    (
        "a weight against its node's sign",
        lambda: graph(h={"sign": "inhibitory"}),
        ["'h' -> 'y'", "0.4", "'h' is inhibitory", "<= 0", "topologies.dale(graph"],
    ),
    (
        "a tie between signs",
        lambda: graph(
            h={"sign": "excitatory"},
            y={"sign": "inhibitory"},
            hy={"tie": 1, "weight": 0.0},
            yh={"tie": 1, "weight": 0.0},
        ),
        ["'h' -> 'y'", "'y' -> 'h'", "tied", "'h' is excitatory", "'y' is inhibitory", "one sign"],
    ),
    ("an undirected graph", lambda: nx.Graph([(0, 1)]), ['undirected="both"', "from_graph"]),
    ("parallel edges", lambda: nx.MultiDiGraph([(0, 1, {"weight": 1.0})] * 2), ["output"]),
    ("a matrix for a graph", lambda: np.eye(3), ["ndarray", "from_matrix"]),
    ("a text for a graph", lambda: "net.json", ["str", "networkx.DiGraph"]),
    (
        "dynamics in the graph that are none",
        lambda: (g := graph()).graph.update(dynamics={"drift": "-s"}) or g,
        ["dynamics", "keys"],
    ),
    (
        "dynamics in the graph that run code",
        lambda: (
            (g := graph()).graph.update(
                dynamics={**ng.dynamics.vector_field().to_dict(), "drift": "__import__('os').system('true')"}
            )
            or g
        ),
        ["drift", "__import__"],
    ),
]

OF_PARTS = [
    *BINARY, *COMPRESSION, *DELAYS, *IN_TIME, *LEARNING, *PICTURES,
    *POPULATIONS, *REGIONS, *RESERVOIRS, *SIMULATION, *UNITARY,
    *VARIABLES,
    *GROWTH,
]  # fmt: skip

CALLS = [
    ("dynamics by name", lambda: ng.compile(graph(), dynamics="deep"), ["'deep'", "neurograph.dynamics.deep()"]),
    ("an integer dtype", lambda: ng.compile(graph(), dtype=int), ["dtype", "float64 or float32"]),
    (
        "a weight too large for float32",
        lambda: ng.compile(graph(xh={"weight": 1e300}), dtype=np.float32),
        ["1e+300", "float32", "float64"],
    ),
    (
        "dynamics in the graph that are none, beside others",
        lambda: ng.compile((g := graph()).graph.update(dynamics=3) or g, ng.dynamics.vector_field()),
        ["dynamics is 3", "keys"],
    ),
    (
        "hopfield, not symmetric",
        lambda: ng.compile(graph(), ng.dynamics.hopfield()),
        ["'y' -> 'h'", "topologies.symmetric(graph)"],
    ),
    ("a graph that is not compiled", lambda: ng.settle(graph(), X), ["DiGraph", "neurograph.compile(graph)"]),
    ("x of the wrong width", lambda: ng.settle(network(), [[0.0, 1.0]]), ["x has shape (1, 2)", "(batch, 1)"]),
    ("x of one dimension", lambda: ng.settle(network(), [0.5]), ["x has shape (1,)", "np.reshape(x, (-1, 1))"]),
    (
        "x of three dimensions",
        lambda: ng.settle(network(), np.ones((1, 1, 1))),
        ["x has shape (1, 1, 1)", "(batch, 1)"],
    ),
    ("x empty", lambda: ng.settle(network(), np.empty((0, 1))), ["x is empty", "at least one sample"]),
    ("x with NaN", lambda: ng.settle(network(), [[0.0], [np.nan]]), ["x[1, 0]", "'x'", "nan", "finite"]),
    ("x of text", lambda: ng.settle(network(), [["a"]]), ["x cannot be read as numbers", "(batch, 1)"]),
    ("x ragged", lambda: ng.settle(network(), [[0.0], [1.0, 2.0]]), ["x cannot be read as numbers", "(batch, 1)"]),
    ("y of the wrong width", lambda: ng.settle(network(), X, y=[[0, 1]] * 2, beta=1.0), ["y has shape", "output"]),
    ("y of another length", lambda: ng.settle(network(), X, y=[[0.0]], beta=1.0), ["y has 1 samples and x has 2"]),
    (
        "settling with no shares",
        lambda: ng.settle(two(), X, y=[[0.5, 0.6]] * 2, cost=CE),
        ["y[0] is [0.5, 0.6]", "to 1"],
    ),
    ("settling with shares below 0", lambda: ng.settle(two(), X, y=[[-0.5, 1.5]] * 2, cost=CE), ["y[0] is", ">= 0"]),
    ("settling with one share", lambda: ng.settle(network(), X, y=Y, cost=CE), ["one output, 'y'", "squared_error()"]),
    ("beta without y", lambda: ng.settle(network(), X, beta=1.0), ["beta", "y is missing"]),
    ("beta NaN", lambda: ng.settle(network(), X, y=Y, beta=np.nan), ["beta is nan", "finite"]),
    ("a start of another shape", lambda: ng.settle(network(), X, start=np.ones(5)), ["start has shape (5,)", "(3,)"]),
    ("a start with NaN", lambda: ng.settle(network(), X, start=np.nan), ["start", "finite"]),
    ("a start by an unknown word", lambda: ng.settle(network(), X, start="random"), ["'random'", "'uniform'"]),
    ("a solver by name", lambda: ng.settle(network(), X, solver="euler"), ["'euler'", "Euler(dt=0.05)"]),
    ("dt 0", lambda: Euler(dt=0.0), ["dt is 0.0", "> 0"]),
    ("no steps", lambda: Euler(steps=0), ["steps is 0", ">= 1"]),
    ("half a step", lambda: Euler(steps=1.5), ["steps is 1.5", "whole number"]),
    ("a negative tolerance", lambda: Euler(tol=-1e-6), ["tol is -1e-06", ">= 0"]),
    (
        "an implicit leak that is not linear",
        lambda: ng.settle(ng.compile(graph(), ng.Dynamics("-s**3 + I")), X, solver=Euler(implicit=True)),
        ["implicit", "Euler(implicit=False)"],
    ),
    (
        "an implicit leak that is negative",
        lambda: ng.settle(
            ng.compile(graph(yh={"weight": -9.0}), ng.dynamics.deep("signed")), X, solver=Euler(implicit=True)
        ),
        ["'y'", "-9", "Euler(implicit=False)"],
    ),
    ("a record of an unknown node", lambda: ng.settle(network(), X, record=ng.Record(nodes=("z",))), ["'z'"]),
    (
        "a record of every 0th step",
        lambda: ng.settle(network(), X, record=0),
        ["from one frame to the next, is 0", ">= 1"],
    ),
    ("a divergent run", lambda: ng.settle(unstable(), X), ["sample 1", "node", "step", "1/max|A_jj|"]),
    ("a divergent training", lambda: ng.train(unstable(), X, Y), ["sample", "node", "step", "1/max|A_jj|"]),
    ("a fit for a network", lambda: ng.settle(ng.train(network(), X, Y, epochs=1), X), ["State", "pass its .network"]),
    ("y of one row too many", lambda: ng.train(network(), X, [0, 1, 1]), ["y has 3 samples", "x has 2"]),
    ("a label outside the outputs", lambda: ng.train(two(), X, [0, 2]), ["y[1] is the label 2", "from 0 to 1"]),
    ("a label below 0", lambda: ng.train(two(), X, [-1, 1]), ["y[0] is the label -1", "from 0 to 1"]),
    ("labels that are no whole numbers", lambda: ng.train(two(), X, [0.0, 1.0]), ["y has shape (2,)", "(batch, 2)"]),
    (
        "targets that are no shares",
        lambda: ng.train(two(), X, [[0.0, 1.0], [1.0, 1.0]], cost=CE),
        ["y[1]", "add up to 1"],
    ),
    ("a softmax of one", lambda: ng.train(network(), X, Y, cost=CE), ["one output, 'y'", "costs.squared_error()"]),
    ("a cost by name", lambda: ng.train(network(), X, Y, cost="mse"), ["'mse'", "cross_entropy()"]),
    ("a gain of 0", lambda: ng.costs.cross_entropy(0.0), ["gain is 0.0", "> 0"]),
    ("a beta that is not used", lambda: ng.train(network(), X, Y, beta=0.1), ["beta is 0.1", "leave beta out"]),
    (
        "ep without ties",
        lambda: ng.train(network(), X, Y, rule=ng.rules.ep()),
        ["rule ep", "topologies.symmetric(graph)"],
    ),
    ("decay that grows", lambda: ng.optimisers.adam(decay=1.1), ["decay is 1.1", "<= 1"]),
    ("a norm of 0", lambda: ng.optimisers.adam(max_norm=0.0), ["max_norm is 0.0", "> 0"]),
    ("bounds the wrong way", lambda: ng.optimisers.sgd(bounds=(1.0, -1.0)), ["bounds is (1.0, -1.0)", "low < high"]),
    ("validation of all", lambda: ng.train(network(), X, Y, validation=1.0), ["validation is 1.0", "< 1"]),
    ("validation of too many", lambda: ng.train(network(), X, Y, validation=0.9), ["leaves none to learn from"]),
    ("a sweep over nothing", lambda: ng.sweep(network(), X, Y, {"speed": [1]}), ["'speed'", "solver, epochs"]),
    ("a grid of a number", lambda: ng.sweep(network(), X, Y, {"epochs": 3}), ["'epochs': 3", "list of values"]),
    (
        "a grid and beside it",
        lambda: ng.sweep(network(), X, Y, {"epochs": [3]}, epochs=2),
        ["'epochs'", "one of the two"],
    ),
    ("a lift above 1", lambda: ng.rules.asymmetric_ep(lift=2.0), ["lift is 2.0", "from 0 to 1"]),
    ("a lift of a finite nudge", lambda: ng.rules.asymmetric_ep(finite=True, lift=0.1), ["lift is 0.1", "finite"]),
    ("patience of none", lambda: ng.train(network(), X, Y, patience=0), ["patience is 0", ">= 1"]),
    ("eta of 0", lambda: ng.rules.coupled_learning(0.0), ["eta is 0.0", "> 0"]),
    ("a transposed rule without a nudge", lambda: ng.Rule("pre_free", transposed=True), ["transposed", "'pre_free'"]),
    ("a clamp without its phase", lambda: ng.Rule("pre_free", clamp=0.5), ["clamp is 0.5", "no clamped phase"]),
    (
        "a checkpoint that is no name",
        lambda: ng.train(network(), X, Y, checkpoint=3),
        ["checkpoint is 3", "'run.ckpt'"],
    ),
    (
        "a time below 0",
        lambda: ng.train(network(), X, Y, checkpoint_seconds=-1.0),
        ["checkpoint_seconds is -1.0", ">= 0"],
    ),
    ("x complex", lambda: ng.settle(network(), [[1j]]), ["x cannot be read as numbers"]),
    ("a start of None", lambda: ng.settle(network(), X, start=None), ["NoneType", "expected a number"]),
    ("nodes to record as one text", lambda: ng.settle(network(), X, record=ng.Record(nodes="h")), ["'h'", "('h',)"]),
    ("nodes to record as a number", lambda: ng.settle(network(), X, record=ng.Record(nodes=5)), ["nodes 5", "tuple"]),
    ("beta a text", lambda: ng.settle(network(), X, y=Y, beta="1"), ["beta is '1'", "finite number"]),
    ("training beta a text", lambda: ng.train(network(), X, Y, beta="1"), ["beta is '1'", "finite number"]),
    ("dt a text", lambda: Euler(dt="0.05"), ["dt is '0.05'", "> 0"]),
    ("tol missing", lambda: Euler(tol=None), ["tol is None", ">= 0"]),
    ("implicit a text", lambda: Euler(implicit="yes"), ["implicit is 'yes'", "True, False"]),
    ("a negative seed", lambda: ng.train(network(), X, Y, seed=-1), ["seed is -1", ">= 0"]),
    ("a seed of text", lambda: ng.train(network(), X, Y, seed="abc"), ["seed is 'abc'", ">= 0"]),
    ("a seed between numbers", lambda: ng.prune(network(), ng.pruning.magnitude(0.5), seed=1.5), ["seed is 1.5"]),
    ("a negative seed for the start", lambda: ng.settle(network(), X, start="uniform", seed=-1), ["seed is -1"]),
    ("no seed at all", lambda: ng.train(network(), X, Y, seed=[]), ["seed is empty"]),
    ("several seeds, one negative", lambda: ng.train(network(), X, Y, seed=[0, -1]), ["a seed is -1"]),
    ("no jobs", lambda: ng.train(network(), X, Y, seed=[0], n_jobs=0), ["n_jobs is 0", "-1 for every core"]),
    ("an error in a job", lambda: ng.train(unstable(), X, Y, seed=[0, 1]), ["sample", "1/max|A_jj|"]),
    ("a network of a function of nothing", lambda: ng.train(lambda: network(), X, Y, seed=0), ["a seed alone"]),
    ("a network of a function of two", lambda: ng.train(lambda a, b: network(), X, Y, seed=0), ["'b'", "of a seed"]),
    ("no jobs for one run", lambda: ng.train(network(), X, Y, seed=0, n_jobs=0), ["n_jobs is 0", "-1 for every core"]),
    ("a batch of several sizes", lambda: ng.train(network(), X, Y, batch_size=np.ones(2)), ["batch_size is", ">= 1"]),
    ("validation as a list", lambda: ng.train(network(), X, Y, validation=[X, Y]), ["type list", "tuple (x, y)"]),
    ("a checkpoint that is a folder", lambda: ng.train(network(), X, Y, checkpoint="."), ["a folder", "run.ckpt"]),
    (
        "a target too large for float32",
        lambda: ng.train(ng.compile(graph(), dtype=np.float32), X, [[0.0], [1e200]]),
        ["y[1, 0]", "'y'", "inf", "finite"],
    ),
    ("labels as a column", lambda: ng.train(two(), X, [[0], [1]]), ["(2, 1)", "(batch, 2)", "np.ravel(y)"]),
    ("labels as floats", lambda: ng.train(two(), X, [0.0, 1.0]), ["float64", "2 outputs", ".astype(int)"]),
    ("labels as texts", lambda: ng.train(two(), X, ["a", "b"]), ["y[0] is 'a'", "0 to 1", "return_inverse"]),
    (
        "a rule that divides by 0",
        lambda: ng.train(network(), X, Y, rule=ng.Rule("pre_free/(w - w)", name="mine")),
        ["rule mine", "('x', 'h')", "'pre_free/(w - w)'", "finite"],
    ),
    (
        "a bias that leaves every bound",
        lambda: ng.train(
            ng.compile(graph(h={"bias": 0.5}), ng.dynamics.vector_field(), np.float32),
            X,
            Y,
            rule=ng.Rule("1e30 + 0*pre_free"),
            optimiser=ng.optimisers.sgd(1e10, bounds=(-1.0, 1.0)),
        ),
        ["bias of node 'h'", "inf", "epoch 0", "max_step"],
    ),
    ("a cost that sees more than an output and its target", lambda: ng.costs.Cost("(y - s)**2 + w"), ["w", "y", "s"]),
    (
        "a cost that sums over the outputs without its force",
        lambda: ng.costs.Cost("-y*log_share", normaliser="s"),
        ["normaliser", "'s'", "force is missing", "costs.cross_entropy()"],
    ),
    (
        "another share held out than before",
        lambda: ng.train(ng.train(network(), X * 4, Y * 4, validation=(X, Y), epochs=1), X * 4, Y * 4, validation=0.25),
        ["holds 2 samples", "held out 0", "same validation"],
    ),
    ("a sweep of a fit", lambda: ng.sweep(ng.train(network(), X, Y, epochs=1), X, Y, {"epochs": [1]}), [".network"]),
    ("a sweep of pairs", lambda: ng.sweep(network(), X, Y, [("epochs", [1])]), ["grid is of type list", "dict"]),
    (
        "a sweep's checkpoint",
        lambda: ng.sweep(network(), X, Y, {"epochs": [1]}, checkpoint_seconds=1.0),
        ["'checkpoint_seconds'", "no argument"],
    ),
    ("target_cost a text", lambda: ng.train(network(), X, Y, target_cost="low"), ["target_cost is 'low'", ">= 0"]),
    ("a batch of none", lambda: ng.train(network(), X, Y, batch_size=0), ["batch_size is 0", "None for all"]),
    ("a rule that is not called", lambda: ng.train(network(), X, Y, rule=ng.rules.deep), ["rules.asymmetric_ep()"]),
    *OF_PARTS,
    ("a dynamics that is not called", lambda: ng.compile(graph(), ng.dynamics.deep), ["dynamics.deep()"]),
    ("a solver that is a class", lambda: ng.settle(network(), X, solver=Euler), ["Euler(dt=0.05)"]),
    ("momentum of 1", lambda: ng.optimisers.sgd(momentum=1.0), ["momentum is 1.0", "< 1"]),
    ("a learning rate of text", lambda: ng.optimisers.sgd("fast"), ["learning_rate is 'fast'"]),
    ("a fraction of text", lambda: ng.pruning.magnitude(fraction="half"), ["fraction is 'half'", "0 to 1"]),
    ("parameters as a list", lambda: ng.Dynamics("-s/tau", parameters=["tau"]), ["['tau']", "mapping"]),
    ("one_hot a text", lambda: ng.tasks.logic("xor", one_hot="no"), ["'no'", "True or False"]),
    ("several tasks", lambda: ng.tasks.logic(["xor"]), ["['xor']", "xor"]),
    ("a rule by name", lambda: ng.train(network(), X, Y, rule="stdp"), ["'stdp'", "rules.asymmetric_ep()"]),
    ("a rule that is not local", lambda: ng.Rule("pre_free*total"), ["'total'", "either end"]),
    ("training with beta 0", lambda: ng.train(network(), X, Y, beta=0.0), ["beta is 0.0", "other than 0"]),
    ("no epochs", lambda: ng.train(network(), X, Y, epochs=0), ["epochs is 0", ">= 1"]),
    ("a batch larger than the data", lambda: ng.train(network(), X, Y, batch_size=3), ["batch_size is 3", "2 samples"]),
    ("a learning rate of 0", lambda: ng.optimisers.sgd(0.0), ["learning_rate is 0.0", "> 0"]),
    ("an optimiser by name", lambda: ng.train(network(), X, Y, optimiser="adam"), ["'adam'", "sgd(1.0)"]),
    ("a pruner by name", lambda: ng.prune(network(), "magnitude"), ["'magnitude'", "magnitude(fraction=0.5)"]),
    ("pruning a graph", lambda: ng.prune(graph(), ng.pruning.magnitude(0.5)), ["DiGraph", "neurograph.compile"]),
    ("a fraction above 1", lambda: ng.pruning.magnitude(fraction=50), ["fraction is 50", "0 to 1"]),
    ("a fraction and a threshold", lambda: ng.pruning.magnitude(0.5, 0.1), ["exactly one"]),
    ("a temperature of 0", lambda: ng.pruning.boltzmann(temperature=0.0), ["temperature is 0.0", "> 0"]),
    ("weights of another size", lambda: network().with_weights([1.0]), ["weights has shape (1,)", "(3,)"]),
    ("weights with NaN", lambda: network().with_weights([1, np.nan, 1]), ["weights[1]", "nan", "finite"]),
    (
        "a weight against its node's sign, later",
        lambda: ng.compile(graph(x={"sign": "excitatory"})).with_weights([-1.0, 1.0, 1.0]),
        ["weights[0]", "('x', 'h')", "-1.0", "'x' is excitatory", ">= 0"],
    ),
    ("a share of inhibition above 1", lambda: ng.topologies.dale(graph(), 20), ["inhibitory is 20", "0 to 1"]),
    ("parity of no bits", lambda: ng.tasks.parity(0), ["bits is 0", ">= 1"]),
    ("one sample for two classes", lambda: ng.tasks.moons(1), ["samples is 1", "one for each class"]),
    ("an inner circle outside", lambda: ng.tasks.circles(factor=2.0), ["factor is 2.0", "< 1"]),
    ("digits without a seed", lambda: ng.tasks.digits(seed=None), ["seed is None", ">= 0"]),
    ("edges that are not there", lambda: network().without_edges([7]), ["place 7", "0 to 2"]),
    ("edges that are none", lambda: network().without_edges(None), ["edges is None", "such as"]),
    ("places and pairs at once", lambda: network().without_edges([0, ("x", "y")]), ["at once", "pairs of labels"]),
    ("one bare pair", lambda: network().without_edges((("x", 0), ("y", 0))), ["('x', 0)", "[(pre, post)]"]),
    ("labels that cannot be", lambda: network().without_edges([(["x"], "y")]), ["['x']", "no edge of the network"]),
    ("a mask of another size", lambda: network().without_edges([True]), ["(1,)", "(3,)"]),
    ("an unknown task", lambda: ng.tasks.logic("nand"), ["'nand'", "xor"]),
    ("an unknown leak", lambda: ng.dynamics.deep("abs"), ["'abs'", "'absolute'"]),
    ("a negative extra leak", lambda: ng.dynamics.deep(extra_leak=-1.0), ["extra_leak is -1.0", ">= 0"]),
    ("an unknown activation", lambda: ng.dynamics.additive("gelu"), ["'gelu'", "tanh"]),
    ("a drift that sees other nodes", lambda: ng.Dynamics("-s + W*s"), ["'W'", "s, I, b"]),
    ("an unknown suffix", lambda: ng.read("net.xyz"), [".xyz", ".json", ".graphml"]),
    ("a file that is not there", lambda: ng.read("nowhere.json"), ["nowhere.json"]),
    ("a network of a function without a seed", lambda: ng.train(lambda seed: network(), X, Y), ["seed is None"]),
]


def content(given):
    """Everything that a graph holds, or what it is instead."""
    if isinstance(given, nx.Graph):
        return list(given.nodes(data=True)), list(given.edges(data=True)), given.graph
    return given


@pytest.mark.parametrize(("bad", "parts"), [case[1:] for case in GRAPHS], ids=[case[0] for case in GRAPHS])
def test_a_bad_graph_is_refused_by_name_and_left_alone(bad, parts):
    given = bad()
    before = repr(content(given))
    with pytest.raises(ng.NeurographError) as caught:
        ng.compile(given)
    for part in parts:
        assert part in str(caught.value)
    assert repr(content(given)) == before
    assert type(caught.value) is not ng.NeurographError


@pytest.mark.parametrize(("call", "parts"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS])
def test_a_bad_call_is_refused_by_name(call, parts):
    with pytest.raises(ng.NeurographError) as caught:
        call()
    for part in parts:
        assert part in str(caught.value)
    assert type(caught.value) is not ng.NeurographError


def test_the_table_is_as_long_as_promised():
    assert len(GRAPHS) + len(CALLS) >= 40
