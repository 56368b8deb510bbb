"""Equations as programs for the engine: one instruction an operation, on whole rows of nodes x lanes.

Nothing is compiled when a network is made: the engine (``native/program.h``) runs the instructions over tiles that stay
in the first cache, so that to choose the next instruction costs little beside what it does.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from neurograph.equations.expression import ARRAY_FUNCTIONS, OPERATORS, Expression
from neurograph.equations.neuron import POPULATION
from neurograph.equations.populations import ByPopulation
from neurograph.kernels import engine

OPERATIONS = (
    "copy", "add", "subtract", "multiply", "divide", "multiply_add", "multiply_subtract", "subtract_product", "negate",
    "power", "abs", "sqrt", "exp", "log", "tanh", "sigmoid", "sin", "cos", "relu", "step", "sign", "clip", "between",
)  # fmt: skip
"""What an instruction does, in the order of the engine's ``enum operation``."""

LARGEST_POWER = 16
"""Largest whole exponent that is written as products."""

ARITHMETIC = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power"}

Program = Any
"""What :func:`neurograph.kernels.engine.program` returns."""


@lru_cache(maxsize=1024)
def program(
    equation: Expression,
    variables: tuple[str, ...],
    nodes: tuple[str, ...] = (),
    constants: tuple[tuple[str, float], ...] = (),
) -> Program:
    """Return an equation over `variables` (tables), `nodes` (a number a node) and `constants` as the engine runs it."""
    if isinstance(equation, ByPopulation) and len({part.text for part in equation.parts}) == 1:
        return program(equation.parts[0], variables, nodes, constants)
    if isinstance(equation, ByPopulation):
        each = tuple(program(part, variables, nodes, constants) for part in equation.parts)
        return engine.choice(each, nodes.index(POPULATION))
    writer = _Writer(variables, nodes)
    return writer.written(writer.read(equation.tree, dict(constants)))


