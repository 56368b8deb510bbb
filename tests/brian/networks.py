"""Networks that are built in Brian2, and what they do by themselves."""

import itertools
import subprocess
import sys

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.equations.populations import Populations
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from tests.strategies import NAMED

STEP = 0.05
STEPS = 500
X = np.array([[0.0, 1.0], [1.0, 0.3], [0.5, 0.5]])

OWN = ng.Dynamics(
    "(-s + sigmoid(2*I + b) - 1/4*step(s - 0.5) + relu(s)**2/8)/tau",
    transfer="sign(s)*abs(s)**2/(1/2 + s**2)",
    box=(-0.5, float("inf")),
    parameters={"tau": 2.0},
    name="own",
)
POPULATIONS = {
    "leaky": ng.dynamics.vector_field(),
    "rooted": ng.Dynamics(
        "(-s + I + b + (log(0.9 + s) + s**0.5)/(7 + 2*s) - exp(-s)/9)/tau", box=(0.0, 2.0), parameters={"tau": 2.0}
    ),
    "negative": ng.Dynamics("-s - 1 + tanh(I + b)"),
    "squashed": ng.Dynamics("-s + I + b", transfer="tanh(gain*s)/gain", parameters={"gain": 2.0}),
    "deep": ng.dynamics.deep(extra_leak=0.3),
}
"""Populations with boxes, parameters and transfers of their own; at others, one would take the logarithm of -1."""

SENDERS = Populations.of(
    {
        "leaky": ng.dynamics.vector_field(),
        "saturating": ng.Dynamics(
            "(-s + relu(I + b))/tau", transfer="s/(half + s)", parameters={"tau": 1.5, "half": 0.5}
        ),
        "deep": ng.dynamics.deep(extra_leak=0.3),
    }
)
"""Populations that send rates."""

ADAPTING = ng.Dynamics(
    "(-s + relu(I*r + b - g*a))/tau",
    variables={"a": "(s - a)/tau_a", "r": "(1 - r)/4 - s*r/(2 + w_out_abs)"},
    parameters={"tau": 1.0, "tau_a": 3.0, "g": 0.5},
)
"""Neurons that adapt, and whose inputs grow weaker with what they send."""

DYNAMICS = {
    **NAMED,
    **{f"additive {name}": ng.dynamics.additive(name) for name in ("clip", "sigmoid", "relu")},
    "own": OWN,
    "populations": Populations.of(POPULATIONS),
    "several variables": ADAPTING,
    "populations of several variables": Populations.of({"leaky": ng.dynamics.vector_field(), "adapting": ADAPTING}),
    "populations of one box": Populations.of({"leaky": ng.dynamics.vector_field(), "deep": ng.dynamics.deep()}),
}


RULES = {
    "stdp": ng.rules.stdp(),
    "summed": ng.rules.stdp(average=False),
    "own": ng.Rule("(pre - 0.5*dpre)*dpost - 0.01*w*abs(dpost)/2", kind="online", name="own"),
}

XOR, ANSWER = ng.tasks.logic("xor")
ONE_HOT = np.hstack([1.0 - ANSWER, ANSWER])
SUMMED = ng.rules.stdp(average=False)


def milliseconds(count):
    import brian2

    return count * brian2.ms


def euler(network, x, steps=STEPS, start=0.0, y=None, beta=0.0):
    """Free phase, and with y the nudged one after it, as the network takes them by itself."""
    solver = Euler(dt=STEP, steps=steps, tol=0)
    free = ng.settle(network, x, solver=solver, start=start, seed=1)
    return free if y is None else solver.solve(network, Phase(free.full, np.asarray(y, float), beta))


def built(network, x=X, **options):
    """One step of 1 ms is 1/20 of the network's time, as `STEP` is."""
    return ng.brian.build(network, x, **{"target": "numpy", "dt": milliseconds(1), "seed": 1, **options})


def spiking(network, x, model="spiking", **options):
    return ng.brian.build(network, x, model=model, **{"target": "numpy", "seed": 0, **options})


def in_turn(graph, dynamics):
    """Make one node after another one of the next population, and return the dynamics of each node."""
    if not isinstance(dynamics, Populations):
        return dict.fromkeys(graph, dynamics)
    each = dict(zip(graph, itertools.cycle(dynamics.each)))
    nx.set_node_attributes(graph, {node: name for node, (name, _) in each.items()}, "population")
    return {node: own for node, (_, own) in each.items()}


