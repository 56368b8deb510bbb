"""What a model is expected to give, from how many networks, and how far as many others may be from it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom
from scipy.stats import t as student

LEVEL = 0.99
"""Share of the runs that are inside, if only their seeds differ from those that EXPECTED comes from."""

EXPLAINED = (
    "Asked: measured here with as many networks (of). Inside: as near to it (+-, or within) as "
    f"{100 * LEVEL:.0f} % of the runs are of which only the seeds differ."
)

_TAILS = np.array([0.5 - LEVEL / 2, 0.5 + LEVEL / 2])


@dataclass(frozen=True)
class Mean:
    """The mean over some networks, and the standard deviation among them: None where that of the others serves."""

    mean: float
    std: float | None
    seeds: int

    HEADER = f"{'asked':>6}{'std':>5}{'of':>4}{'+-':>5}{'is':>7}{'std':>5}{'least':>6}{'most':>6}{'':>8}"

    def tolerance(self, found: NDArray[np.float64]) -> float | None:
        """Return how far the mean of others may be, by Student's interval of prediction, and the last digit.

        One network shows no standard deviation: None, if none is expected either.
        """
        std, of = (self.std, self.seeds) if self.std is not None else (_std(found), found.size)
        if std is None:
            return None
        away = student.ppf(_TAILS[1], of - 1) * std * np.sqrt(1.0 / found.size + 1.0 / self.seeds)
        return float(away) + (1e-4 if self.std is not None else 1e-3)

    def verdict(self, found: NDArray[np.float64]) -> str:
        """Return whether the mean of what was found is inside the tolerance."""
        allowed = self.tolerance(found)
        return "-" if allowed is None else "inside" if abs(found.mean() - self.mean) <= allowed else "OUTSIDE"

    def columns(self, found: NDArray[np.float64], unit: float = 0.01) -> str:
        """Write what is expected and what was found under HEADER, in per cent or another unit."""
        expected = (self.mean, self.std, self.tolerance(found))
        mean, std, within = ("-" if one is None else f"{one / unit:.1f}" for one in expected)
        return f"{mean:>6}{std:>5}{self.seeds:>4}{within:>5}{columns(found, unit)}{self.verdict(found):>8}"


def columns(found: NDArray[np.float64], unit: float = 0.01) -> str:
    """Write what was found under the last columns of Mean.HEADER."""
    mean, std, least, most = (
        "-" if one is None else f"{one / unit:.1f}" for one in (found.mean(), _std(found), found.min(), found.max())
    )
    return f"{mean:>7}{std:>5}{least:>6}{most:>6}"


def _std(found: NDArray[np.float64]) -> float | None:
    return float(found.std(ddof=1)) if found.size > 1 else None


@dataclass(frozen=True)
class Share:
    """How many of some networks do it."""

    count: int
    seeds: int

    HEADER = f"{'asked':>6}{'of':>4}{'within':>11}{'is':>6}{'':>8}"

    def interval(self, seeds: int) -> tuple[float, float]:
        """Return between which shares of so many others lie: binomial, of a chance known from these (Jeffreys)."""
        low, high = betabinom.ppf(_TAILS, seeds, self.count + 0.5, self.seeds - self.count + 0.5) / seeds
        return float(low), float(high)

    def verdict(self, found: float, seeds: int) -> str:
        """Return whether a share of so many lies in that interval."""
        low, high = self.interval(seeds)
        return "inside" if low <= found <= high else "OUTSIDE"

    def columns(self, found: float, seeds: int) -> str:
        """Write what is expected and what was found under HEADER, in per cent."""
        low, high = self.interval(seeds)
        return (
            f"{100.0 * self.count / self.seeds:>6.1f}{self.seeds:>4}{f'{100.0 * low:.1f}-{100.0 * high:.1f}':>11}"
            f"{100.0 * found:>6.1f}{self.verdict(found, seeds):>8}"
        )


class _Quick(argparse.Action):
    """One process, few networks, and what else is left out, which `quick` then says."""

    def __init__(self, few: int, **named: Any) -> None:
        super().__init__(nargs=0, default="", **named)
        self.few = few

    def __call__(self, parser: Any, namespace: argparse.Namespace, *given: Any) -> None:
        namespace.quick, namespace.seeds, namespace.jobs = self.const, self.few, 1


def arguments(
    description: str | None, seeds: int, quick: str, few: int = 1, jobs: bool = True
) -> argparse.ArgumentParser:
    """Return what reads the seeds, and the processes where there are several, from the command line.

    `quick` says what the quick form leaves out, which is of `few` networks and one process.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    said = f"Quick form: {quick}."
    parser.add_argument("--quick", action=_Quick, const=said, few=few, help=f"a first look, in seconds: {quick}")
    parser.add_argument("--seeds", type=int, default=seeds, help="networks a row (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="seed of the first (default: %(default)s)")
    if jobs:
        parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    return parser
