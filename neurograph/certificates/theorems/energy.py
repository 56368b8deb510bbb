"""The energy of symmetric weights: it falls along every trajectory, so that every state comes to rest somewhere."""

from __future__ import annotations

import ast
from typing import Literal

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigvalsh

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.energy_function import Energy, RateEnergy
from neurograph.certificates.bounds.lyapunov_function import LyapunovFunction
from neurograph.certificates.bounds.monotone import rises
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System, scaled
from neurograph.certificates.verdict import Verdict
from neurograph.equations.expression import Expression
from neurograph.equations.intervals import SMOOTH, Interval, enclose
from neurograph.equations.populations import by_population
from neurograph.solvers.base import Phase

DENSE = 1500
"""Most neurons for which the curvature is an eigenvalue; beyond, it is bounded by sums of rows."""

Form = Literal["gradient", "rate"]


class EnergyDescent(Theorem):
    r"""Convergence of every trajectory, where the weights among free nodes are symmetric and the drift has an energy.

    Notes
    -----
    s is the state, g the drift, I = W f(s) + c the summed input, W the weights among free nodes, f what a neuron sends,
    rho its activation and L its leak; f' and rho' are slopes, s' is the transpose.

    Two forms have one. A drift that is linear in I, ``g = a(s) I + r(s)`` with a > 0 and f' > 0, has

    .. math:: E = -\tfrac12 \sum_{ij} W_{ij} f(s_i) f(s_j) - \sum_j c_j f(s_j) - \sum_j \int \frac{r_j f'_j}{a_j} ds,
        \quad \dot E = -\sum_j \frac{f'_j}{a_j} \dot s_j^2

    with c the input from clamped nodes; the box only takes parts away from the flow. A drift ``L (rho(I) - s)``
    without a box, with f(s) = s and rho' > 0, has

    .. math:: E = -\tfrac12 s'Ws - c's + \sum_j \int^{s_j} \rho_j^{-1}(z) dz, \quad
        \dot E = -\sum_j L_j (\rho_j^{-1}(s_j) - I_j) (s_j - \rho_j(I_j))

    on the range of rho, into which every state moves in finite time. So :math:`\dot E < 0` except at rest. Neurons with
    a linear rho among them are of this form too. States are bounded by the box, or by a leak that outweighs a bounded
    activation, or what bounded states send. The equations are made of
    analytic functions, so E satisfies Lojasiewicz's inequality, in the box too, and each trajectory has finite
    length: it goes to one equilibrium. Another start may lead to another one.

    Where the second form's E is strictly convex, with slopes of the drift by I between 0 and G, which is

    .. math:: \lambda_{\max}(M) < 1, \quad M = \operatorname{diag}(G / L)^{1/2} \, W \operatorname{diag}(G / L)^{1/2}

    rho may have flat parts and kinks, as relu has, and leaks may differ: the one equilibrium is the minimum of E, and
    every state goes to it. For the limit set of a bounded trajectory is invariant, and so in the range of rho, where E
    is continuous, with the conjugate of the integral of rho for the integral of its inverse. A state of the limit set
    with the largest E there has a past in it along which E was not larger, so it rests: it is the minimum, and the
    limit set nothing else. States are bounded as above, or where all eigenvalues of M are between -1 and 1, by
    :math:`\sum_j s_j^2 / G_j`.

    Explicit Euler lowers E at every step, if it moves, and converges too, where dt < 2 / lambda_max(H) with

    .. math:: H = \operatorname{diag}(L) - \sqrt G W \sqrt G

    L the steepest leaks, G the steepest slopes of the drift by I times f'; for the second form also dt <= 1 / max L.
    Of the first form this needs a and f' that are the same in every state. The nudge ``beta (y - s)`` belongs to r,
    or to L and rho.

    Cost: O(edges), and the eigenvalues of H for up to 1500 neurons; beyond, sums of its rows bound them.
    """

    name = "energy"
    level = "standard"
    scope = "all inputs"
    assumptions = (
        CONSTANT,
        "weights among free nodes are equal in both directions, to the last digit",
    )
    reference = (
        "Cohen, Grossberg, IEEE Trans. Systems, Man and Cybernetics 13, 1983; Hopfield, PNAS 81, 1984; Bolte, "
        "Daniilidis, Lewis, SIAM J. Optimization 17(4), 2007 (Lojasiewicz's inequality, also in a box)"
    )
    does_not_cover = (
        "how fast; which of several equilibria is reached, or whether there are several, unless it is strictly convex."
    )

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Read the form off the equations, then bound the curvature."""
        reason = _unsymmetric(system)
        if reason is not None:
            return self.unknown(system, f"Not applicable: {reason}.")
        kink, form = _unsmooth(system), _form(system)
        convex = _form(system, strict=False) == "rate" and _largest_gain(system) < 1.0
        if kink is not None and not convex:
            return self.unknown(
                system,
                f"Not applicable: {kink}, and no energy is known to be strictly convex; such are those of "
                "L (rho(I) - s), without a box, with a rising rho and weights that the leaks outweigh.",
            )
        form = "rate" if convex else form
        if form is None:
            return self.unknown(
                system,
                f"Not applicable: no energy is known for the drift {system.network.dynamics.drift!r} with the transfer "
                f"{system.network.dynamics.transfer!r}; known are a(s) I + r(s) with a > 0 and a rising transfer, and, "
                "without a box, L (rho(I) - s) with a rising, smooth rho.",
            )
        if not (_bounded(system) or (convex and _largest_gain(system, -1.0) < 1.0)):
            return self.unknown(system, "No bound of the states is known: there is no box, and no leak that makes one.")
        # E falls, and states are bounded, so every trajectory has limit points at rest; E is analytic, so by
        # Lojasiewicz's inequality its length is finite and the limit is one point; or E is strictly convex. What is
        # left is how long Euler's steps may be.
        curvature = _curvature(system, form)
        largest_dt = _largest_dt(system, form, curvature)
        known = "" if curvature is None else f" Its curvature is at most {curvature:.4g}."
        where = "an equilibrium, if not all to the same one" if not convex else "the one equilibrium, where it is least"
        return self.proved(
            system,
            f"The weights are symmetric, and the network moves down an energy{', strictly convex' * convex}: it falls "
            f"along every trajectory{' in the range of the activations' * (kink is not None)}, and every state goes to "
            f"{where}.{known}",
            claims=("unique equilibrium", "asymptotically stable", "convergent") if convex else ("convergent",),
            largest_dt=largest_dt,
            euler=system.euler(largest_dt, "inherits it: the energy falls at every step."),
            witness={"form": form, "curvature": curvature},
        )

    def function(
        self, certificate: Certificate, sample: int, system: System, phase: Phase, equilibrium: Array
    ) -> LyapunovFunction | None:
        """Return the energy above that of the equilibrium."""
        if certificate.verdict is not Verdict.PROVED:
            return None
        kind = Energy if certificate.witness["form"] == "gradient" else RateEnergy
        return kind(system, phase, equilibrium)


def _unsymmetric(system: System) -> str | None:
    """Return why the matrix of the phase is not symmetric where the energy needs it to be."""
    gap = sp.coo_array(system.weights - system.weights.T)
    places = np.flatnonzero(gap.data)
    if places.size:
        largest = places[np.argmax(np.abs(gap.data[places]))]
        post, pre = (int(place[largest]) for place in gap.coords)
        there, back = (float(system.weights[pair]) for pair in ((post, pre), (pre, post)))
        return (
            f"the weights between free nodes are not symmetric, such as {there:.4g} from {system.nodes[pre]!r} to "
            f"{system.nodes[post]!r} and {back:.4g} back"
        )
    if system.transposed and not (system.affine and (system.couplings - system.couplings.T).count_nonzero() == 0):
        return "in the transposed phase this drift is no gradient"
    return None


def _unsmooth(system: System) -> str | None:
    """Return why E may not be analytic."""
    dynamics = system.network.dynamics
    for equation in (dynamics.drift_equation, dynamics.transfer_equation):
        if np.any(enclose(equation, system.symbols).grade != SMOOTH) or not _analytic(equation):
            return f"the {equation.what} {equation.text!r} may have a kink, a jump or a root"
    return None


def _analytic(equation: Expression) -> bool:
    """Return whether an equation without kinks is analytic: no roots, no powers that are not whole."""
    for node in (node for part in by_population(equation) for node in ast.walk(part.tree)):
        match node:
            case ast.Call(func=ast.Name(id="sqrt")):
                return False
            case ast.BinOp(op=ast.Pow(), right=exponent):
                text = ast.unparse(exponent).strip("-()")
                if not text.isdigit():
                    return False
    return True


def _form(system: System, strict: bool = True) -> Form | None:
    """Return the form of the drift; unless `strict`, a rate may be of an activation that never falls."""
    dynamics, slopes = system.network.dynamics, system.slopes
    sending, input_slope, own = slopes["f'"], slopes["dg/dI"], _own(system)
    rising = np.all(sending.low > 0.0) or rises(dynamics.transfer_equation, "s", system.symbols)
    if strict and "I" not in dynamics.slope("I").symbols and rising and np.all(input_slope.low > 0.0):
        return "gradient"
    same = np.all(sending.low == 1.0) and np.all(sending.high == 1.0)
    leaking = dynamics.leak is not None and np.all(own.high < 0.0)
    if not (same and leaking) or system.boxed:
        return None
    level = not strict and system.jump is None and bool(np.all(input_slope.low >= 0.0))
    return "rate" if level or rises(dynamics.drift_equation, "I", system.symbols) else None


def _own(system: System) -> Interval:
    """Return the range of a neuron's slope by its own state, the nudge with it, the self-loop without."""
    return system.slopes["dg/ds"] + Interval.constant(-system.nudge)


