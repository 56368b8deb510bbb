"""A learning rule as a sum of products, each of a part of the presynaptic node, of the postsynaptic, and of the weight.

The sum over samples of such a product is h(w) times the scalar product of two rows of tables: no equation is evaluated
at an edge. Every named rule is of this kind; another is evaluated edge after edge.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import product

from neurograph.equations.expression import Expression

MOST_TERMS = 8
"""Most terms that the engine takes; a rule of more is evaluated edge after edge."""

LARGEST_POWER = 4
"""Largest power of a product that is written out."""

Side = Callable[[str], str]
"""Names the side that a symbol is of: "pre", "post" or "w"."""


@dataclass(frozen=True)
class Term:
    """One product: an expression of each side."""

    pre: Expression
    post: Expression
    w: Expression


@lru_cache(maxsize=256)
def edge_terms(rule: Expression, side: Side) -> tuple[Term, ...] | None:
    """Return the terms of a rule, or None where it is no such sum."""
    terms = _terms(rule.tree, side)
    if terms is None:
        return None
    merged = _merged(_merged([_joined(term) for term in terms], "pre", "post"), "post", "pre")
    if len(merged) > MOST_TERMS:
        return None
    return tuple(
        Term(**{of: Expression(ast.unparse(term[of]), rule.vocabulary, rule.what) for of in ("pre", "post", "w")})
        for term in merged
    )


Factors = tuple[tuple[str, ast.expr], ...]


def _terms(node: ast.expr, side: Side) -> list[Factors] | None:
    """Return the terms of a syntax tree, each as factors with their sides."""
    sides = {side(name.id) for name in ast.walk(node) if isinstance(name, ast.Name) and not _called(name, node)}
    if len(sides) < 2:
        return [((next(iter(sides), "w"), node),)]
    match node:
        case ast.UnaryOp(op=op, operand=operand):
            terms = _terms(operand, side)
            return terms if isinstance(op, ast.UAdd) or terms is None else [_negated(term) for term in terms]
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            one, other = _terms(left, side), _terms(right, side)
            if one is None or other is None:
                return None
            if isinstance(op, ast.Mult):
                return [(*a, *b) for a, b in product(one, other)]
            if isinstance(op, ast.Div):
                return [(*a, *_inverted(other[0])) for a in one] if len(other) == 1 else None
            return [*one, *(other if isinstance(op, ast.Add) else [_negated(term) for term in other])]
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))) if 1 <= power <= LARGEST_POWER:
            terms = _terms(left, side)
            if terms is None or len(terms) ** power > MOST_TERMS:
                return None
            return [sum(chosen, ()) for chosen in product(terms, repeat=power)]
    return None


def _called(name: ast.Name, root: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and node.func is name for node in ast.walk(root))


def _negated(term: Factors) -> Factors:
    return (*term, ("w", ast.Constant(-1)))


def _inverted(term: Factors) -> Factors:
    return tuple((side, ast.BinOp(ast.Constant(1), ast.Div(), node)) for side, node in term)


def _joined(term: Factors) -> dict[str, ast.expr]:
    """Return the product of the factors of each side."""
    return {
        of: reduce(
            lambda left, right: ast.BinOp(left, ast.Mult(), right),
            [node for side, node in term if side == of] or [ast.Constant(1)],
        )
        for of in ("pre", "post", "w")
    }


def _merged(terms: list[dict[str, ast.expr]], same: str, other: str) -> list[dict[str, ast.expr]]:
    """Join terms that have the `same` side in common, up to a sign, by adding their `other` sides."""
    found: dict[tuple[str, str], dict[str, ast.expr]] = {}
    for term in terms:
        factor, minus = _sign(term["w"])
        key = ast.unparse(term[same]), ast.unparse(factor)
        added = ast.UnaryOp(ast.USub(), term[other]) if minus else term[other]
        if key in found:
            found[key] = found[key] | {other: ast.BinOp(found[key][other], ast.Add(), added)}
        else:
            found[key] = term | {other: added, "w": factor}
    return list(found.values())


def _sign(node: ast.expr) -> tuple[ast.expr, bool]:
    """Return a product without its factors 1 and -1, and whether it had an odd number of the latter."""
    match node:
        case ast.Constant(value=-1):
            return ast.Constant(1), True
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            (one, first), (other, second) = _sign(left), _sign(right)
            kept = [part for part in (one, other) if not (isinstance(part, ast.Constant) and part.value == 1)]
            whole = ast.BinOp(kept[0], ast.Mult(), kept[1]) if len(kept) == 2 else [*kept, ast.Constant(1)][0]
            return whole, first != second
    return node, False
