"""Rates in time as a plain numpy loop, independent of the engine: dense weights, one step at a time.

Step n goes from n dt to (n + 1) dt. What drives the network, x and each current, is a function of (n, c) that gives the
value which is read at (n + c) dt, c being 0, 1/2 or 1: :func:`held` makes one of an array, :func:`read` of a function
of time. Of the package it takes numbers and the text of equations, evaluated on arrays.
"""

import numpy as np


def held(values, every=1):
    """Values (batch, time, ...) that hold for `every` whole steps."""
    return lambda n, c: values[:, n // every]


def read(function, dt):
    return lambda n, c: function((n + c) * dt)


class Plain:
    """The right-hand side of a network: what its nodes get, and how they and their variables move."""

    def __init__(self, network, dt=1.0, x=None, current=None):
        count = len(network.nodes)
        self.network, self.dt, self.x, self.count = network, dt, x, count
        self.current = {network.nodes.index(node): wave for node, wave in (current or {}).items()}
        self.free, self.inputs = network.connectivity.free, network.connectivity.inputs
        delays = np.zeros(network.weights.size) if network.delays is None else network.delays
        self.by_delay = {}
        for (pre, post), weight, delay in zip(network.edges, network.weights, delays, strict=True):
            W = self.by_delay.setdefault(float(delay), np.zeros((count, count)))
            W[network.nodes.index(post), network.nodes.index(pre)] += weight
        self.equations = (network.dynamics.drift_equation, *network.dynamics.variable_equations.values())
        self.names = ("s", *network.dynamics.variable_names)

    def clamped(self, state, n, c):
        """Return the state with the inputs at what is read then."""
        state = state.copy()
        if self.inputs.size:
            state[0][:, self.inputs] = self.x(n, c)
        state[0][:, self.network.connectivity.bias_nodes] = 1.0
        return state

    def sent(self, s):
        return np.broadcast_to(self.network.dynamics.transfer_equation(**self.network.constants, s=s), s.shape)

    def total(self, n, c, at_lag):
        """Return I; `at_lag(k)` is what was sent k steps before the time of the stage."""
        I = 0.0
        for delay, W in self.by_delay.items():
            lag = int(delay // self.dt)
            theta = delay / self.dt - lag
            I = I + (1.0 - theta) * at_lag(lag) @ W.T
            I = I + theta * at_lag(lag + 1) @ W.T if theta else I
        I = np.array(np.broadcast_to(I, (self.batch, self.count)))
        for place, wave in self.current.items():
            I[:, place] += wave(n, c)
        return I

    def moves(self, state, I):
        """Return the right-hand side (1 + variables, batch, nodes), 0 at clamped nodes."""
        values = dict(zip(self.names, state, strict=True)) | {"I": I}
        moves = np.zeros(state.shape)
        for k, equation in enumerate(self.equations):
            moves[k][:, self.free] = np.broadcast_to(equation(**self.network.constants, **values), I.shape)[
                :, self.free
            ]
        return moves

    def leaks(self):
        """Return L (1 + variables, nodes)."""
        zeros = np.zeros(self.count)
        values = self.network.constants | dict.fromkeys((*self.names, "I"), zeros)
        return np.array([np.broadcast_to(leak(**values), self.count) for leak in self.network.dynamics.leaks])

    def box(self, state):
        low, high = self.network.box
        clipped, free = state.copy(), self.free
        clipped[0][:, free] = np.clip(state[0][:, free], low[free], high[free])
        return clipped

    def started(self, start, batch):
        """Return a state (1 + variables, batch, nodes)."""
        self.batch = batch
        start = np.asarray(start, float)
        state = np.zeros((len(self.names), batch, self.count))
        if start.shape[-1:] == (len(self.names) * self.count,) and len(self.names) > 1:
            start = np.broadcast_to(start, (batch, start.shape[-1]))
            return start.reshape(batch, len(self.names), self.count).transpose(1, 0, 2).copy()
        state[0] = start
        return state


def simulated(network, steps, dt, method="euler", *, batch=1, x=None, current=None, noise=0.0, normals=None, start=0.0):
    """Return the states (batch, steps, nodes) and of each variable the same, by name.

    `normals` is (batch, steps, nodes): what the noise of each step is drawn as.
    """
    plain = Plain(network, dt, x, current)
    state = plain.started(start, batch)
    before = plain.sent(state[0])
    noise = np.broadcast_to(noise, plain.count)
    history, frames = [], []
    for n in range(steps):
        state = plain.clamped(state, n, 0)
        history.append(plain.sent(state[0]))
        xi = np.zeros(state[0].shape)
        if normals is not None:
            xi[:, plain.free] = (noise * normals[:, n])[:, plain.free]
        state = plain.box(STEPS[method](plain, state, n, xi, history, before))
        frames.append(state)
    frames = np.array(frames).transpose(1, 2, 0, 3)
    return frames[0], dict(zip(plain.names[1:], frames[1:], strict=True))


def _kicked(state, kick):
    state = state.copy()
    state[0] += kick
    return state


def _sent_before(history, before, now):
    """Return what was sent k steps before place `now` of the history."""
    return lambda k: history[now - k] if now >= k else before


def _euler(plain, state, n, xi, history, before):
    I = plain.total(n, 0, _sent_before(history, before, n))
    return _kicked(state + plain.dt * plain.moves(state, I), np.sqrt(2.0 * plain.dt) * xi)


def _exponential(plain, state, n, xi, history, before):
    I = plain.total(n, 0, _sent_before(history, before, n))
    L = plain.leaks()[:, None]
    E = np.exp(-L * plain.dt)
    flat = np.where(L == 0.0, 1.0, L)
    phi = np.where(L == 0.0, plain.dt, -np.expm1(-flat * plain.dt) / flat)
    spread = np.where(L == 0.0, np.sqrt(2.0 * plain.dt), np.sqrt(-np.expm1(-2.0 * flat * plain.dt) / flat))
    A = plain.moves(state, I) + L * state
    new = _kicked(state * E + A * phi, spread[0] * xi)
    return _only_free(plain, new, state)


def _heun(plain, state, n, xi, history, before):
    dt, kick = plain.dt, np.sqrt(2.0 * plain.dt) * xi
    first = plain.moves(state, plain.total(n, 0, _sent_before(history, before, n)))
    guess = plain.clamped(plain.box(_kicked(state + dt * first, kick)), n, 1)
    ahead = [*history, plain.sent(guess[0])]
    second = plain.moves(guess, plain.total(n, 1, _sent_before(ahead, before, n + 1)))
    return _kicked(state + 0.5 * dt * (first + second), kick)


def _rk4(plain, state, n, xi, history, before):
    total, stages = 0.0, [(0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)]
    slope = np.zeros(state.shape)
    for c, weight in stages:
        at = plain.clamped(plain.box(state + c * plain.dt * slope), n, c)
        slope = plain.moves(at, plain.total(n, c, lambda k, at=at: plain.sent(at[0])))
        total = total + weight * slope
    return state + plain.dt / 6.0 * total


def _only_free(plain, new, state):
    kept = state.copy()
    kept[:, :, plain.free] = new[:, :, plain.free]
    return kept


STEPS = {"euler": _euler, "exponential": _exponential, "heun": _heun, "rk4": _rk4}
