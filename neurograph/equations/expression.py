"""Scalar equations as text: checked, for numpy, the compiled engine and Brian2, differentiated, typeset.

An equation is written once, as Python arithmetic over a stated vocabulary. The same tree is evaluated on
arrays (numpy), run by the compiled engine and handed to Brian2, with its own order of operations. Only
derivatives and LaTeX go through sympy, which is imported when the first of them is asked for.
"""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurograph.equations.rendering import WithFloats, for_brian
from neurograph.errors import ExpressionError

if TYPE_CHECKING:
    import sympy

Array = NDArray[np.floating[Any]]

ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
    "sigmoid": lambda x: 0.5 * (1.0 + np.tanh(0.5 * x)),
    "relu": lambda x: np.maximum(x, 0.0),
    "step": lambda x: np.where(np.asarray(x) > 0.0, 1.0, 0.0),
    "sign": np.sign,
    "clip": np.clip,
    "between": lambda x, low, high: np.where((low <= x) & (x <= high), 1.0, 0.0),
}
"""Every function an equation may call, on arrays."""

ARITY = {"clip": 3, "between": 3}

LONGEST = 1000
"""Largest numerator and denominator of a constant that a derivative shows as a fraction."""

LEAST_FLOAT = Fraction(5e-324)

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}

WITH_PARAMETERS = ("drift", "transfer", "log_odds", "cost", "force", "normaliser", "curvature")
"""Equations in which a name may be one of the parameters that stand beside them."""


