"""Networks of rates for tests of simulate(): many small ones as components of one graph, and what drives them."""

import networkx as nx
import numpy as np
from scipy.integrate import solve_ivp

import neurograph as ng
from tests.plain_simulation import Plain

SLOW = ng.Dynamics("(-s + sigmoid(I + b))/tau", parameters={"tau": 2.0})
SINE = ng.Dynamics("-0.5*s + sin(I + b)", transfer="tanh(s)")
ADAPTING = ng.Dynamics("-s + tanh(I + b - g*a)", variables={"a": "(s - a)/tau_a"}, parameters={"g": 0.5, "tau_a": 1.5})
CUBIC = ng.Dynamics("-s - 0.3*s**3 + tanh(I + b)")
"""Its leak is not linear."""

KINDS = {"tanh": ng.dynamics.additive("tanh"), "slow": SLOW, "sine": SINE, "adapting": ADAPTING}
"""Populations of which every leak is linear."""

UNITS = 4
LINEAR = ng.Dynamics("-leak*s + I + b", parameters={"leak": 1.0})


def components(count, seed=0, kinds=tuple(KINDS), units=UNITS, size=1.2, delays=None):
    """One graph of `count` random ones that share nothing: component k is ("x", k) and ("h", k, unit).

    The first components are of one population each, the later ones mix them.
    """
    rng = np.random.default_rng(seed)
    graph = nx.DiGraph()
    for k in range(count):
        graph.add_node(("x", k), role="input", population=kinds[0])
        for unit in range(units):
            kind = kinds[k % len(kinds)] if k < count // 2 else kinds[rng.integers(len(kinds))]
            role = "output" if unit == 0 else "hidden"
            graph.add_node(("h", k, unit), role=role, population=kind, bias=rng.normal())
            graph.add_edge(("x", k), ("h", k, unit), weight=rng.normal())
        for pre in range(units):
            for post in range(units):
                if rng.random() < 0.8:
                    graph.add_edge(("h", k, pre), ("h", k, post), weight=size * rng.normal() / np.sqrt(units))
    if delays is not None:
        for *_, data in graph.edges(data=True):
            data["delay"] = float(rng.choice(delays))
    return graph


def mixed(graph, kinds=KINDS, dtype=np.float64):
    used = set(nx.get_node_attributes(graph, "population").values())
    return ng.compile(graph, dynamics={name: kind for name, kind in kinds.items() if name in used}, dtype=dtype)


def places(network, count, units=UNITS):
    """Places of the units of each component (count, units)."""
    return np.array([[network.nodes.index(("h", k, unit)) for unit in range(units)] for k in range(count)])


def linear(count, seed=0, units=UNITS, leak=(0.5, 1.5)):
    """Components with random leaks and weights that leave them stable; no inputs."""
    rng = np.random.default_rng(seed)
    graph = nx.DiGraph()
    for k in range(count):
        for unit in range(units):
            role = "output" if unit == 0 else "hidden"
            graph.add_node(("h", k, unit), role=role, bias=rng.normal(), leak=rng.uniform(*leak))
        W = rng.normal(size=(units, units)) * (rng.random((units, units)) < 0.7)
        W *= 0.3 / max(np.linalg.norm(W, 2), 1e-3)
        graph.add_edges_from(
            (("h", k, i), ("h", k, j), {"weight": W[j, i]}) for i in range(units) for j in range(units) if W[j, i]
        )
    return ng.compile(graph, LINEAR)


def matrices(network):
    """A and c of ds/dt = A s + c of a linear network, and its leaks."""
    leaks = network.constants["leak"]
    return network.matrix().toarray() - np.diag(leaks), network.biases, leaks


def waves(count, seed=0):
    """Smooth inputs, as a function of time."""
    rng = np.random.default_rng(seed)
    speed, phase = rng.uniform(0.5, 1.5, count), rng.uniform(0, 6, count)
    return lambda t: np.sin(speed * t + phase)


def exact(network, times, x, start=0.0, current=None, rtol=1e-12):
    """The states (times, nodes) by scipy's solve_ivp, without a box."""
    plain = Plain(
        network, 1.0, lambda t, c: x(t), {node: lambda t, c, f=f: f(t) for node, f in (current or {}).items()}
    )
    state = plain.started(start, 1)
    shape = state.shape

    def moved(t, y):
        at = plain.clamped(y.reshape(shape), t, 0)
        return plain.moves(at, plain.total(t, 0, lambda k: plain.sent(at[0]))).ravel()

    found = solve_ivp(moved, (0.0, times[-1]), state.ravel(), "DOP853", times, rtol=rtol, atol=1e-14)
    assert found.success
    return found.y.T.reshape(-1, *shape)[:, 0, 0]
