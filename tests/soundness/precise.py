"""A network's equations in many digits, evaluated from their text and independently of all that the package does."""

from __future__ import annotations

import mpmath
import numpy as np

from neurograph.equations.populations import Populations

DIGITS = 40

FUNCTIONS = {
    "tanh": mpmath.tanh,
    "exp": mpmath.exp,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "clip": lambda x, low, high: min(max(x, mpmath.mpf(low)), mpmath.mpf(high)),
    "between": lambda x, low, high: mpmath.mpf(low <= x <= high),
    "step": lambda x: mpmath.mpf(x > 0),
}


class Precise:
    """The drift of the free neurons of a network at one input, in many digits, with its weights as they are stored."""

    def __init__(self, network, x):
        self.network, self.free = network, network.connectivity.free.tolist()
        post = np.repeat(np.arange(len(network.nodes)), np.diff(network.connectivity.indptr)).tolist()
        edges = zip(post, network.connectivity.pre.tolist(), network.weights.tolist(), strict=True)
        self.edges = [(to, source, mpmath.mpf(weight)) for to, source, weight in edges]
        self.state = [mpmath.mpf(0)] * len(network.nodes)
        for node, value in zip(network.connectivity.inputs.tolist(), np.asarray(x).tolist(), strict=True):
            self.state[node] = mpmath.mpf(value)
        self.sums = {
            "w_out": dict.fromkeys(self.free, mpmath.mpf(0)),
            "w_out_abs": dict.fromkeys(self.free, mpmath.mpf(0)),
        }
        for _, source, weight in self.edges:
            if source in self.sums["w_out"]:
                self.sums["w_out"][source] += weight
                self.sums["w_out_abs"][source] += abs(weight)

    def dynamics(self, node):
        """Return how a node moves, and what it sends."""
        of = self.network.dynamics
        return of.each[self.network.population[node]][1] if isinstance(of, Populations) else of

    def parameters(self, node):
        """Return the constants of a node."""
        names = list(self.network.dynamics.defaults)
        return {name: mpmath.mpf(float(self.network.parameters[node, k])) for k, name in enumerate(names)}

    def drift(self, s):
        """Evaluate the equations as they are written."""
        state = list(self.state)
        for node, value in zip(self.free, s, strict=True):
            state[node] = value
        total = [mpmath.mpf(0)] * len(state)
        for to, source, weight in self.edges:
            sent = eval(self.dynamics(source).transfer, {"s": state[source], **FUNCTIONS, **self.parameters(source)})
            total[to] += weight * sent
        return [
            eval(self.dynamics(node).drift, {
                "s": state[node], "I": total[node], "b": mpmath.mpf(float(self.network.biases[node])),
                **{name: sums[node] for name, sums in self.sums.items()}, **FUNCTIONS, **self.parameters(node),
            })
            for node in self.free
        ]  # fmt: skip

    def jacobian(self, s, inside):
        """Differentiate the drift of the neurons inside by central differences of 1e-15, whose error is about 1e-25."""
        step, J = mpmath.mpf(10) ** -12, mpmath.matrix(len(inside), len(inside))
        for column, i in enumerate(inside):
            ahead, behind = list(s), list(s)
            ahead[i] += step
            behind[i] -= step
            one, other = self.drift(ahead), self.drift(behind)
            for row, j in enumerate(inside):
                J[row, column] = (one[j] - other[j]) / (2 * step)
        return J

    def equilibrium(self, s, inside):
        """Improve a computed equilibrium by Newton's method among the neurons inside."""
        s = [mpmath.mpf(float(value)) for value in s]
        for _ in range(6):
            drift = self.drift(s)
            if not inside or max(abs(drift[j]) for j in inside) < mpmath.mpf(10) ** -30:
                return s
            residual = mpmath.matrix([drift[j] for j in inside])
            move = mpmath.lu_solve(self.jacobian(s, inside), -residual)
            for row, j in enumerate(inside):
                s[j] += move[row]
        return s

    def rests(self, s):
        """Improve a computed equilibrium; None where it is none after all, or is on another side of a bound."""
        low, high = (end[self.free].tolist() for end in self.network.box)
        inside = [j for j, value in enumerate(s) if low[j] < value < high[j]]
        with mpmath.workdps(DIGITS):
            try:
                s = self.equilibrium(s, inside)
            except ZeroDivisionError:
                return None
            drift = self.drift(s)
            still = all(abs(drift[j]) < mpmath.mpf(10) ** -25 and low[j] <= s[j] <= high[j] for j in inside)
            pressed = all(
                (drift[j] <= 0) if s[j] <= low[j] else (drift[j] >= 0) for j in set(range(len(s))) - set(inside)
            )
            return s if still and pressed else None
