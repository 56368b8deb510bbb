"""The system that theorems are asked about: what is known of the Jacobian of the free nodes, whatever the state."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import squared_error
from neurograph.equations.intervals import ROUGH, Interval, enclose
from neurograph.equations.neuron import POPULATION, STATE
from neurograph.equations.populations import Populations
from neurograph.network.network import Network

Array = NDArray[Any]

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class LeakLaw:
    """A drift of the form ``a_j (I_j - s_j sum_k W_jk) - extra_j s_j + ...``, or with sum_k abs(W_jk).

    Attributes
    ----------
    kind : {"absolute", "signed"}
        Which of the two sums leaks.
    extra : Interval (free,)
        What leaks beside it, the nudge with it.
    input_slope : array (free,)
        dg/dI, the same in every state and with all weights.
    """

    kind: Literal["absolute", "signed"]
    extra: Interval
    input_slope: Array


@dataclass(frozen=True, eq=False)
class System:
    """A network in one phase, and what the theorems ask of it; nodes are the free ones, in their order.

    A is the Jacobian of the drift with respect to the free nodes, the nudge included and the box left out: row j,
    column i is the derivative of ds_j/dt with respect to s_i. In a transposed phase it is J(s) - J(s*) + J(s*)', and
    so J' where the drift is affine. Slopes are bounded over every real input and every state in the box.

    Attributes
    ----------
    network : Network
    x : array (batch, inputs) or None
    y : array (batch, outputs) or None
        Targets; None in the free phase.
    beta : float
        Nudging strength; 0 in the free phase.
    dt : float or None
        The step of explicit Euler that is asked about.
    transposed : bool
        Whether activity also returns along the edges: the drift gets (J' - J)(s - s*), J its Jacobian at the free
        equilibrium s*.
    budget : float
        Seconds that all theorems together may take.
    """

    network: Network
    x: Floats | None
    y: Floats | None
    beta: float
    dt: float | None
    transposed: bool = False
    budget: float = 60.0

    @cached_property
    def digest(self) -> str:
        """A hash of what is known of A: weights, slopes, nudge."""
        if self.network.dynamics.kind == "unitary":
            return network_digest(self.network)
        kept = hashlib.sha256(b"transposed" if self.transposed else b"")
        parts = [self.weights.indptr.astype(np.int64), self.weights.indices.astype(np.int64), self.weights.data]
        with np.errstate(all="ignore"):  # slopes that overflow are slopes too
            parts += [end for slope in self.slopes.values() for end in (slope.low, slope.high)]
        parts += [] if self.delays is None else [self.delays.indptr, self.delays.indices, self.delays.data]
        for part in (*parts, self.nudge):
            kept.update(np.ascontiguousarray(part).tobytes())
        return kept.hexdigest()[:16]

    @cached_property
    def nodes(self) -> tuple[Hashable, ...]:
        """Labels of the free nodes."""
        labels = self.network.nodes
        return tuple(labels[place] for place in self.network.connectivity.free.tolist())

    @cached_property
    def nudge(self) -> Array:
        """What the nudge, that of the squared error, takes from the diagonal (free,)."""
        slope, _, _ = squared_error().force_slopes(0.0, 0.0)
        return np.where(self.network.connectivity.nudged >= 0, -self.beta * slope, 0.0)

    @cached_property
    def weights(self) -> sp.csr_array:
        """The weights among free nodes (free, free), row = postsynaptic, without those that are 0."""
        return self._weights_from(self.network.connectivity.free)

    def _weights_from(self, places: Array) -> sp.csr_array:
        block = sp.csr_array(self.network.matrix().astype(np.float64)[self.network.connectivity.free][:, places])
        block.eliminate_zeros()
        return block

    @cached_property
    def clamped(self) -> Array:
        """Places of the inputs, then of the bias nodes."""
        return np.concatenate([self.network.connectivity.inputs, self.network.connectivity.bias_nodes])

    @cached_property
    def inflow(self) -> sp.csr_array:
        """The weights from clamped nodes to free ones (free, clamped), without those that are 0."""
        return self._weights_from(self.clamped)

    @cached_property
    def constants(self) -> dict[str, Interval]:
        """Bias, summed outgoing weights and parameters (free,), with the rounding error of the sums."""
        network, free = self.network, self.network.connectivity.free
        weights, pre, n = network.weights.astype(np.float64), network.connectivity.pre, len(network.nodes)
        total = np.bincount(pre, np.abs(weights), minlength=n)
        terms = np.maximum(np.bincount(pre, minlength=n) - 1, 0)
        error = (terms * EPS * total)[free]
        return {
            "b": Interval.constant(network.biases[free]),
            "w_out": Interval.constant(np.bincount(pre, weights, minlength=n)[free], error),
            "w_out_abs": Interval.constant(total[free], error),
            **self.parameters_at(free),
        }

    def parameters_at(self, places: Array) -> dict[str, Interval]:
        """Return the parameters of the dynamics, each as an array of the nodes at these places."""
        network, names = self.network, (*self.network.dynamics.defaults, POPULATION)
        return {name: Interval.constant(network.constants[name][places]) for name in names if name in network.constants}

    def euler(self, largest_dt: float | None, inherits: str = "inherits it.") -> str | None:
        """Return whether a step of explicit Euler as long as dt inherits a claim, in a sentence; None without a dt."""
        if self.dt is None:
            return None
        if largest_dt is None:
            inherits = "need not inherit it: no step is known that does."
        elif self.dt > largest_dt:
            inherits = f"need not inherit it: the theorem asks for dt <= {largest_dt:.4g}."
        return f"Explicit Euler with dt = {self.dt:g} {inherits}"

    @cached_property
    def box(self) -> tuple[Array, Array]:
        """The ends of the box of each free node, infinite where it has none."""
        low, high = (end[self.network.connectivity.free].astype(np.float64) for end in self.network.box)
        return low, high

    @property
    def boxed(self) -> bool:
        """Whether any state is clipped."""
        return bool(np.any(np.isfinite(self.box)))

    @property
    def enclosed(self) -> bool:
        """Whether every state is clipped on both sides."""
        return bool(np.all(np.isfinite(self.box)))

    @cached_property
    def symbols(self) -> dict[str, Interval]:
        """Everything that an equation may see: any input, and any state in the box."""
        anything = Interval.across(-np.inf, np.inf)
        further = dict.fromkeys(self.network.dynamics.variable_names, anything)
        return {"s": Interval.across(*self.box), "I": anything, **further, **self.constants}

    @cached_property
    def slopes(self) -> dict[str, Interval]:
        """Ranges (free,) of dg/ds, dg/dI and f'."""
        dynamics = self.network.dynamics
        equations = {"dg/ds": dynamics.slope("s"), "dg/dI": dynamics.slope("I"), "f'": dynamics.transfer_slope}
        return {name: enclose(equation, self.symbols).repeated(len(self.nodes)) for name, equation in equations.items()}

    @cached_property
    def jump(self) -> str | None:
        """Why the drift or the transfer need not be continuous, as a sentence; None where both are."""
        dynamics = self.network.dynamics
        for equation in (dynamics.drift_equation, dynamics.transfer_equation):
            if np.any(enclose(equation, self.symbols).grade == ROUGH):
                return (
                    f"the {equation.what} {equation.text!r} may jump, or is not defined, for some s and I, so that its "
                    "slopes bound nothing"
                )
        return None

    @cached_property
    def inapplicable_reason(self) -> str | None:
        """Why the Jacobian has no bounds, as a sentence; None where it has."""
        if self.jump is not None:
            return self.jump
        dynamics = self.network.dynamics
        slopes = self.slopes
        unbounded = [name for name in ("dg/dI", "f'") if not np.all(np.isfinite(slopes[name].size))]
        if not np.all(slopes["dg/ds"].high < np.inf):
            unbounded.append("dg/ds")
        if not unbounded:
            return None
        return (
            f"no bound of {' or '.join(unbounded)} is known that holds for every input, with the drift "
            f"{dynamics.drift!r} and the transfer {dynamics.transfer!r}; terms that are linear in I, or tanh, sigmoid, "
            "clip or relu of it, have one"
        )

    @cached_property
    def delays(self) -> sp.csr_array | None:
        """The delays above 0 of the edges among free nodes (free, free), weights of 0 left out; None without one."""
        network, free = self.network, self.network.connectivity.free
        if network.delays is None:
            return None
        delays = sp.csr_array(replace(network, weights=np.where(network.weights != 0.0, network.delays, 0.0)).matrix())
        block = sp.csr_array(delays[free][:, free])
        block.eliminate_zeros()
        return block if block.nnz else None

    @property
    def leaks_alone(self) -> bool:
        """Whether a neuron acts on itself by a linear leak alone: no self-loop, nothing that returns."""
        return self.network.dynamics.leak is not None and not np.any(self.weights.diagonal()) and not self.transposed

    @property
    def affine(self) -> bool:
        """Whether A is the same in every state."""
        return self.inapplicable_reason is None and not any(np.any(slope.varies) for slope in self.slopes.values())

    @cached_property
    def diagonal(self) -> Interval:
        """Ranges of A_jj (free,), self-loops and the nudge included."""
        slopes = self.slopes
        loops = slopes["dg/dI"] * slopes["f'"] * Interval.constant(self.weights.diagonal())
        return slopes["dg/ds"] + loops + Interval.constant(-self.nudge)

    @cached_property
    def coupling(self) -> sp.csr_array:
        """Bounds of abs(A_ji), i other than j (free, free), as rounded."""
        input_slope, sending = self.slopes["dg/dI"], self.slopes["f'"]
        weights = abs(self.weights)
        forth = scaled(weights, input_slope.size, sending.size)
        if not self.transposed:
            return _without_diagonal(forth)
        back = sp.csr_array(forth.T)
        if self.affine:
            return _without_diagonal(back)
        return _without_diagonal(sp.csr_array(back + self._unsteady))

    @cached_property
    def couplings(self) -> sp.csr_array:
        """A_ji, i other than j (free, free), of an affine system, as rounded."""
        input_slope, sending = ((slope.low + slope.high) / 2 for slope in (self.slopes["dg/dI"], self.slopes["f'"]))
        forth = _without_diagonal(scaled(self.weights, input_slope, sending))
        return sp.csr_array(forth.T) if self.transposed else forth

    @property
    def _unsteady(self) -> sp.csr_array:
        """Bounds of abs(J_ji(s) - J_ji(s*)) (free, free): abs(w_ji) times the width of the slopes' product."""
        edges = sp.coo_array(abs(self.weights))
        post, pre = edges.coords
        input_slope, sending = (_at(self.slopes[name], places) for name, places in (("dg/dI", post), ("f'", pre)))
        product = input_slope * sending
        width = (product + -product).high
        return sp.csr_array((edges.data * width, edges.coords), shape=edges.shape)

    @cached_property
    def fastest(self) -> float:
        """The largest abs(A_jj); infinite where there is no bound."""
        return float(np.max(self.diagonal.size))

    @cached_property
    def sent_negative(self) -> Array:
        """N_j, the sum of the negative parts of a neuron's outgoing weights (free,)."""
        network = self.network
        negative = np.maximum(-network.weights, 0.0)
        return np.bincount(network.connectivity.pre, negative, len(network.nodes))[network.connectivity.free]

    @cached_property
    def leak_law(self) -> LeakLaw | None:
        """The law by which outgoing weights leak, read off the equations; None where :class:`LeakLaw` is not it."""
        # With the drift g, d2g/(ds dw_out) or d2g/(ds dw_out_abs) must be -dg/dI, the other 0, and f' = 1. The extra
        # leak is -dg/ds without outgoing weights.
        dynamics, slopes = self.network.dynamics, self.slopes
        leaks = [dynamics.slope("s").derivative(name) for name in ("w_out", "w_out_abs")]
        constant = not any(leak.symbols & set(STATE) for leak in leaks)
        if not self.affine or not constant or dynamics.slope("I").symbols & {"w_out", "w_out_abs"}:
            return None
        input_slope, sending = slopes["dg/dI"], slopes["f'"]
        if not (np.all(input_slope.low > 0.0) and np.all(sending.low == 1.0) and np.all(sending.high == 1.0)):
            return None
        zero = Interval.constant(0.0)
        signed, absolute = (enclose(leak, self.constants).repeated(len(self.nodes)) for leak in leaks)
        own = enclose(dynamics.slope("s"), {**self.symbols, "w_out": zero, "w_out_abs": zero})
        extra = -own.repeated(len(self.nodes)) + Interval.constant(self.nudge)
        middle = (input_slope.low + input_slope.high) / 2
        if _same(absolute, -input_slope) and _same(signed, zero):
            return LeakLaw("absolute", extra, middle)
        if _same(signed, -input_slope) and _same(absolute, zero):
            return LeakLaw("signed", extra, middle)
        return None


def filled(part: Interval, shape: tuple[int, ...]) -> Interval:
    """Return a range broadcast to a shape."""
    return Interval(*(np.broadcast_to(end, shape) for end in (part.low, part.high, part.varies, part.grade)))


def _at(part: Interval, places: Array) -> Interval:
    return Interval(part.low[places], part.high[places], part.varies[places], part.grade[places])


def _same(a: Interval, b: Interval) -> bool:
    return bool(np.all(a.low == b.low) and np.all(a.high == b.high))


def scaled(matrix: sp.csr_array, rows: Array, columns: Array) -> sp.csr_array:
    """Return diag(rows) matrix diag(columns)."""
    product = matrix.copy()
    if np.all(rows == rows[:1]) and np.all(columns == columns[:1]):  # spares two arrays as long as the edges
        product.data *= np.prod(rows[:1]) * np.prod(columns[:1])
    else:
        product.data *= np.repeat(rows, np.diff(matrix.indptr)) * columns[matrix.indices]
    return product


def _without_diagonal(matrix: sp.csr_array) -> sp.csr_array:
    loops = matrix.diagonal()
    if not np.any(loops):
        return matrix
    couplings = sp.csr_array(matrix - sp.diags_array(loops))
    couplings.eliminate_zeros()
    return couplings


def network_digest(network: Network) -> str:
    """Return a hash of what certificates rest on: equations, roles, edges, weights, delays, biases and parameters.

    It is that of the numbers in float64 and knows no labels, so that a network and its graph have the same.
    """
    network, connectivity = in_float64(network), network.connectivity
    dynamics = network.dynamics
    box = dynamics.boxes if isinstance(dynamics, Populations) else dynamics.box
    equations: tuple[Any, ...] = (dynamics.drift, dynamics.transfer, box, tuple(dynamics.defaults))
    equations += (dynamics.variables,) if dynamics.variables else ()
    kept = hashlib.sha256(repr(equations).encode())
    places: list[Array] = [network.roles, connectivity.pre, connectivity.indptr]
    places += [network.population] if isinstance(dynamics, Populations) else []
    delays = [] if network.delays is None else [network.delays]
    for part in (
        *(one.astype(np.int64) for one in places),
        *delays,
        network.weights,
        network.biases,
        network.parameters,
    ):
        kept.update(np.ascontiguousarray(part).tobytes())
    return kept.hexdigest()[:16]


def in_float64(network: Network) -> Network:
    """Return the network with the same numbers in float64."""
    return replace(
        network,
        weights=network.weights.astype(np.complex128 if network.dtype.kind == "c" else np.float64),
        biases=network.biases.astype(np.float64),
        parameters=network.parameters.astype(np.float64),
    )
