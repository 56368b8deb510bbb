"""Weights in which leaks outweigh couplings, and with them a quick test that a phase contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph.equations.costs import Cost
from neurograph.equations.intervals import ROUGH, Interval, enclose
from neurograph.network.network import Network
from neurograph.solvers.base import Phase

PRODUCTS = 30
"""Products with the couplings in the search for v."""

SHARE = 1e-9
"""Share of the largest leak that the least surplus must exceed, far more than what rounding makes of it."""

INERTIA = 0.5
"""What is kept of v from round to round, without which couplings that all lie on cycles of one length never settle."""

FADING, FLOOR = 0.5, 1e-30
"""How a drive of every neuron fades from round to round, as a share of its leak, and its least: it keeps weights of
neurons that little drives from falling faster than others need it, and far above the smallest float."""

Array = NDArray[np.float64]


class Weighting(NamedTuple):
    """Weights of the neurons, and how far their leaks outweigh their couplings in them.

    Attributes
    ----------
    v : array (nodes,) or (nodes, batch)
        The weights, all positive, the largest 1.
    reached : array, as v
        sum_i B_ji v_i / v_j, as rounded.
    rate : array () or (batch,)
        min_j (L_j - reached_j), as rounded.
    """

    v: Array
    reached: Array
    rate: Array

    def surpluses(self, leaks: Array, terms: Array) -> Array:
        """Bound L_j - sum_i B_ji v_i / v_j from below (as v), the roundings of B and of this sum taken into account.

        They are at most (terms + 10) eps (L_j + reached_j), where each B_ji is within 4 units in the last place.

        Parameters
        ----------
        leaks : array, as v
            L, positive, themselves lower bounds.
        terms : int array, as v
            How many couplings reach each neuron.
        """
        machine = np.finfo(np.float64)
        error = (terms + 10) * machine.eps * (leaks + self.reached) + (terms + 1) * machine.tiny / self.v
        return np.asarray(leaks - self.reached - error)


def weightings(leaks: Array, product: Callable[[Array], Array], start: Array) -> Iterator[Weighting]:
    r"""Seek weights v > 0 with L_j v_j - sum_i B_ji v_i >= c v_j for each j; the rate c grows from one to the next.

    .. math:: v \leftarrow v \circ (\omega + \frac{(B v + \epsilon) / v}{L - c}), \quad
        c = \min_j (L_j - (B v + \epsilon)_j / v_j)

    A power iteration on I omega + (L - c)^-1 B: where B v + eps <= (L - c) v holds for one v, it holds for the next, so
    c never falls. It tends to the largest c there is, but for eps, and is positive in the end if and only if L - B is
    an M-matrix. Where the graph is not strongly connected, eps, which fades, keeps the weights from falling to 0.

    Parameters
    ----------
    leaks : array (nodes,) or (nodes, batch)
        L, positive.
    product : function of an array (nodes,) or (nodes, batch)
        B v; B >= 0, and may differ from sample to sample.
    start : array, as v
        The first weights, positive.

    References
    ----------
    Berman, Plemmons, Nonnegative Matrices in the Mathematical Sciences, 1994, theorem 6.2.3 (I27: v > 0 with M v > 0).

    Examples
    --------
    One neuron drives another ten times as hard as that one leaks; without a way back, weights make up for it.

    >>> B = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> found = [float(one.rate) for one in islice(weightings(np.ones(2), B.__matmul__, np.ones(2)), 20)]
    >>> found[0], found[-1] > 0.9
    (-9.0, True)
    """
    v = start
    for k in count(1):
        # The rate of the weights v, scaled so that the largest is 1: c = min_j (L_j - (B v)_j / v_j).
        source = max(FADING**k, FLOOR) * leaks
        v = v / v.max(axis=0)
        driven = product(v)
        yield Weighting(v, driven / v, np.min(leaks - driven / v, axis=0, initial=np.inf))
        # One power iteration on omega I + (L - c)^-1 B, with the fading source eps; (L - c) v >= B v + eps bounds the
        # quotient by 1, which rounding, or a division by 0 where c is reached, may miss.
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = (driven + source) / v
            shifted = leaks - np.min(leaks - ratio, axis=0, initial=np.inf)
            v = v * (INERTIA + np.fmin(ratio / shifted, 1.0))


def provably_contracts(network: Network, phase: Phase) -> NDArray[np.bool_]:
    r"""Return for which samples (batch,) the phase is known to contract, and so has one equilibrium.

    .. math:: \min_j (L_j - \sum_i |A_{ji}| v_i / v_j) > c \quad \text{or} \quad \min_i (L_i - \sum_j |A_{ji}|) > c

    with L the leaks, which have to be linear, abs(A_ji) bounded over all states, self-loops among them, some v > 0, and
    c what the nudge may take from it: the largest beta dF/ds, or abs(beta) (1 + max v / min v) times the curvature of a
    cost that couples the outputs.
    Turning the edges round exchanges the two norms, where the Jacobian is the same everywhere. Clipping to the box is
    nonexpansive in both.

    References
    ----------
    Bullo, Contraction Theory for Dynamical Systems, 2022. :func:`neurograph.certify` has the same theorems with an
    account of rounding, and stronger ones.
    """
    beta = np.full(phase.start.shape[0], phase.beta, np.float64)
    rate, spread, affine = network.once(_rate, phase.clamped)
    if phase.anchor is not None and not affine:
        return np.zeros(beta.size, np.bool_)
    return np.asarray(rate > _nudge_loss(phase.cost, beta, _output_box(network), spread))


def _nudge_loss(cost: Cost, beta: Array, box: tuple[float, float], spread: float) -> Array:
    """Return what a nudge takes from a rate (batch,): 0 for a force that pulls the outputs back; inf if not bounded."""
    if cost.coupled:
        return cost.bound * (1.0 + spread) * np.abs(beta)
    seen = {"s": Interval.across(*box), "y": Interval.across(-np.inf, np.inf)}
    constants = {name: Interval.constant(np.array(value)) for name, value in cost.constants.items()}
    if np.any(enclose(cost.force_equation, seen | constants).grade == ROUGH):  # a jump has no slope
        return np.where(beta == 0.0, 0.0, np.inf)
    slope = enclose(cost.force_equation.derivative("s"), seen | constants)
    with np.errstate(invalid="ignore"):
        loss = np.maximum(beta * slope.low, beta * slope.high)
    return np.where(beta == 0.0, 0.0, np.fmax(np.nan_to_num(loss, nan=np.inf), 0.0))


def _rate(network: Network, clamped: bool) -> tuple[float, float, bool]:
    """Return the left side above, -inf where it has no bound, max v / min v, and whether the Jacobian is constant."""
    connectivity, dynamics = network.connectivity, network.dynamics
    subgraph = connectivity.clamped_subgraph if clamped else connectivity.subgraph
    equations = (dynamics.drift_equation, dynamics.transfer_equation)
    symbols = _ranges(network, subgraph.moving)
    if dynamics.leak is None or any(np.any(enclose(equation, symbols).grade == ROUGH) for equation in equations):
        return -np.inf, 1.0, False
    input_slope, sending = (enclose(equation, symbols) for equation in (dynamics.slope("I"), dynamics.transfer_slope))
    affine = not (np.any(input_slope.varies) or np.any(sending.varies))
    size, recurrent = subgraph.moving.size, subgraph.recurrent
    leaks = network.at_nodes(dynamics.leak, np.zeros(len(network.nodes)))[subgraph.moving].astype(np.float64)
    if not np.all(leaks > 0.0):
        return -np.inf, 1.0, affine
    # B_ji = |W_ji| max |dg_j/dI| max |f'_i| bounds the couplings over all states.
    coupling = sparse.csr_array(
        (np.abs(network.weights[recurrent.ids]), recurrent.other, recurrent.indptr), shape=(size, size)
    )
    coupling = coupling.multiply(np.broadcast_to(input_slope.size, (size,))[:, None])
    coupling = sparse.csr_array(coupling.multiply(np.broadcast_to(sending.size, (size,))))
    # First the unweighted test by columns, whose norm is the 1-norm; then weights v by rows, in the weighted max-norm.
    columns = float(np.min(leaks - coupling.sum(axis=0), initial=np.inf))
    least = SHARE * float(np.max(leaks, initial=0.0))
    if columns > least:
        return columns, 1.0, affine
    for v, _, rate in islice(weightings(leaks, coupling.__matmul__, np.ones(size)), PRODUCTS):
        if rate > least:
            return float(rate), float(1.0 / v.min()), affine
    return -np.inf, 1.0, affine


def _output_box(network: Network) -> tuple[float, float]:
    """Return the ends between which the boxes of the outputs lie, infinite where one has none."""
    low, high = (end[network.connectivity.outputs] for end in network.box)
    return float(low.min()), float(high.max())


def _ranges(network: Network, moving: NDArray[np.int64]) -> dict[str, Interval]:
    """Return what the equations may see at the moving nodes: any input, any state in the box."""
    low, high = (end[moving].astype(np.float64) for end in network.box)
    constants = {name: Interval.constant(values[moving]) for name, values in network.constants.items()}
    return {"s": Interval.across(low, high), "I": Interval.across(-np.inf, np.inf), **constants}
