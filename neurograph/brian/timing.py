"""How long the phases last, in steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurograph.errors import ParameterError

CLOSE = 1e-9
"""A time that is so near to a whole multiple of the step is one, relative to it."""


@dataclass(frozen=True)
class Timing:
    """Steps of a run: of the free phase, of the nudged one after it, and of the window in which spikes are counted."""

    free: int
    nudged: int
    window: int


@dataclass(frozen=True)
class Times:
    """The times from which a run takes its own where none is given.

    Attributes
    ----------
    dt : float
        Length of a step, in seconds.
    settling : Quantity or None
        How long the slowest sample takes to settle; None if one does not.
    window : Quantity or None
        How long spikes are counted; None in a model without.
    """

    dt: float
    settling: Any
    window: Any

    def of(self, duration: Any, nudged: Any, window: Any, counts_free: bool) -> Timing:
        """Return the steps of a run whose spikes are counted at the end of the free phase, or of the nudged one."""
        free = self._steps("duration", duration) if duration is not None else self._enough(window)
        pulled = 0 if nudged is False else free if nudged is None else self._steps("nudged", nudged)
        return Timing(free, pulled, self._window(window, free if counts_free else pulled))

    def _enough(self, window: Any) -> int:
        if self.settling is None:
            raise ParameterError(
                "duration is missing, and the rate network did not settle where it was measured: expected a time, such "
                "as duration=0.5*brian2.second"
            )
        counted = 0 if self.window is None else self._steps("window", self.window if window is None else window)
        return self._steps("settling", self.settling) + counted

    def _window(self, window: Any, phase: int) -> int:
        """Return the window: what is left of the phase after the time to settle, and at least half of the phase."""
        if self.window is None:
            if window is not None:
                raise ParameterError(f"window is {window!r}, but the rate model has no spikes to count: leave it out")
            return 0
        if window is None:
            settling = 0 if self.settling is None else self._steps("settling", self.settling)
            return max(phase - settling, (phase + 1) // 2)
        steps = self._steps("window", window)
        if steps > phase:
            raise ParameterError(f"window is {window!r}, longer than the phase at whose end it is: expected less")
        return steps

    def _steps(self, name: str, time: Any) -> int:
        return max(1, round(checked_seconds(name, time) / self.dt))


def checked_seconds(name: str, time: Any, remark: str = "") -> float:
    """Return a positive time in seconds, or raise :class:`ParameterError`."""
    from brian2 import have_same_dimensions, second

    try:
        seconds = float(time) if have_same_dimensions(time, second) and np.ndim(time) == 0 else np.nan
    except (TypeError, ValueError):
        seconds = np.nan
    if not (0.0 < seconds < np.inf):
        raise ParameterError(f"{name} is {time!r}: expected a time > 0, such as 100*brian2.ms{remark}")
    return seconds


def whole_steps(name: str, time: Any, dt: float) -> int:
    """Return a time in steps of `dt` seconds, or raise :class:`ParameterError` if it is no whole multiple of them."""
    seconds = checked_seconds(name, time)
    steps = round(seconds / dt)
    if steps < 1 or abs(seconds / dt - steps) > CLOSE * steps:
        raise ParameterError(
            f"{name} is {time!r}, which is {seconds / dt:.12g} steps of dt: expected a whole multiple of dt, such as "
            f"{max(1, steps) * dt:.12g}*brian2.second"
        )
    return steps