@dataclass(frozen=True)
class Expression:
    """A scalar equation over a fixed vocabulary.

    Parameters
    ----------
    text : str
        Python arithmetic: numbers, the names in `vocabulary`, ``+ - * / **``, parentheses and calls of
        ``exp log sqrt tanh sin cos abs sign sigmoid relu step clip between``.
    vocabulary : tuple of str
        The names that `text` may use.
    what : str
        What the equation is, for the error messages.

    Raises
    ------
    ExpressionError
        If the text is not such arithmetic, or uses another name.

    Examples
    --------
    >>> drift = Expression("-s + tanh(I + b)", ("s", "I", "b"), "drift")
    >>> drift.derivative("I").text
    '1 - tanh(I + b)**2'
    >>> float(drift(s=0.5, I=0.0, b=0.0))
    -0.5
    """

    text: str
    vocabulary: tuple[str, ...]
    what: str = "expression"

    def __post_init__(self) -> None:
        """Read the text once, so that a mistake shows where it is made."""
        _ = self.symbols

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the text alone: syntax trees and compiled code are made anew."""
        return Expression, (self.text, self.vocabulary, self.what)

    @cached_property
    def tree(self) -> ast.expr:
        """The text as a syntax tree."""
        if not isinstance(self.text, str) or not self.text.strip():
            raise ExpressionError(
                f"{self.what} is {self.text!r}: expected an equation as text, such as '-s + tanh(I + b)'"
            )
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except RecursionError:
            raise ExpressionError(f"{self.what} is nested too deeply to be read: {self.text[:60]!r}...") from None
        except SyntaxError as error:
            raise ExpressionError(
                f"{self.what} {self.text!r} cannot be read at column {error.offset}: {error.msg}; "
                "write plain arithmetic, such as '-s + tanh(I + b)'"
            ) from None

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names that the text uses."""
        found: set[str] = set()
        self._visit(self.tree, found)
        return frozenset(found)

    def _visit(self, node: ast.expr, found: set[str]) -> None:
        inside: set[str]
        match node:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int(number)) if abs(number) < 2**53:
                return
            case ast.Constant(value=float(number)) if number - number == 0.0:
                return
            case ast.Name(id=name):
                if name not in self.vocabulary:
                    self._unknown_name(name)
                found.add(name)
                return
            case ast.BinOp(op=ast.BitXor()):
                raise ExpressionError(f"{self.what} {self.text!r} uses '^': write a power with '**'")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                inside = set()
                self._visit(left, inside)
                self._visit(right, inside)
                if not inside:
                    self._check_constant(node)
                found |= inside
                return
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._visit(operand, found)
                return
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                self._check_call(name, len(arguments))
                inside = set()
                for argument in arguments:
                    self._visit(argument, inside)
                if not inside:
                    self._check_constant(node)
                found |= inside
                return
        raise ExpressionError(
            f"{self.what} {self.text!r} contains {ast.unparse(node)!r}: expected only numbers, "
            f"names, + - * / ** and the functions {', '.join(ARRAY_FUNCTIONS)}"
        )

    def _unknown_name(self, name: str) -> None:
        given = self.what in WITH_PARAMETERS or self.what.startswith("variable ")
        more = f"; or give it a value, parameters={{{name!r}: 1.0}}" if given else ""
        names = ", ".join(self.vocabulary)
        raise ExpressionError(f"{self.what} {self.text!r} uses {name!r}: expected only {names}{more}")

    def _check_constant(self, node: ast.expr) -> None:
        """Refuse 1/0, 9**9**9, log(-3) and (-8)**(1/3): Python, numpy and the engine differ on them, or never end."""
        try:
            with np.errstate(all="ignore"):
                value = eval(
                    compile(ast.Expression(WithFloats().visit(copy.deepcopy(node))), "<constant>", "eval"),
                    {"__builtins__": {}}, dict(ARRAY_FUNCTIONS),
                )  # fmt: skip
            exact = not any(isinstance(getattr(part, "value", None), float) for part in ast.walk(node))
            usable = not isinstance(value, complex) and abs(value) < (2.0**53 if exact else np.inf)
        except ArithmeticError:
            usable = False
        if not usable:
            raise ExpressionError(
                f"{self.what} {self.text!r} contains {ast.unparse(node)!r}: expected a constant that is a real, "
                "finite number; write a large one with a decimal point"
            )

    def _check_call(self, name: str, count: int) -> None:
        if name not in ARRAY_FUNCTIONS:
            raise ExpressionError(
                f"{self.what} {self.text!r} calls {name!r}: expected one of {', '.join(ARRAY_FUNCTIONS)}"
            )
        if count != ARITY.get(name, 1):
            raise ExpressionError(
                f"{self.what} {self.text!r} calls {name!r} with {count} arguments: expected {ARITY.get(name, 1)}"
            )

    @cached_property
    def _code(self) -> Any:
        return compile(ast.unparse(self.tree), "<equation>", "eval")

    @np.errstate(under="ignore")  # 0 is what a number that small is taken for, whatever the session says of it
    def __call__(self, /, **values: Any) -> Any:
        """Return the value at numbers or arrays, one keyword for each name (names it does not use are ignored)."""
        return eval(self._code, {"__builtins__": {}}, {**ARRAY_FUNCTIONS, **values})

    def derivative(self, name: str) -> Expression:
        """Return the derivative by `name`; at a kink, the one from inside the interval."""
        return _derivative(self, name)

    def is_affine(self, name: str) -> bool:
        """Whether the equation is ``a + b name`` with a and b free of it; a step or a kink in it is not."""
        return _is_affine(self, name)

    def brian(self, names: Mapping[str, str] | None = None) -> str:
        """Return the equation as Brian2 reads it, each symbol as its text in `names` where it is given.

        Examples
        --------
        >>> Expression("pre*relu(post)/2", ("pre", "post")).brian({"pre": "s_pre", "post": "(s_post - 1)"})
        's_pre * clip(s_post - 1, 0.0, inf) / 2.0'
        """
        return for_brian(self.tree, names)

    def latex(self, names: Mapping[str, str] | None = None) -> str:
        """Return the equation in LaTeX, each symbol as its LaTeX in `names`; others as Greek letters, or upright."""
        import sympy

        expression = _to_sympy(self.tree, exact=False)
        shown = {}
        for symbol in expression.free_symbols:
            greek = str(sympy.latex(symbol)).startswith("\\")
            if not greek and len(symbol.name) > 1:
                shown[symbol] = rf"\mathrm{{{symbol.name}}}".replace("_", r"\_")
        shown |= {sympy.Symbol(name): text for name, text in (names or {}).items()}
        return str(sympy.latex(expression, symbol_names=shown))


def shown_latex(latex: str) -> str:
    """Return LaTeX as IPython's ``_repr_latex_`` gives it."""
    return rf"$\displaystyle {latex}$"


@lru_cache(maxsize=1)
def _sympy_functions() -> dict[str, Any]:
    """Return the functions of an equation as sympy's; those that it lacks, or derives to distributions, are built here.

    A function with a jump or a kink has the derivative that it has beside it: step, sign and between are flat,
    abs' = sign, relu' = step, and clip' is between by x and a step by each limit.
    """
    import sympy

    class Step(sympy.Function):  # type: ignore[misc]
        name = "step"

        def fdiff(self, argindex: int = 1) -> Any:
            return sympy.Integer(0)

        def _sympystr(self, printer: Any) -> str:
            return f"{self.name}({', '.join(printer.doprint(a) for a in self.args)})"

        def _latex(self, printer: Any, exp: str | None = None) -> str:
            text = rf"\operatorname{{{self.name}}}\left({', '.join(printer.doprint(a) for a in self.args)}\right)"
            return text if exp is None else rf"{{{text}}}^{{{exp}}}"

    class Sign(Step):
        name = "sign"

    class Between(Step):
        name = "between"

    class Abs(Step):
        name = "abs"

        def fdiff(self, argindex: int = 1) -> Any:
            return Sign(self.args[0])

    class Relu(Step):
        name = "relu"

        def fdiff(self, argindex: int = 1) -> Any:
            return Step(self.args[0])

    class Sigmoid(Step):
        name = "sigmoid"

        def fdiff(self, argindex: int = 1) -> Any:
            return self * (1 - self)

    class Clip(Step):
        name = "clip"

        def fdiff(self, argindex: int = 1) -> Any:
            x, low, high = self.args
            return (Between(*self.args), Step(low - x), Step(x - high))[argindex - 1]

    own = {kind.name: kind for kind in (Step, Sign, Between, Abs, Relu, Sigmoid, Clip)}
    return own | {name: getattr(sympy, name) for name in ARRAY_FUNCTIONS if name not in own}


