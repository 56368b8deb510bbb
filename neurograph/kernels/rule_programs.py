"""The programs of a learning rule, as a sum of products where it is one, else whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.expression import Expression
from neurograph.kernels import engine
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
    weigh : callable
        From the sums over samples of the terms (terms, k) and k weights to the rule (k,).
    """

    pre: tuple[Program, ...]
    post: tuple[Program, ...]
    whole: Program | None
    weigh: Callable[[Numbers, Numbers], Numbers]

    @property
    def sums(self) -> int:
        """How many numbers are summed for each edge."""
        return len(self.pre) if self.whole is None else 1


@lru_cache(maxsize=256)
def online_programs(rule: Expression) -> OnlineProgram:
    """Return the programs of an online rule."""
    terms = edge_terms(rule, _end)
    if terms is None:
        return OnlineProgram((), (), program(rule, ("pre", "post", "dpre", "dpost", "w")), lambda sums, w: sums[0])
    return OnlineProgram(
        tuple(program(term.pre, ("pre", "dpre")) for term in terms),
        tuple(program(term.post, ("post", "dpost")) for term in terms),
        None,
        lambda sums, w: weighed(terms, sums, w.astype(np.float64)),
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


def weighed(terms: tuple[Term, ...], sums: Numbers, w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum over terms of h(w) times the sum over samples of the term's ends (terms, k), at k weights."""
    mean, names = mean_of_terms(terms, 1)
    result = np.empty(w.size)
    engine.evaluate(program(mean, names), (*sums, w)[: len(names)], result)
    return result
