"""The eigenvalues at the equilibria of given inputs: what happens near them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackError

from neurograph.certificates.base import Theorem
from neurograph.certificates.bounds.equilibria import equilibria
from neurograph.certificates.bounds.mean_slopes import halves
from neurograph.certificates.bounds.spectrum import Spectrum, spectrum
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import Array, System, scaled
from neurograph.equations.intervals import KINKED, ROUGH, Interval, enclose
from neurograph.solvers.result import Equilibrium

MARGIN = 1e-6
"""How far a neuron must be from its bounds to count as inside, and its drift from 0 to count as saturated."""


class SpectralAbscissa(Theorem):
    """Stability of the equilibria that the network settles to from s = 0.

    Notes
    -----
    The spectral abscissa is the largest real part of an eigenvalue.

    Neurons at a bound of the box whose drift pushes outward stay there; what decides is the block J of the others.
    With a spectral abscissa below 0 the equilibrium is exponentially stable nearby; above 0 it is unstable. Explicit
    Euler inherits the first where abs(1 + dt lambda) < 1 for every eigenvalue lambda.

    The linear response of a transposed phase has the eigenvalues of the free phase: its matrix is J'.

    J falls into the strongly connected blocks of its graph; on an acyclic graph these are single neurons. Up to 1500
    neurons, all eigenvalues of a block are computed; beyond, ARPACK looks for the rightmost one, never by shift and
    invert, which misses it. Each is taken to err by its condition number times the rounding error of the block and
    the change of J within 1e-6 of the equilibrium. UNKNOWN if a sample does not settle; if a neuron is at a bound
    without being pushed there, or at a kink of its drift; if the abscissa is within its error. Cost: an eigenvalue
    problem for each sample, or, where the drift is affine, for each set of saturated neurons.
    """

    name = "spectral_abscissa"
    level = "standard"
    scope = "local"
    assumptions = (
        "the equilibrium lies within 1e-6 of the state that was computed, which its residual suggests",
        "the error of an eigenvalue is estimated to first order: this is not a rigorous proof",
    )
    reference = (
        "Khalil, Nonlinear Systems, 2002, theorem 4.7; Golub and Van Loan, Matrix Computations, 2013, section 7.2"
    )
    does_not_cover = "other equilibria of the same inputs, larger disturbances, and other inputs."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Settle, then look at the eigenvalues of each sample."""
        if system.transposed and system.beta != 0.0:
            return self.unknown(
                system, "Not applicable: of transposed phases, only the linear response is looked at: give beta = 0."
            )
        settled = equilibria(system, deadline)
        if isinstance(settled, str):
            return self.unknown(system, settled)
        spectra: list[Spectrum] = []
        known: dict[Any, Spectrum] = {}
        for sample in range(settled.status.size):
            deadline.check()
            inside = _inside(system, settled, sample)
            found = (
                inside if isinstance(inside, str) else self._spectrum(system, settled, sample, inside, known, deadline)
            )
            if isinstance(found, str):
                return self.unknown(system, f"Undecided at sample {sample}: {found}.")
            spectra.append(found)
        return self._judged(system, spectra)

    def _spectrum(
        self,
        system: System,
        settled: Equilibrium,
        sample: int,
        inside: Array,
        known: dict[Any, Spectrum],
        deadline: Deadline,
    ) -> Spectrum | str:
        key = inside.tobytes() if system.affine else sample
        if key not in known:
            block = _jacobian(system, settled.state[sample], inside)
            if isinstance(block, str):
                return block
            try:
                known[key] = spectrum(*block, system.dt, deadline)
            except ArpackError as error:
                return f"ARPACK found no eigenvalue ({error})"
        # A state that still moves by r is within about condition r / |Re lambda| of its equilibrium; if that is more
        # than MARGIN, the ranges that J was computed over may not hold it.
        found, residual = known[key], settled.residual[sample]
        if residual * np.max(found.conditions, initial=0.0) > MARGIN * abs(found.rightmost.real):
            return f"the residual {residual:.2g} is too large beside the eigenvalue {found.rightmost:.3g}"
        return found

    def _judged(self, system: System, spectra: list[Spectrum]) -> Certificate:
        # Stable if the spectral abscissa plus its error is negative for every sample, unstable if minus its error it is
        # positive.
        tops = np.array([one.top for one in spectra])
        bottoms = np.array([one.bottom for one in spectra])
        sample = int(np.argmax(bottoms if np.any(bottoms > 0.0) else tops))
        weakest = spectra[sample]
        witness = {
            "sample": sample,
            "eigenvalue": weakest.rightmost,
            "inside": weakest.values.size,
            "abscissae": np.array([one.rightmost.real for one in spectra]),
        }
        eigenvalue = weakest.rightmost if weakest.rightmost.imag else weakest.rightmost.real
        where = f"rightmost eigenvalue {eigenvalue:.4g} at sample {sample}, of {len(spectra)}"
        if bottoms[sample] > 0.0:
            return self.refuted(
                system,
                f"The equilibrium of {np.sum(bottoms > 0.0)} of {len(spectra)} samples is unstable: {where}.",
                claims=("unstable equilibrium",),
                rigorous=False,
                margin=-float(bottoms[sample]),
                witness=witness,
            )
        if not tops[sample] < 0.0:
            return self.unknown(
                system, f"Undecided: {where}, is 0 within its error {weakest.top - weakest.rightmost.real:.2g}."
            )
        rate = None if np.isinf(tops[sample]) else -float(tops[sample])
        largest_dt = min(one.largest_dt for one in spectra)
        known_dt = np.isfinite(largest_dt) and all(one.complete for one in spectra)
        return self.proved(
            system,
            "Every neuron is saturated and pushed outward, so small disturbances die out in finite time."
            if rate is None
            else f"Small disturbances of each equilibrium die out, in the end like exp(-{rate:.4g} t): {where}.",
            claims=("exponentially stable",),
            rigorous=False,
            rate=rate,
            margin=rate,
            largest_dt=largest_dt if known_dt else None,
            euler=_euler(system.dt, largest_dt),
            witness=witness,
        )


