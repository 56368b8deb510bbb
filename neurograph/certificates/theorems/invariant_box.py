"""The invariant box: how far neurons can go, whatever their inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.inclusion import Inclusion, clamped_at, inapplicable_reason
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import System

ROUNDS = 50
"""Most boxes inside each other that are looked at."""

VISITS = 5e6
"""Visits of edges that they may cost beyond the first three."""

SHRINKING = 0.01
"""The search ends when no side of the box shrinks by this share."""


class InvariantBox(Theorem):
    """A box that every state enters in finite time and never leaves, whatever the inputs.

    Notes
    -----
    L is the leak of a neuron, A its drift without it, a function of the summed input I, and s its state.

    With a drift ``A(I) - L s``, L > 0, neuron j comes below any number above max A_j / L_j, and above any below
    min A_j / L_j, where I_j takes every value that it can take while the others are in the box found before; that of
    neurons which an input reaches is any number at first. Boxes inside each other are found in this way from the
    network's own box, or from all states, until they shrink no more; see :class:`Inclusion`. A nudge with beta > 0
    towards targets in the box cannot take a state out of it; with beta < 0 the targets may be any. Explicit Euler with
    dt <= 1/max L keeps to them too. With another drift, or in a transposed phase, the network's own box is what is
    known: clipping keeps every state in it. Ends are rounded outward. With delays, a state is what all neurons were
    over the time of the longest one.
    """

    name = "invariant_box"
    scope = "all inputs"
    assumptions = (CONSTANT,)
    reference = "Nagumo's theorem, after Blanchini, Automatica 35, 1999"
    despite_delays = ("box invariant",)
    does_not_cover = "whether a state in the box settles."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Enclose the drift over one box after another."""
        if inapplicable_reason(system) is not None:
            return self._own_box(system)
        towards = system.beta > 0.0
        no_input = np.zeros((1, system.network.connectivity.inputs.size))
        any_input = clamped_at(system, no_input, np.inf)
        inclusion = Inclusion(replace(system, beta=0.0) if towards else system, any_input)
        # X_0 is the network's box or all states; X_{k+1} encloses A(I) / L over X_k, with I over X_k and all inputs.
        rounds = int(np.clip(3 + VISITS / max(system.weights.nnz, 1), 3, ROUNDS))
        smallest, rounds = inclusion.smallest(deadline, rounds, SHRINKING)
        unbounded = np.flatnonzero(~np.isfinite(smallest.width[0]))
        if unbounded.size:
            return self.unknown(
                system,
                f"No box is found that bounds neuron {system.nodes[int(unbounded[0])]!r}, 1 of {unbounded.size} of "
                f"{len(system.nodes)}: over all inputs its drift without the leak has no bound, or it does not leak.",
            )
        leak = float(np.max(inclusion.leak.high + np.maximum(system.nudge, 0.0)))
        largest_dt = float(np.nextafter(1.0 / leak, 0.0)) if leak > 0.0 else np.inf
        low, high = smallest.state.low[0], smallest.state.high[0]
        width, ends = high - low, _written(float(np.min(low)), float(np.max(high)))
        inner = f", inside the network's own box {_own(system)}" if system.boxed else ""
        return self.proved(
            system,
            f"Whatever the inputs{', with targets in the box' * towards}, every state enters a box with sides within "
            f"{ends} and stays in it{inner}; a side is {np.mean(width):.4g} long on average, {np.min(width):.4g} at "
            f"least and {np.max(width):.4g} at most.",
            claims=("box invariant",),
            largest_dt=largest_dt,
            euler=system.euler(largest_dt, "keeps to it."),
            witness={"low": low, "high": high, "rounds": rounds},
        )

    def _own_box(self, system: System) -> Certificate:
        """Return what clipping alone does."""
        if not system.enclosed:
            return self.unknown(
                system,
                f"Not applicable: {inapplicable_reason(system)}, and the network has no box that bounds its states.",
            )
        low, high = system.box
        return self.proved(
            system,
            f"Clipping keeps every state in the network's own box {_own(system)}; of a smaller one nothing is known, "
            f"for {inapplicable_reason(system)}.",
            claims=("box invariant",),
            largest_dt=np.inf,
            euler=system.euler(np.inf, "keeps to it."),
            witness={"low": low, "high": high, "rounds": 0},
        )


def _own(system: System) -> str:
    low, high = system.box
    return _written(float(low.min()), float(high.max()))


def _written(low: float, high: float) -> str:
    return f"[{round(low, 9) + 0.0:.4g}, {round(high, 9) + 0.0:.4g}]"
