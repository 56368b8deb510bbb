"""The programs of a learning rule, as a sum of products where it is one, else whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.kernels.edge_terms import Term, edge_terms
from neurograph.kernels.program import Program, program

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class OnlineProgram:
    """A rule that is integrated along a phase.

    Attributes
    ----------
    pre, post : tuple of Program
        Of each term, the part of either end: over its state after a step, and how far that moved it.
    whole : Program or None
        The rule over both ends and the weight, where it is no sum of products.
    terms : tuple of Term or None
        What :func:`weighed` takes.
    """

    pre: tuple[Program, ...]
    post: tuple[Program, ...]
    whole: Program | None
    terms: tuple[Term, ...] | None

    @property
    def sums(self) -> int:
        """How many numbers are summed for each edge."""
        return len(self.pre) if self.whole is None else 1


@lru_cache(maxsize=256)
def online_programs(rule: Expression) -> OnlineProgram:
    """Return the programs of an online rule."""
    terms = edge_terms(rule, _end)
    if terms is None:
        return OnlineProgram((), (), program(rule, ("pre", "post", "dpre", "dpost", "w")), None)
    return OnlineProgram(
        tuple(program(term.pre, ("pre", "dpre")) for term in terms),
        tuple(program(term.post, ("post", "dpost")) for term in terms),
        None,
        terms,
    )


def _end(symbol: str) -> str:
    return {"dpre": "pre", "dpost": "post"}.get(symbol, symbol)


@lru_cache(maxsize=256)
def mean_of_terms(terms: tuple[Term, ...] | None, samples: int) -> tuple[Expression, tuple[str, ...]]:
    """Return the mean over samples of a rule as an expression, and its variables: ``sum_0``, ... and perhaps ``w``.

    The variables are the sums over samples of the terms' ends, or of the rule itself where it has no terms.
    """
    count = 1 if terms is None else len(terms)
    factors = ["1"] * count if terms is None else [term.w.text for term in terms]
    parts = [f"sum_{k}" if text == "1" else f"({text})*sum_{k}" for k, text in enumerate(factors)]
    names = tuple(f"sum_{k}" for k in range(count))
    mean = Expression(f"({' + '.join(parts)})/{samples}", (*names, "w", "beta"), "the mean of a rule")
    return mean, (*names, "w") if "w" in mean.symbols else names


def weighed(
    terms: tuple[Term, ...] | None,
    sums: Numbers,
    w: NDArray[np.float64],
    to: NDArray[np.float64],
    samples: int = 1,
    constants: tuple[tuple[str, float], ...] = (),
) -> Call:
    """Return the call that writes, at k weights, the sum over terms of h(w) times their sums (terms, k)."""
    mean, names = mean_of_terms(terms, samples)
    given = {f"sum_{k}": each for k, each in enumerate(sums)} | {"w": w}
    return engine.evaluate, (program(mean, names, (), constants), tuple(given[name] for name in names), to)
