"""The time that a theorem is given."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class OutOfTimeError(Exception):
    """The time that a theorem was given is spent; :func:`neurograph.certify` returns UNKNOWN."""


@dataclass(frozen=True)
class Deadline:
    """A span of time that begins when this is made; loops check it once a round.

    Attributes
    ----------
    seconds : float
        The span.

    Examples
    --------
    >>> Deadline(60.0).left <= 60.0
    True
    """

    seconds: float
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds that are left; negative once they are spent."""
        return self.began + self.seconds - time.monotonic()

    def check(self) -> None:
        """Raise :class:`OutOfTimeError` once the time is spent."""
        if self.left < 0.0:
            raise OutOfTimeError
