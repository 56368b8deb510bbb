"""A quick sufficient test that a phase contracts: its leaks outweigh its couplings, by rows or by columns."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph.costs import CrossEntropy
from neurograph.equilibrium import Phase
from neurograph.intervals import ROUGH, Interval, enclose
from neurograph.network import Network

PRODUCTS = 30
"""Products with the couplings in the search for v."""

SHARE = 1e-9
"""Share of the largest leak that the least surplus must exceed, far more than what rounding makes of it."""


def contracting(network: Network, phase: Phase) -> NDArray[np.bool_]:
    r"""Say for which samples (batch,) the phase is known to contract, and so has one equilibrium; none says nothing.

    .. math:: \min_j (L_j - \sum_i |A_{ji}| v_i / v_j) > c \quad \text{or} \quad \min_i (L_i - \sum_j |A_{ji}|) > c

    with L the leaks, which have to be linear, abs(A_ji) bounded over all states, self-loops among them, some v > 0, and
    c what the nudge may take from it: a negative beta its size, the softmax abs(beta) gain^2 (1 + max v / min v) / 4.
    Turning the edges round exchanges the two norms, where the Jacobian is the same everywhere. Clipping to the box is
    nonexpansive in both.

    References
    ----------
    Bullo, Contraction Theory for Dynamical Systems, 2022. :func:`neurograph.certify` has the same theorems with an
    account of rounding, and stronger ones.
    """
    beta = np.full(phase.start.shape[0], phase.beta, np.float64)
    kept = _RATES.setdefault(network, {})
    if phase.clamped not in kept:
        kept[phase.clamped] = _rate(network, phase.clamped)
    rate, spread, affine = kept[phase.clamped]
    if phase.anchor is not None and not affine:
        return np.zeros(beta.size, np.bool_)
    softmax = phase.cost.gain**2 * (1.0 + spread) / 4 if isinstance(phase.cost, CrossEntropy) else None
    taken = np.maximum(-beta, 0.0) if softmax is None else softmax * np.abs(beta)
    return np.asarray(rate > taken)


_RATES: WeakKeyDictionary[Network, dict[bool, tuple[float, float, bool]]] = WeakKeyDictionary()
"""What :func:`_rate` gave, as long as the network is there; it never changes."""


def _rate(network: Network, clamped: bool) -> tuple[float, float, bool]:
    """Give the left side above, -inf where it has no bound, max v / min v, and whether the Jacobian is constant."""
    wiring, dynamics = network.wiring, network.dynamics
    circuit = wiring.clamped_circuit if clamped else wiring.circuit
    equations = (dynamics.drift_equation, dynamics.transfer_equation)
    symbols = _ranges(network, circuit.moving)
    if dynamics.leak is None or any(np.any(enclose(equation, symbols).grade == ROUGH) for equation in equations):
        return -np.inf, 1.0, False
    gain, sending = (enclose(equation, symbols) for equation in (dynamics.slope("I"), dynamics.transfer_slope))
    affine = not (np.any(gain.varies) or np.any(sending.varies))
    count, inner = circuit.moving.size, circuit.inner
    leaks = network.at_nodes(dynamics.leak, np.zeros(len(network.nodes)))[circuit.moving].astype(np.float64)
    if not np.all(leaks > 0.0):
        return -np.inf, 1.0, affine
    coupling = sparse.csr_array(
        (np.abs(network.weights[inner.ids]), circuit.place[inner.other], inner.indptr), shape=(count, count)
    )
    coupling = coupling.multiply(np.broadcast_to(gain.size, (count,))[:, None])
    coupling = sparse.csr_array(coupling.multiply(np.broadcast_to(sending.size, (count,))))
    columns = float(np.min(leaks - coupling.sum(axis=0), initial=np.inf))
    least = SHARE * float(np.max(leaks, initial=0.0))
    if columns > least:
        return columns, 1.0, affine
    v = np.ones(count)
    for _ in range(PRODUCTS):
        reached = coupling @ v
        rate = float(np.min(leaks - reached / v))
        if rate > least:
            return rate, float(v.max() / v.min()), affine
        v = v + reached / leaks
        v /= v.max()
    return -np.inf, 1.0, affine


def _ranges(network: Network, moving: NDArray[np.int64]) -> dict[str, Interval]:
    """Give what the equations may see at the moving nodes: any input, any state in the box."""
    low, high = network.dynamics.box or (-np.inf, np.inf)
    seen = network.dynamics.drift_equation.symbols
    known = {"b": network.biases} | {name: getattr(network, name) for name in ("w_out", "w_out_abs") if name in seen}
    known |= {name: network.parameters[:, k] for k, name in enumerate(network.dynamics.defaults)}
    constants = {name: Interval.constant(values[moving]) for name, values in known.items()}
    return {"s": Interval.across(low, high), "I": Interval.across(-np.inf, np.inf), **constants}