def delayed(network, delays):
    """Return the network with a delay of each edge (edges,), in its own units of time."""
    graph = network.to_graph()
    for (pre, post), delay in zip(network.edges, np.broadcast_to(delays, network.weights.shape), strict=True):
        graph.edges[pre, post]["delay"] = float(delay)
    return ng.compile(graph, network.dynamics)


def graph_for(dynamics, scale=0.3, seed=0, density=1.0):
    """Two inputs, a bias node, five hidden, two outputs; some edges not plastic, parameters of each node."""
    kind = DYNAMICS[dynamics]
    graph = ng.topologies.random(2, 5, 2, density=density, bias=True, scale=scale, seed=seed)
    if kind.symmetric:
        graph = ng.topologies.symmetric(graph)
    rng = np.random.default_rng(seed)
    own_dynamics = in_turn(graph, kind)
    for node, role in graph.nodes(data="role", default="hidden"):
        own = own_dynamics[node]
        if role in ("hidden", "output"):
            if own.uses_bias:
                graph.nodes[node]["bias"] = float(rng.normal(0.0, 0.3))
            for name in own.defaults:
                graph.nodes[node][name] = float(rng.uniform(0.5, 2.0))
    for edge in list(graph.edges)[::4]:
        graph.edges[edge]["plastic"] = "tie" in graph.edges[edge]
    return graph


def compiled(dynamics, **options):
    return ng.compile(graph_for(dynamics, **options), DYNAMICS[dynamics])


def with_loops():
    graph = graph_for("vector field")
    graph.add_edges_from([(node, node) for node in list(graph)[3:6]], weight=0.4)
    return ng.compile(graph, DYNAMICS["vector field"])


def masked():
    network = compiled("deep")
    return network.without_edges(np.arange(0, network.weights.size, 3))


def edgeless():
    graph = nx.DiGraph()
    graph.add_nodes_from(["a", "b"], role="input")
    graph.add_node("y", role="output", bias=0.4)
    return ng.compile(graph, DYNAMICS["vector field"])


def changed(change):
    network = compiled("vector field")
    return network.with_weights(change(network.weights))


NETWORKS = {
    "complete": lambda: compiled("deep"),
    "sparse": lambda: compiled("deep", density=0.3, scale=1.0, seed=3),
    "saturated": lambda: compiled("vector field", scale=3.0),
    "negative": lambda: changed(lambda w: -np.abs(w)),
    "zero weight": lambda: changed(lambda w: np.where(np.arange(w.size) % 2, w, 0.0)),
    "masked": masked,
    "edgeless": edgeless,
    "self-loop": with_loops,
}


def side_by_side(graphs):
    """Return one graph of several, whose nodes are called (k, node): they are simulated at the price of one."""
    parts = []
    for k, graph in enumerate(graphs):
        part = nx.relabel_nodes(graph, {node: (k, node) for node in graph})
        for _, _, data in part.edges(data=True):
            data.update({"tie": (k, data["tie"])} if "tie" in data else {})
        parts.append(part)
    return nx.union_all(parts)


def chain(weight=0.8, bias=0.0):
    """x -> y"""
    graph = nx.DiGraph([("x", "y", {"weight": weight})])
    graph.nodes["x"]["role"] = "input"
    graph.nodes["y"].update(role="output", bias=bias)
    return ng.compile(graph, ng.dynamics.vector_field())


def one_step(network, rule, y, beta, rate, **options):
    """What train() makes of the weights in one epoch of the whole batch, or of one sample after another."""
    fit = ng.train(
        network, X, y, rule=rule, beta=beta, optimiser=ng.optimisers.sgd(rate), target_cost=None, progress=False,
        solver=Euler(dt=STEP, steps=STEPS, tol=0), seed=0, epochs=1, batch_size=None, **options,
    )  # fmt: skip
    return fit.network


def run_script(text, tmp_path):
    """Run a script in a process of its own, and give its last state."""
    path = tmp_path / "network.py"
    path.write_text(
        f"{text}\nnp.save({str(tmp_path / 'state.npy')!r}, state)\nimport sys\nassert 'neurograph' not in sys.modules\n"
    )
    subprocess.run([sys.executable, str(path)], check=True, capture_output=True, cwd=tmp_path)
    return np.load(tmp_path / "state.npy")
