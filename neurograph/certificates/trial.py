"""A simulation that is held against what is proved: whether trajectories from several starts come together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole
from neurograph.certificates.report import Report
from neurograph.certificates.system import Array
from neurograph.certificates.verdict import Verdict
from neurograph.drawing.card import Carded, Html
from neurograph.drawing.chart import chart
from neurograph.errors import ParameterError
from neurograph.network.inputs import checked_inputs, checked_network
from neurograph.network.network import Network
from neurograph.simulation.simulate import simulate

FRAMES = 200
"""Frames of a trial, about."""

TOGETHER = 1e-9
"""Distance that counts as none."""


@dataclass(frozen=True, eq=False, repr=False)
class Trial(Carded):
    """How far trajectories of a network are from each other; made by :func:`try_out`.

    Attributes
    ----------
    time : array (frames,)
        From 0 on.
    distance : array (batch, frames)
        Largest difference of a neuron between two trajectories of a sample.
    proved : tuple of str
        The certificates that prove that they come together.
    contradicted : tuple of str
        Those of them that are wrong, or asked of too short a time or too long a step: in some sample, trajectories are
        further apart at the end than at the start.
    """

    time: Array
    distance: Array
    proved: tuple[str, ...]
    contradicted: tuple[str, ...]

    def __repr__(self) -> str:
        """Return what was seen, in a line."""
        against = f"; it speaks against {', '.join(self.contradicted)}" if self.contradicted else ""
        return (
            f"Trial({len(self.distance)} samples, {self.time[-1]:g} units of time: trajectories at most "
            f"{self.distance[:, 0].max():.3g} apart at the start and {self.distance[:, -1].max():.3g} at the end; "
            f"proved by {', '.join(self.proved) or 'nothing'}{against})"
        )

    def _parts(self) -> Iterator[Html]:
        yield chart(self.time, {f"sample {k}": line for k, line in enumerate(self.distance)}, "time; distances")


def try_out(
    report: Report, network: Network, x: ArrayLike, *, dt: float, duration: float, starts: int = 8, seed: Seed = None
) -> Trial:
    """Simulate a network from several starts, delays and all, and hold it against its certificates.

    What is proved needs no trial; what is not, such as of a delay beyond that of "delay_margin", may hold all the same.

    Parameters
    ----------
    report : Report
        From :func:`neurograph.certify`.
    network : Network
        The one that was certified.
    x : array (batch, inputs)
        Inputs, held all the time.
    dt, duration : float
        As in :func:`neurograph.simulate`.
    starts : int
        How many states each sample starts from: drawn in the box, or about 0 where a neuron has none.
    seed
        An int or a :class:`numpy.random.Generator`; without it every call draws anew.

    Raises
    ------
    ParameterError
        If the report is of another network or of a nudged phase, or an argument is out of range.
    DataError
        If x has the wrong shape or holds a number that is not finite.
    """
    report.check(checked_network(network))
    system = report.certificates[0].system
    if system.transposed or system.beta != 0.0:
        raise ParameterError("report is of a phase that is nudged: expected one of the free phase, which is simulated")
    inputs, count = checked_inputs(network, x), checked_whole("starts", starts, 2)
    step, total = checked_number("dt", dt, above=0.0), checked_number("duration", duration, above=0.0)
    low, high = network.box
    low = np.where(np.isfinite(low), low, np.minimum(high - 2.0, -1.0))
    high = np.where(np.isfinite(high), high, np.maximum(low + 2.0, 1.0))
    start = checked_generator(seed).uniform(low, high, (len(inputs) * count, len(network.nodes)))
    held = np.repeat(inputs, count, axis=0)
    start[:, network.connectivity.inputs], start[:, network.connectivity.bias_nodes] = held, 1.0
    every = max(1, round(total / step / FRAMES))
    run = simulate(network, lambda _: held, dt=step, duration=total, start=start, record=every)
    free = network.connectivity.free
    states = np.concatenate([start[:, None], run.states], axis=1)[:, :, free]
    distance = np.ptp(states.reshape(len(inputs), count, -1, free.size), axis=1).max(axis=-1)
    falling = {"exponentially stable", "asymptotically stable"}
    proved = tuple(
        one.name
        for one in report
        if one.verdict is Verdict.PROVED and one.scope == "all inputs" and falling & set(one.claims)
    )
    grown = bool(np.any(distance[:, -1] > np.maximum(distance[:, 0], TOGETHER)))
    return Trial(np.append(0.0, run.time), distance, proved, proved if grown else ())
