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