def _bounded(system: System) -> bool:
    """Return whether all states stay bounded: in a box, or where a neuron leaks and what drives it is bounded."""
    dynamics, count = system.network.dynamics, len(system.nodes)
    unmoved = enclose(dynamics.drift_equation, {**system.symbols, "s": Interval.constant(0.0)}).repeated(count)
    sent = enclose(dynamics.transfer_equation, system.symbols).repeated(count)
    # A state that leaks is bounded where its drift at 0 is, whatever its input, or where all that it hears is: what is
    # sent by bounded states, or bounded whatever the state. So from neuron to neuron.
    low, high = system.box
    leaks, limited = _own(system).high < 0.0, np.isfinite(sent.size)
    bounded = (np.isfinite(low) & np.isfinite(high)) | (leaks & np.isfinite(unmoved.size))
    while True:
        loud = (abs(system.weights) @ (~(bounded | limited)).astype(np.float64)) > 0.0
        grown = bounded | (leaks & ~loud)
        if np.array_equal(grown, bounded):
            return bool(bounded.all())
        bounded = grown


def _curvature(system: System, form: Form) -> float | None:
    """Bound lambda_max(H), rounding included; None where there is no bound."""
    input_slope, sending = system.slopes["dg/dI"], system.slopes["f'"]
    if form == "gradient" and (np.any(input_slope.varies) or np.any(sending.varies)):
        return None
    root = np.sqrt(input_slope.high * sending.high)
    leak = -_own(system).low
    if not np.all(np.isfinite(leak)) or not np.all(np.isfinite(root)):
        return None
    return _top(leak, -scaled(system.weights, root, root))


