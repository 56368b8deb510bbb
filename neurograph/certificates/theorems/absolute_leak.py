"""The absolute leak: a law of the neuron that keeps every network of it in bounds, whatever its weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from neurograph.certificates.base import CONSTANT, Theorem
from neurograph.certificates.bounds.components import closed_component, listed
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import Array, LeakLaw, System


class AbsoluteLeak(Theorem):
    r"""What the law ``ds_j/dt = a_j (I_j - s_j sum_k |W_jk|) - c_j s_j + ...`` with c_j >= 0 proves by itself.

    Notes
    -----
    A is the Jacobian of the drift with respect to the free nodes, the nudge included: A_ji = d(ds_j/dt)/ds_i, A' its
    transpose. W_jk is the weight of the edge from j to k, and dg_j/dI_j the slope of the drift g_j by the
    summed input I_j.

    With a_j = dg_j/dI_j > 0 and the weights 1/a, column j of A has the diagonal entry and couplings

    .. math:: A_{jj} + \sum_{k \ne j} \frac{a_j}{a_k} |A_{kj}| \le -c_j

    for weights of any sign on any graph, so mu_1 <= -min c: where :class:`Gershgorin` tests the weights of today,
    this is read off the equation, and no training or pruning can break it.

    - min c > 0: contraction at the rate min c.
    - Some c_j = 0: l_1 distances never grow. -A' is then a signed Laplacian, diagonally dominant in its rows. If
      -A' x = 0 and S is where abs(x) is largest, every j in S has c_j = 0 and sends only into S, and W_jk has the
      sign of x_j x_k there. So A is singular if and only if some strongly connected component is closed (no neuron
      of it sends outside), free of extra leak, and sign-balanced (its neurons split into two camps, with positive
      weights within and negative ones between). The same goes for every principal block, and none of -A has a
      negative determinant: -A is a P-matrix, and the equilibrium unique for every bias, if and only if there is no
      such component.
    - Every clipped Euler trajectory with dt < 1/max abs(A_jj) that stays bounded converges to an equilibrium: a map
      that is nonexpansive in l_1 leads to periodic orbits only, and on one no neuron could ever reverse its
      direction. The same follows for the flow, whose maps over any time are nonexpansive.

    The semi-implicit step of ``solvers.Euler`` contracts for every dt if min c > 0, in the l_1 norm weighted by
    (1 + dt L_j)/a_j.

    In a transposed phase A' stands for A: the same holds in the l_inf norm weighted by a, but for the
    convergence without extra leak.

    A signed leak with the extra leak lambda_j = 2 N_j + c, N_j the sum of the negative parts of j's outgoing
    weights, is identical to the absolute leak with the extra leak c. Cost: O(edges).
    """

    name = "absolute_leak"
    scope = "all inputs"
    assumptions = (CONSTANT, "the drift leaks exactly as much as it sends, which is read off the equation")
    reference = (
        "Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798, with the absolute leak, and the "
        "extra one of Costa, Santos, Mathematics 13(11) 1866, 2025; Altafini, IEEE Trans. Automatic Control 58(4), "
        "2013 (sign balance); Akcoglu, Krengel, Probab. Theory Related Fields 76, 1987"
    )
    does_not_cover = "a leak that is not the node's own summed outgoing weight, or a spiking network made of this one."

    def examine(self, system: System, deadline: Deadline) -> Certificate:
        """Read the law off the equation, then look at what leaks beside it."""
        law = system.leak_law
        if law is None:
            return self.unknown(
                system,
                f"Not applicable: the drift {system.network.dynamics.drift!r} is not of the form "
                "a (I - s w_out_abs) - c s + constant.",
            )
        if law.kind == "signed":
            return self._signed(system, law)
        least = float(np.min(law.extra.low))
        if least < 0.0:
            node = system.nodes[int(np.argmin(law.extra.low))]
            return self.unknown(
                system,
                f"Not applicable: neuron {node!r} has the extra leak {least:.4g}, the nudge included: expected >= 0.",
                margin=least,
            )
        return self._contracting(system, law, least) if least > 0.0 else self._critical(system, law)

    def _signed(self, system: System, law: LeakLaw) -> Certificate:
        needed = 2.0 * law.input_slope * system.sent_negative
        most = int(np.argmax(needed))
        return self.unknown(
            system,
            "Not applicable: the leak is signed. With the extra leak 2 N_j + c at each neuron, N_j the sum of the "
            "negative parts of its outgoing weights, it would be identical to the absolute leak with the extra leak c; "
            f"here 2 N_j is up to {needed[most]:.4g}, at {system.nodes[most]!r}.",
            witness={"2 N_j": needed},
        )

    def _contracting(self, system: System, law: LeakLaw, rate: float) -> Certificate:
        # Whatever W is, column j of A, weighted by 1/a, has A_jj + sum_k |A_kj| a_j / a_k <= -c_j, so that
        # mu_1(A) <= -min c. No change of the weights among free nodes undoes it.
        norm, weights = _norm(system, law)
        why = f", whatever the weights: each neuron leaks what it sends, and at least {rate:.4g} more."
        found = self.contracting(system, rate, norm, why, weights=weights)
        return replace(found, margins={**found.margins, "weight change": np.inf})

    def _critical(self, system: System, law: LeakLaw) -> Certificate:
        """Return what holds where some neuron leaks only what it sends."""
        # -A and all its principal blocks are signed Laplacians with determinants >= 0. One is singular, and -A no
        # P-matrix, exactly where a strongly connected component is closed, has c_j = 0 and is sign-balanced (Altafini).
        component = closed_component(system.weights, law.extra.low == 0.0, balanced=True)
        if component is not None and np.any(law.extra.high[component] > 0.0):
            return self.unknown(system, "Undecided: some extra leak is 0 within rounding.", margin=0.0)
        norm, weights = _norm(system, law)
        witness: dict[str, Any] = {}
        if component is None:
            claims: tuple[str, ...] = ("unique equilibrium", "asymptotically stable", "convergent", "nonexpansive")
            ending = (
                "no closed component without extra leak is sign-balanced, so the equilibrium is unique for every bias"
                f"{', and every state goes to it' * (not system.transposed)}"
            )
        else:
            labels = witness["component"] = tuple(system.nodes[place] for place in component)
            bounded = system.enclosed and not system.transposed
            claims = ("convergent", "nonexpansive") if bounded else ("nonexpansive",)
            ending = (
                f"the closed component {listed(labels)} is sign-balanced and leaks only what it sends, so the "
                f"equilibrium is not unique for every bias{', but every state goes to one' * bounded}"
            )
        # Bounded orbits of maps that are nonexpansive in l_1 are asymptotically periodic (Akcoglu and Krengel), and
        # here none has a period; in the l_inf norm of a transposed phase that is not known.
        if system.transposed:
            claims = tuple(claim for claim in claims if claim in ("unique equilibrium", "nonexpansive"))
        largest_dt = float(np.nextafter(1.0 / system.fastest, 0.0)) if system.fastest > 0.0 else None
        return self.proved(
            system,
            "Whatever the weights, no two states under the same input drift apart in the "
            f"{'weighted ' * (weights is not None)}{norm} norm. With these weights, {ending}.",
            claims=claims,
            norm=norm,
            weights=weights,
            margin=0.0,
            largest_dt=largest_dt,
            euler=system.euler(largest_dt or np.inf),
            witness=witness,
        )


def _norm(system: System, law: LeakLaw) -> tuple[str, Array | None]:
    """Return the norm and its weights; turning the edges round exchanges l_1 and l_inf, and inverts the weights."""
    norm, weights = ("l_inf", law.input_slope) if system.transposed else ("l_1", 1.0 / law.input_slope)
    return norm, None if np.all(law.input_slope == 1.0) else weights
