"""Rates that learn as they run, as a plain numpy loop: a step of the states, then of every synapse of every sample.

The step of the states is that of :mod:`tests.plain_simulation`, of a network that has the weights of the moment; the
rule and its traces are its text, evaluated by numpy. Of the package it takes numbers and text.
"""

from dataclasses import replace

import numpy as np

from neurograph.equations.expression import ARRAY_FUNCTIONS
from tests.plain_simulation import STEPS, Plain


def evaluated(text, names):
    """The value of an equation, its names being arrays."""
    return eval(text, {"__builtins__": {}}, dict(ARRAY_FUNCTIONS) | names)


def learned(
    network, steps, dt, rule, learning_rate, method="euler", *, batch=1, x=None, start=0.0, modulator=None,
    bounds=(-np.inf, np.inf), l1=0.0, incoming=None,
):  # fmt: skip
    """Return the states (batch, steps, nodes), the weights (steps, edges) and the traces at the end, by name.

    `modulator` is a function of (n, state) that gives what can be broadcast to (edges, batch).
    """
    pre, post, ties = network.connectivity.pre, network.connectivity.post, network.connectivity.ties
    plastic, signs = network.connectivity.plastic, network.connectivity.signs[pre]
    w, numbers = network.weights.astype(float), dict(rule.parameters)
    traces = {name: np.zeros((w.size, batch)) for name, _ in rule.traces}
    plain = Plain(network, dt, x)
    state = plain.started(start, batch)
    before, history, frames, weights = plain.sent(state[0]), [], [], []
    state = plain.clamped(state, 0, 0)
    old = state[0]
    for n in range(steps):
        plain = Plain(replace(network, weights=w.astype(network.dtype)), dt, x)
        plain.batch = batch
        state = plain.clamped(state, n, 0)
        history.append(plain.sent(state[0]))
        state = plain.box(STEPS[method](plain, state, n, np.zeros(state[0].shape), history, before))
        s = state[0]
        seen = {
            "pre": s.T[pre], "post": s.T[post], "dpre": (s - old).T[pre] / dt, "dpost": (s - old).T[post] / dt,
            "w": w[:, None], **numbers, **traces,
        }  # fmt: skip
        if modulator is not None:
            seen["modulator"] = modulator(n, s)
        change = np.broadcast_to(evaluated(rule.change, seen), (w.size, batch)).mean(axis=1)
        moves = {name: evaluated(text, seen) for name, text in rule.traces}
        traces = {name: traces[name] + dt * moves[name] for name in traces}
        if ties is not None:
            change = np.bincount(ties, change)[ties]
        new = w + dt * learning_rate * change
        new = np.sign(new) * np.maximum(np.abs(new) - dt * learning_rate * l1, 0.0)
        new = np.clip(new, *bounds)
        new[signs * new < 0.0] = 0.0
        new = np.where(plastic, new, w)
        for node in range(len(network.nodes) if incoming is not None else 0):
            into = (post == node) & plastic
            if incoming[node] > 0.0 and np.abs(new[into]).sum() > 0.0:
                new[into] *= incoming[node] / np.abs(new[into]).sum()
        w, old = new, s
        frames.append(s)
        weights.append(w)
    return np.array(frames).transpose(1, 0, 2), np.array(weights), traces