def _largest_gain(system: System, sign: float = 1.0) -> float:
    """Bound lambda_max(sign M) of a rate form, rounding included; infinite where slopes have no bound."""
    steepest = system.slopes["dg/dI"].high
    if not np.all(np.isfinite(steepest)):
        return np.inf
    root = np.sqrt(steepest / -_own(system).high)
    return _top(np.zeros(root.size), scaled(sign * system.weights, root, root))


def _top(diagonal: Array, coupling: sp.csr_array) -> float:
    """Bound lambda_max(diag(diagonal) + coupling) of symmetric couplings from above, rounding included."""
    # The entries err by a few eps of their size, and the eigenvalues by at most as much in the 2-norm (Weyl); beyond
    # DENSE neurons Gershgorin's rows bound them.
    sums = np.asarray(abs(coupling).sum(axis=1))
    error = (diagonal.size + 8) * EPS * float(np.linalg.norm(np.abs(diagonal) + sums))
    if diagonal.size <= DENSE:
        return float(eigvalsh(np.diag(diagonal) + coupling.toarray())[-1]) + error
    loops = coupling.diagonal()
    return float(np.max(diagonal + loops - np.abs(loops) + sums)) + error


def _largest_dt(system: System, form: Form, curvature: float | None) -> float | None:
    if curvature is None:
        return None
    # E(s + dt g) <= E(s) - dt (1 - dt lambda_max(H) / 2) times a sum of squares; the rate form must also stay in rho's
    # range.
    falling = 2.0 / curvature if curvature > 0.0 else np.inf
    within = 1.0 / float(np.max(-_own(system).low)) if form == "rate" else np.inf
    return float(np.nextafter(min(falling, within), 0.0))
