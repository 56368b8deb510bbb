"""A network in time by a plain loop, written from its equations: what Brian2 is compared with."""

import numpy as np

import neurograph as ng
from neurograph.equations.populations import by_population
from tests.brian.networks import STEP, graph_for, in_turn, milliseconds

HOLD, FRAMES = 5, 12
STEPS = HOLD * FRAMES


def drift(network, equation, values):
    """Evaluate an equation of each population at its own nodes (batch, nodes)."""
    found = np.zeros_like(values["s"])
    for place, own in enumerate(by_population(equation)):
        at = network.population == place
        mine = {name: np.broadcast_to(value, found.shape)[:, at] for name, value in values.items()}
        found[:, at] = own(**{name: value for name, value in mine.items() if name in own.symbols})
    return found


def plain(network, x, dt=STEP, current=None, start=0.0):
    """Return the states (batch, steps, state_size) after each step, of x (batch, steps, inputs) and currents."""
    n, names, places = len(network.nodes), network.dynamics.variable_names, network.connectivity
    state = np.zeros((x.shape[0], network.state_size))
    state[:, :n] = start
    state[:, places.bias_nodes] = 1.0
    sent = {}

    def heard(step, edge, delay):
        whole = int(np.floor(delay / dt + 1e-9))
        part = max(delay / dt - whole, 0.0)
        pre = places.pre[edge]
        return (1 - part) * sent[max(step - whole, -1)][:, pre] + part * sent[max(step - whole - 1, -1)][:, pre]

    sent[-1] = network.sent(state[:, :n].copy())
    states = []
    for step in range(x.shape[1]):
        state = state.copy()
        state[:, places.inputs] = x[:, step]
        sent[step] = network.sent(state[:, :n].copy())
        summed = np.zeros((x.shape[0], n))
        for edge, weight in enumerate(network.weights):
            delay = 0.0 if network.delays is None else network.delays[edge]
            summed[:, places.post[edge]] += weight * heard(step, edge, delay)
        for node, wave in (current or {}).items():
            summed[:, network.nodes.index(node)] += wave[:, step]
        parts = np.split(state, 1 + len(names), axis=1)
        values = dict(zip(("s", *names), parts, strict=True)) | {"I": summed, **network.constants}
        equations = [network.dynamics.drift_equation, *network.dynamics.variable_equations.values()]
        moved = [part + dt * drift(network, one, values) for part, one in zip(parts, equations, strict=True)]
        moved[0] = np.clip(moved[0], *network.box)
        for part, new in zip(parts, moved, strict=True):
            part[:, places.free] = new[:, places.free]
        state = np.concatenate(parts, axis=1)
        states.append(state)
    return np.stack(states, axis=1)


def with_delays(dynamics, longest=1.0, seed=0):
    """Return a network some of whose edges have delays: none, whole multiples of a step, and others."""
    from tests.brian.networks import DYNAMICS

    graph, rng = graph_for(dynamics, seed=seed), np.random.default_rng(seed)
    in_turn(graph, DYNAMICS[dynamics])
    for edge in list(graph.edges)[::-1][: 2 * len(graph.edges) // 3]:
        graph.edges[edge]["delay"] = float(rng.choice([STEP, 4 * STEP, 0.02, 0.123, 7.5 * STEP, longest]))
    return ng.compile(graph, DYNAMICS[dynamics])


def waves(network, samples=2, seed=0):
    """Return x (samples, FRAMES, inputs) and currents into two nodes, (FRAMES,) and (samples, FRAMES)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 1.0, (samples, FRAMES, len(network.inputs)))
    free = [network.nodes[place] for place in network.connectivity.free]
    return x, {free[0]: rng.normal(size=FRAMES), free[-1]: rng.normal(size=(samples, FRAMES))}


def each_step(wave, samples=2):
    """Return what waves hold (samples, FRAMES, ...) as it is in each step."""
    wave = np.broadcast_to(wave, (samples, *wave.shape)) if wave.ndim == 1 else wave
    return np.repeat(wave, HOLD, axis=1)


def along(network, x, current=None, **options):
    """Simulate in Brian2 in steps of 1 ms, which is `STEP` of the network's time."""
    held = {"target": "numpy", "dt": milliseconds(1), "hold": milliseconds(HOLD), "current": current, **options}
    return ng.brian.build(network, x, **held)
