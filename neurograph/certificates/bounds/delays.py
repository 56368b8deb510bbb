"""How long the delays of couplings may be where a network contracts in l_2 without them."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from neurograph.certificates.bounds.slope_set import absolute_norm
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS, Array, System, scaled

HALVINGS = 20
"""How often the range is halved in which a rate is sought."""


def pulls(system: System) -> sp.csr_array:
    """Return bounds of the sizes of all couplings (free, free), self-loops among them, as rounded."""
    return scaled(abs(system.weights), system.slopes["dg/dI"].size, system.slopes["f'"].size)


def own_slopes(system: System) -> Array:
    """Return bounds of the sizes of what neurons do to themselves beside their self-loops (free,)."""
    return np.asarray((system.slopes["dg/ds"].size + np.abs(system.nudge)) * (1.0 + 4.0 * EPS))


def longest(system: System, rate: float, delays: sp.csr_array, growth: float = 0.0) -> float:
    r"""Return how many times as long delays (free, free) may be beside which a network comes to its equilibrium.

    .. math:: \frac{c}{\|B \circ d\| \, \|L + B\|}

    with c the rate at which it contracts without delays, d the delays, and B and L bounds of the sizes of its couplings
    and of what its neurons do to themselves. With a `growth` r all is measured beside exp(-r t): c - r stands for c,
    (exp(r d) - 1)/r for d, and B exp(r d) for B in the second norm. See :class:`DelayMargin`.
    """
    couplings: sp.csr_array = pulls(system)
    waits = delays
    if growth > 0.0:
        stretched = delays.copy()
        stretched.data = np.expm1(growth * delays.data)
        waits = sp.csr_array(stretched / growth)
        couplings = sp.csr_array(couplings + couplings.multiply(stretched))
    late = absolute_norm(sp.csr_array(pulls(system).multiply(waits)))
    speed = absolute_norm(sp.csr_array(couplings + sp.diags_array(own_slopes(system))))
    product = late * speed * (1.0 + 64.0 * EPS)
    return np.inf if product == 0.0 else (rate - growth) / product


def decay(system: System, rate: float, delays: sp.csr_array, deadline: Deadline) -> float | None:
    """Return a rate at which a network with these delays comes to its equilibrium; None where none is found."""
    low, high = 0.0, rate
    for _ in range(HALVINGS):
        deadline.check()
        middle = 0.5 * (low + high)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is no rate
            enough = longest(system, rate, delays, middle) > 1.0
        low, high = (middle, high) if enough else (low, middle)
    return low or None