def _to_sympy(node: ast.expr, exact: bool = True) -> sympy.Expr:
    """Return the equation in sympy, each constant as the fraction that the float is, or as a decimal number to show."""
    import sympy

    match node:
        case ast.Constant(value=int(value)):
            return sympy.Integer(value)
        case ast.Constant(value=float(value)):
            return sympy.Rational(*value.as_integer_ratio()) if exact else sympy.Float(repr(value))
        case ast.Name(id=name):
            return sympy.Symbol(name)
        case ast.UnaryOp(op=op, operand=operand):
            inside = _to_sympy(operand, exact)
            return -inside if isinstance(op, ast.USub) else inside
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _sympy_functions()[name](*(_to_sympy(argument, exact) for argument in arguments))
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_to_sympy(left, exact), _to_sympy(right, exact))
    raise ExpressionError(f"{ast.unparse(node)!r} is not arithmetic")


@lru_cache(maxsize=1024)
def _derivative(expression: Expression, name: str) -> Expression:
    import sympy
    from sympy.printing.str import StrPrinter

    class Printer(StrPrinter):  # type: ignore[misc]  # sympy has no types
        """Writes constants so that they are read back as what they are."""

    def refuse(printer: Any, constant: Any) -> str:
        raise ExpressionError(f"the derivative of {expression.what} {expression.text!r} by {name} is not real")

    Printer._print_Exp1 = lambda printer, constant: "exp(1)"
    Printer._print_ImaginaryUnit = refuse
    slope = sympy.powsimp(sympy.diff(_to_sympy(expression.tree), sympy.Symbol(name)), combine="exp")
    # sympy adds and multiplies constants as fractions; each is written so that it reads back as the very same number.
    try:
        written = {one: _written(one) for one in slope.atoms(sympy.Rational) if max(abs(one.p), one.q) > LONGEST}
    except OverflowError:
        raise ExpressionError(
            f"the derivative of {expression.what} {expression.text!r} by {name} has a constant beyond the range of "
            "floats"
        ) from None
    text = Printer().doprint(slope.xreplace(written))
    return Expression(text, expression.vocabulary, f"d({expression.what})/d{name}")


def _written(constant: sympy.Rational) -> sympy.Expr:
    """Return a fraction as a product of symbols, whose names are sums of floats that add up to it exactly."""
    import sympy

    # The denominator is a power of 2 times an odd number; a large one is scaled to between 1/2 and 1.
    p, q = abs(int(constant.p)), int(constant.q)
    odd = q // (q & -q)
    unit = 1 << odd.bit_length() if odd > LONGEST else 1
    parts = [Fraction(p * odd, q * unit), *[Fraction(odd, unit)] * (odd > 1)]
    top, *below = (sympy.Symbol(_as_floats(part)) for part in parts)
    whole = top / below[0] if below else top
    return whole if constant.p > 0 else -whole


def _as_floats(value: Fraction) -> str:
    """Write a positive fraction, whose denominator is a power of 2, as a float or as a sum of floats, largest first."""
    floats = [float(value)]
    while (rest := value - sum(map(Fraction, floats))) and abs(rest) >= LEAST_FLOAT:
        floats.append(float(rest))
    texts = [repr(floats[0]), *(f"{'+-'[one < 0.0]} {abs(one)!r}" for one in floats[1:])]
    texts += ["+ 5e-324*0.5"] if rest else []  # an interval that holds what no float can
    return texts[0] if len(texts) == 1 else f"({' '.join(texts)})"


@lru_cache(maxsize=1024)
def _is_affine(expression: Expression, name: str) -> bool:
    import sympy

    whole, symbol = _to_sympy(expression.tree), sympy.Symbol(name)
    # f is affine in x where f(0) + x f'(x) = f(x) for every x; a step, whose f' is 0 here, fails that.
    return bool(sympy.expand(whole.subs(symbol, 0) + symbol * sympy.diff(whole, symbol) - whole) == 0)
