"""Equations as text for other interpreters: Python with floats alone, and Brian2."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import cast


class WithFloats(ast.NodeTransformer):
    """Turns whole numbers into floats, whose powers overflow where those of integers grow without bound."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Turn a number into a float."""
        return ast.copy_location(ast.Constant(float(cast(float, node.value))), node)


BRIAN_FUNCTIONS = {
    "sigmoid": (("x",), "0.5*(1.0 + tanh(0.5*x))"),
    "relu": (("x",), "clip(x, 0.0, inf)"),
    "step": (("x",), "1.0*int(x > 0.0)"),
    "between": (("x", "low", "high"), "1.0*int(x >= low and x <= high)"),
}
"""The functions that Brian2 lacks, each with its arguments, written with those that it has."""


NOT_EVERYWHERE = ("exp", "log", "sqrt")
"""The functions that are nan or infinite at some numbers; at 1 none is."""


def for_brian(tree: ast.expr, names: Mapping[str, str] | None = None, mark: tuple[str, str] | None = None) -> str:
    """Return an equation as Brian2 reads it, each symbol as its text in `names` where it is given.

    With `mark`, two texts of which one is 1 and the other 0, the equation is the same where the first is 1, and finite
    where it is 0, whatever its symbols are there, if not as large as only states that diverge: so 0 times it is 0.
    """
    texts = {name: ast.parse(text, mode="eval").body for name, text in (names or {}).items()}
    writer = ForBrian(texts) if mark is None else ForSome(texts, mark)
    return ast.unparse(writer.visit(copy.deepcopy(tree)))


class ForBrian(WithFloats):
    """Writes symbols and functions as Brian2 has them, and constants as floats, for C++ would divide integers."""

    def __init__(self, texts: Mapping[str, ast.expr]) -> None:
        self.texts = texts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put a symbol's text in its place."""
        return copy.deepcopy(self.texts.get(node.id, node))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Drop a plus sign."""
        operand = self.visit(node.operand)
        return ast.UnaryOp(node.op, operand) if isinstance(node.op, ast.USub) else operand

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Write a call as Brian2 knows it."""
        function = cast(ast.Name, node.func)
        arguments = [self.visit(argument) for argument in node.args]
        if function.id not in BRIAN_FUNCTIONS:
            return ast.Call(function, arguments, [])
        names, text = BRIAN_FUNCTIONS[function.id]
        values = dict(zip(names, arguments, strict=True))
        return cast(ast.expr, ForBrian(values).visit(ast.parse(text, mode="eval").body))


class ForSome(ForBrian):
    """Writes an equation that only some neurons follow: at the others, all is 1 that a bad value could be made of.

    Those are divisors, bases of powers other than 0 to 3, and arguments of functions that are not finite everywhere.
    Sums, products and low powers overflow only at states far above those of a network that settles.
    """

    def __init__(self, texts: Mapping[str, ast.expr], mark: tuple[str, str]) -> None:
        super().__init__(texts)
        self.mark = mark

    def _sheltered(self, node: ast.expr) -> ast.expr:
        """Return what is `node` at those that follow the equation, and 1 at the others."""
        if not any(isinstance(part, ast.Name) for part in ast.walk(node)):
            return node
        own, other = (ast.parse(text, mode="eval").body for text in self.mark)
        return ast.BinOp(ast.BinOp(own, ast.Mult(), node), ast.Add(), other)

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        """Shelter a divisor and the base of a power."""
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Div):
            right = self._sheltered(right)
        elif isinstance(node.op, ast.Pow) and not _is_low(right):
            left = self._sheltered(left)
        return ast.BinOp(left, node.op, right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Shelter the argument of a function that is not finite everywhere."""
        call = super().visit_Call(node)
        if isinstance(call, ast.Call) and cast(ast.Name, call.func).id in NOT_EVERYWHERE:
            call.args = [self._sheltered(argument) for argument in call.args]
        return call


def _is_low(node: ast.expr) -> bool:
    """Return whether a power is a constant from 0 to 3, which overflows at states above 1e100 alone."""
    return isinstance(node, ast.Constant) and node.value in (0.0, 1.0, 2.0, 3.0)