def _euler(dt: float | None, largest_dt: float) -> str | None:
    if dt is None:
        return None
    if dt < largest_dt:
        return f"Explicit Euler with dt = {dt:g} inherits it: abs(1 + dt lambda) < 1 for every eigenvalue."
    return f"Explicit Euler with dt = {dt:g} does not: abs(1 + dt lambda) < 1 needs dt < {largest_dt:.4g}."


def _inside(system: System, settled: Equilibrium, sample: int) -> Array | str:
    """Return a mask of the free nodes that are at no bound of the box, or say which node is a borderline case."""
    connectivity, state = system.network.connectivity, settled.state[sample]
    low, high = system.box
    target = 0.0 if system.y is None else system.y[sample]
    s, drift = state[connectivity.free], system.network.drift(state, target, system.beta)[connectivity.free]
    saturated = (s <= low) | (s >= high)
    push = np.where(s >= high, drift, -drift)
    loose = np.flatnonzero(saturated & (push < MARGIN))
    if loose.size:
        return f"neuron {system.nodes[loose[0]]!r} is at a bound of the box, but its drift hardly pushes it outward"
    close = np.flatnonzero(~saturated & ((s - low < MARGIN) | (high - s < MARGIN)))
    if close.size:
        return f"neuron {system.nodes[close[0]]!r} is within {MARGIN:g} of a bound of the box"
    return np.asarray(~saturated)


def _jacobian(system: System, state: Array, inside: Array) -> tuple[sp.csr_array, sp.csr_array] | str:
    """Return J of the neurons inside and how far its entries may be off near the state; or name a neuron at a kink."""
    network, dynamics, free = system.network, system.network.dynamics, system.network.connectivity.free
    low, high = system.box
    # Ranges of the slopes over the states within MARGIN of this one, and over the inputs I that those give.
    s = Interval.across(np.maximum(state[free] - MARGIN, low), np.minimum(state[free] + MARGIN, high))
    sending = enclose(dynamics.transfer_slope, {**system.constants, "s": s}).repeated(free.size)
    reach = abs(system.weights) @ (sending.size * MARGIN)
    total = network.summed_input(state)[free]
    near = {**system.constants, "s": s, "I": Interval.across(total - reach, total + reach)}
    grades = [
        enclose(equation, near).repeated(free.size).grade
        for equation in (dynamics.drift_equation, dynamics.transfer_equation)
    ]
    sharp = np.maximum(*grades)
    unsure = np.flatnonzero((sharp == ROUGH) | (inside & (sharp >= KINKED)))
    if unsure.size:
        return f"neuron {system.nodes[unsure[0]]!r} is at a kink or a jump of its drift or transfer"
    own, input_slope = (enclose(dynamics.slope(name), near).repeated(free.size) for name in ("s", "I"))
    weights = sp.csr_array(system.weights[inside][:, inside])
    (own_at, own_off), (gain_at, gain_off), (sent_at, sent_off) = (
        [part[inside] for part in halves(slope)] for slope in (own, input_slope, sending)
    )
    # J = diag(dg/ds - nudge) + diag(dg/dI) W diag(f') at the middles m; each entry is off by at most
    # |W| (|m_g| d_f + d_g d_f + d_g |m_f|), d the half widths.
    jacobian = scaled(weights, gain_at, sent_at) + sp.diags_array(own_at - system.nudge[inside])
    off = scaled(abs(weights), np.abs(gain_at) + gain_off, sent_off) + scaled(abs(weights), gain_off, np.abs(sent_at))
    jacobian.eliminate_zeros()
    return sp.csr_array(jacobian), sp.csr_array(off + sp.diags_array(own_off))