@dataclass
class _Writer:
    """Values of an equation, each once, named by their place: what they are made by, and from which others.

    Attributes
    ----------
    values : list of tuple
        ``("given", register)``, ``("constant", number)``, or an operation and the places of its operands.
    """

    variables: tuple[str, ...]
    nodes: tuple[str, ...]
    values: list[tuple[Any, ...]] = field(default_factory=list)
    places: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def read(self, node: ast.expr, constants: Mapping[str, float]) -> int:
        """Return the place of the value of a syntax tree."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return self._constant(value)
            case ast.Name(id=name) if name in constants:
                return self._constant(constants[name])
            case ast.Name(id=name):
                return self._value("given", (*self.variables, *self.nodes).index(name))
            case ast.UnaryOp(op=op, operand=operand):
                inner = self.read(operand, constants)
                return self._made("negate", inner) if isinstance(op, ast.USub) else inner
            case ast.BinOp(left=left, op=op, right=right):
                return self._made(ARITHMETIC[type(op)], self.read(left, constants), self.read(right, constants))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._made(name, *(self.read(argument, constants) for argument in arguments))
        raise TypeError(f"{ast.dump(node)} is not part of an equation")

    def _value(self, *value: Any) -> int:
        if value not in self.places:
            self.places[value] = len(self.values)
            self.values.append(value)
        return self.places[value]

    def _constant(self, number: float) -> int:
        # By its sign too: 0.0 and -0.0 are equal, and not the same.
        return self._value("constant", float(number), bool(np.signbit(number)))

    def _made(self, operation: str, *operands: int) -> int:
        values = [self.values[operand] for operand in operands]
        if all(value[0] == "constant" for value in values):
            return self._constant(_evaluated(operation, *(value[1] for value in values)))
        if operation == "power" and values[1][0] == "constant":
            exponent = values[1][1]
            if exponent == int(exponent) and 1 <= abs(exponent) <= LARGEST_POWER:
                whole = self._whole_power(operands[0], int(abs(exponent)))
                return whole if exponent > 0 else self._value("divide", self._constant(1.0), whole)
        if operation == "add" and values[0][0] == "negate":
            return self._value("subtract", operands[1], values[0][1])
        if operation == "add" and values[1][0] == "negate":
            return self._value("subtract", operands[0], values[1][1])
        return self._value(operation, *operands)

    def _whole_power(self, base: int, exponent: int) -> int:
        if exponent == 1:
            return base
        half = self._whole_power(base, exponent // 2)
        square = self._value("multiply", half, half)
        return self._value("multiply", square, base) if exponent % 2 else square

    def written(self, result: int) -> Program:
        """Return the program whose result is the value at a place."""
        if self.values[result][0] in ("given", "constant"):
            result = self._value("copy", result)
        values = _fused(self.values, result)
        order = _needed(values, result)
        given = len(self.variables) + len(self.nodes)
        register: dict[int, int] = {p: values[p][1] for p in order if values[p][0] == "given"}
        constants = [p for p in order if values[p][0] == "constant"]
        register |= {place: given + k for k, place in enumerate(constants)}
        # What node values and constants alone decide is found once a phase; all but the result, which is a row's.
        by_node: set[int] = set()
        for place in order:
            kind, *operands = values[place]
            if kind == "given":
                early = operands[0] >= len(self.variables)
            else:
                early = kind != "constant" and place != result
                early = early and all(p in by_node or values[p][0] == "constant" for p in operands)
            if early:
                by_node.add(place)
        made = [p for p in order if values[p][0] not in ("given", "constant")]
        prelude, late = [p for p in made if p in by_node], [p for p in made if p not in by_node]
        first = given + len(constants)
        register |= {place: first + k for k, place in enumerate(prelude)}
        _allocate(register, values, late, first + len(prelude))
        read = sorted({register[p] for place in late for p in values[place][1:] if p in by_node})
        code = [_instruction(values[place], register, register[place]) for place in (*prelude, *late)]
        return engine.program(
            np.array(code, np.uint16), len(self.variables), len(self.nodes), len(prelude),
            np.array([values[place][1] for place in constants], np.float64), len(prelude), np.array(read, np.uint16),
        )  # fmt: skip


def _evaluated(operation: str, *numbers: float) -> float:
    """Return what an operation makes of constants."""
    if operation == "negate":
        return -numbers[0]
    for kind, name in ARITHMETIC.items():
        if name == operation:
            return float(OPERATORS[kind](*numbers))
    return float(ARRAY_FUNCTIONS[operation](*numbers))


def _fused(values: list[tuple[Any, ...]], result: int) -> list[tuple[Any, ...]]:
    """Return the values with each sum of a product that is used but once as one operation, rounded once."""
    order = _needed(values, result)
    uses = np.bincount([p for place in order for p in _operands(values[place])], minlength=len(values))
    fused = list(values)
    for place in order:
        match values[place]:
            case ("add", left, right) if values[right][0] == "multiply" and uses[right] == 1:
                fused[place] = ("multiply_add", *values[right][1:], left)
            case ("add", left, right) if values[left][0] == "multiply" and uses[left] == 1:
                fused[place] = ("multiply_add", *values[left][1:], right)
            case ("subtract", left, right) if values[right][0] == "multiply" and uses[right] == 1:
                fused[place] = ("subtract_product", *values[right][1:], left)
            case ("subtract", left, right) if values[left][0] == "multiply" and uses[left] == 1:
                fused[place] = ("multiply_subtract", *values[left][1:], right)
    return fused


def _operands(value: tuple[Any, ...]) -> tuple[int, ...]:
    return () if value[0] in ("given", "constant") else value[1:]


def _needed(values: list[tuple[Any, ...]], result: int) -> list[int]:
    """Return the places that a result is made from, itself last; each after what it is made from."""
    order: list[int] = []
    seen: set[int] = set()
    waiting = [(result, False)]
    while waiting:
        place, ready = waiting.pop()
        if ready:
            order.append(place)
        elif place not in seen:
            seen.add(place)
            waiting.append((place, True))
            waiting.extend((operand, False) for operand in reversed(_operands(values[place])))
    return order


def _allocate(register: dict[int, int], values: list[tuple[Any, ...]], late: list[int], first: int) -> None:
    """Assign each value of rows a register, which is free after its last use; the result, the last, has its own."""
    last_use = {operand: k for k, place in enumerate(late) for operand in values[place][1:]}
    of_rows, free, highest = set(late), list[int](), first
    for k, place in enumerate(late):
        free += [register[p] for p in set(values[place][1:]) & of_rows if last_use[p] == k]
        if free and k + 1 < len(late):
            register[place] = free.pop()
        else:
            register[place], highest = highest, highest + 1


def _instruction(value: tuple[Any, ...], register: dict[int, int], to: int) -> list[int]:
    operands = [register[p] for p in value[1:]]
    return [OPERATIONS.index(value[0]), to, *operands, *[operands[0]] * (3 - len(operands))]
