"""Ranges of equations against points drawn from them."""

import ast
import operator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurograph.equations import dynamics, intervals
from neurograph.equations.expression import ARRAY_FUNCTIONS, Expression
from neurograph.equations.intervals import FUNCTIONS, KINKED, ROUGH, SMOOTH, Interval, enclose
from neurograph.equations.neuron import Dynamics
from neurograph.errors import ExpressionError

REAL = Interval.across(-np.inf, np.inf)
LEAVES = st.sampled_from(["s", "I", "p", "0.5", "1.0", "2.0", "-3.0", "0.1"])
POINTS = 201


def grown(inner):
    one = st.builds(
        "{}({})".format, st.sampled_from([name for name in FUNCTIONS if name not in ("clip", "between")]), inner
    )
    two = st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner)
    power = st.builds("({})**{}".format, inner, st.sampled_from(["2", "3", "-1", "-2", "0.5", "p"]))
    limited = st.builds("{}({}, -0.5, 0.75)".format, st.sampled_from(["clip", "between"]), inner)
    return one | two | power | limited


EQUATIONS = st.recursive(LEAVES, grown, max_leaves=6)
ENDS = st.tuples(st.floats(-3.0, 3.0), st.floats(0.0, 4.0)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def drawn(text, s, I, p, seed):
    """Give an equation, its range, and points of it."""
    try:
        equation = Expression(text, ("s", "I", "p"))
    except ExpressionError:  # a constant such as 1/0 or (-3)**0.5
        assume(False)
    rng = np.random.default_rng(seed)
    points = {name: np.append(rng.uniform(*ends, POINTS - 2), ends) for name, ends in (("s", s), ("I", I))}
    ranges = {"s": Interval.across(*s), "I": Interval.across(*I), "p": Interval.constant(p)}
    return equation, ranges, {**points, "p": np.full(POINTS, p)}


class UndefinedError(ArithmeticError):
    """An equation has no value at a point, or one that is too large to be worked out."""


def exactly(node, point):
    """Evaluate an equation in mpmath's numbers."""
    match node:
        case ast.Constant(value=value):
            return mpmath.mpf(value)
        case ast.Name(id=name):
            return mpmath.mpf(point[name])
        case ast.UnaryOp(op=op, operand=operand):
            return -exactly(operand, point) if isinstance(op, ast.USub) else exactly(operand, point)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](exactly(left, point), exactly(right, point))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return EXACT[name](*(exactly(argument, point) for argument in arguments))
    raise TypeError(ast.dump(node))


def defined(function, where=lambda *_: True):
    """Return a function that raises where its arguments are out of a domain."""

    def checked(*arguments):
        if not where(*arguments):
            raise UndefinedError
        return function(*arguments)

    return checked


def squashed(function):
    """Return a function that is flat beyond any float, without working out how flat."""
    return lambda x: function(max(min(x, mpmath.mpf(2000)), mpmath.mpf(-2000)))


OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: defined(operator.truediv, lambda a, b: b != 0),
    ast.Pow: defined(mpmath.power, lambda a, b: a > 0 or (a == 0 and b >= 0) or (a < 0 and b == int(b))),
}
EXACT = {
    "exp": defined(mpmath.exp, lambda x: abs(x) < 1e4),
    "log": defined(mpmath.log, lambda x: x > 0),
    "sqrt": defined(mpmath.sqrt, lambda x: x >= 0),
    "tanh": squashed(mpmath.tanh),
    "sin": defined(mpmath.sin, lambda x: abs(x) < 1e30),
    "cos": defined(mpmath.cos, lambda x: abs(x) < 1e30),
    "abs": abs,
    "sign": mpmath.sign,
    "sigmoid": squashed(lambda x: 1 / (1 + mpmath.exp(-x))),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "step": lambda x: mpmath.mpf(x > 0),
    "clip": lambda x, least, most: min(max(x, least), most),
    "between": lambda x, least, most: mpmath.mpf(least <= x <= most),
}
DIGITS = 200


def holds(found, value, size=0.0):
    """Return whether a range holds a value, which is itself rounded in its last digits: far from those of a float."""
    own = mpmath.mpf(10) ** -(DIGITS // 2) * (1 + abs(value) + size)
    return mpmath.mpf(float(found.low)) - own <= value <= mpmath.mpf(float(found.high)) + own


@settings(max_examples=300, deadline=None)
@given(EQUATIONS, ENDS, ENDS, st.floats(-2.0, 2.0) | st.sampled_from([0.0, 1.0, 2.0]), st.integers(0, 99))
def test_a_range_holds_every_exact_value_without_slack(text, s, I, p, seed):
    equation, ranges, points = drawn(text, s, I, p, seed)
    found = enclose(equation, ranges)
    if found.grade == ROUGH and any(part in text for part in ("log", "sqrt", "**", "/")):
        return  # undefined somewhere, which a comparison further out may hide
    values = []
    with mpmath.workdps(DIGITS):
        for k in range(POINTS - 9, POINTS):
            with suppress(UndefinedError):
                values.append(exactly(equation.tree, {name: float(numbers[k]) for name, numbers in points.items()}))
        assert all(holds(found, value) for value in values)
        assert found.varies or len(set(values)) <= 1


@settings(max_examples=300, deadline=None)
@given(EQUATIONS, ENDS, ENDS, st.sampled_from([0.0, 1.0, 2.0, 0.3]), st.integers(0, 99))
def test_the_range_of_a_slope_bounds_every_difference_of_an_equation_that_does_not_jump(text, s, I, p, seed):
    """By the mean value theorem, in exact numbers; a derivative has its constants worked out in floating point."""
    equation, ranges, points = drawn(text, s, I, p, seed)
    if enclose(equation, ranges).grade == ROUGH:
        return
    slope = enclose(equation.derivative("s"), ranges)
    folded = 1e-12 * (1.0 + np.abs([slope.low, slope.high]))
    slope = replace(slope, low=slope.low - folded[0], high=slope.high + folded[1])
    places = np.unique(points["s"][-9:]).tolist()
    with mpmath.workdps(DIGITS), suppress(UndefinedError):  # too large to be worked out
        values = [exactly(equation.tree, {"s": place, "I": I[0], "p": p}) for place in places]
        for (a, below), (b, above) in combinations(zip(places, values, strict=True), 2):
            mean = (above - below) / (mpmath.mpf(b) - mpmath.mpf(a))
            assert holds(slope, mean, max(abs(below), abs(above)))


def test_every_function_of_an_equation_has_a_range():
    assert set(FUNCTIONS) == set(ARRAY_FUNCTIONS)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (dynamics.vector_field(), 1.0, 1.0),
        (dynamics.additive("tanh"), 0.0, 1.0),
        (dynamics.additive("sigmoid"), 0.0, 0.25),
        (dynamics.additive("relu"), 0.0, 1.0),
        (dynamics.additive("clip"), 0.0, 1.0),
        (Dynamics("-s + 3*sigmoid(2*(I + b))/4"), 0.0, 0.375),
        (Dynamics("-s - tanh(I)/2"), -0.5, 0.0),
        (Dynamics("-s + sin(I) + 2*I"), 1.0, 3.0),
    ],
)
def test_slope_bounds_of_an_activation_are_its_own(kind, low, high):
    found = enclose(kind.slope("I"), {"s": REAL, "I": REAL, "b": Interval.constant(0.3)})
    assert found.low == pytest.approx(low, abs=1e-14)
    assert found.high == pytest.approx(high, abs=1e-14)


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(-0.5, -0.2, (0, 0)), (-0.5, 0.0, (0, 0)), (-0.5, 0.2, (0, 1)), (0.0, 0.2, (0, 1)), (0.2, 0.5, (1, 1))],
)
def test_a_step_is_0_up_to_0_and_1_beyond(low, high, step):
    found = enclose(Expression("step(s)", ("s",)), {"s": Interval.across(low, high)})
    assert (found.low, found.high) == step
    assert bool(found.varies) == (step == (0, 1))


def test_a_step_that_the_box_never_reaches_is_a_constant():
    slope = enclose(dynamics.hopfield().slope("I"), {"s": Interval.across(0.0, 1.0), "I": REAL})
    assert (slope.low, slope.high, slope.varies) == (1.0, 1.0, False)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("-s + tanh(I)", SMOOTH),
        ("-s + I**2", SMOOTH),
        ("1/(1 + exp(-I))", SMOOTH),
        ("log(1 + exp(I))", SMOOTH),
        ("step(exp(I) + 1)", SMOOTH),
        ("relu(I)", KINKED),
        ("abs(I)*s", KINKED),
        ("clip(I, 0, 1)", KINKED),
        ("step(I)", ROUGH),
        ("sign(s)", ROUGH),
        ("s*between(I, 0, 1)", ROUGH),
        ("1/I", ROUGH),
        ("log(I)", ROUGH),
        ("sqrt(s)", ROUGH),
        ("I**0.5", ROUGH),
        ("I**-1", ROUGH),
        ("clip(I, 0, s)", ROUGH),
        ("clip(I, 1, 0)", ROUGH),
    ],
)
def test_the_grade_says_whether_slopes_can_be_trusted(text, grade):
    assert enclose(Expression(text, ("s", "I")), {"s": REAL, "I": REAL}).grade == grade


def test_sums_that_round_are_widened_and_exact_ones_are_not():
    exact = Interval.constant(0.5) + Interval.constant(0.25)
    rounded = Interval.constant(0.1) + Interval.constant(0.2)
    assert exact.low == exact.high == 0.75
    assert rounded.low < 0.1 + 0.2 < rounded.high


# Exact arithmetic: no slack. What +, -, * and / give is compared with fractions, functions with many digits.

ANY = st.floats(-1e6, 1e6) | st.floats(-1.0, 1.0) | st.sampled_from([0.0, 1.0, -1.0, 0.1, 2.0**-40, 1e16])
RANGES = st.tuples(ANY, ANY).map(sorted)


@settings(max_examples=400, deadline=None)
@given(RANGES, RANGES)
def test_sums_products_and_inverses_hold_the_exact_ones_without_slack(a, b):
    x, y = Interval.across(*a), Interval.across(*b)
    ends = [(Fraction(one), Fraction(other)) for one in a for other in b]
    cases = [(x + y, [p + q for p, q in ends]), (x + -y, [p - q for p, q in ends]), (x * y, [p * q for p, q in ends])]
    if not b[0] <= 0.0 <= b[1]:
        cases.append((x * y.inverse(), [p / q for p, q in ends if abs(1 / q) < 1e300]))
    for found, exact in cases:
        for value in exact:
            assert _at_most(found.low, value)
            assert _at_most(-found.high, -value)


def _at_most(bound, value):
    return bool(np.isinf(bound)) or Fraction(float(bound)) <= value


FAR = st.floats(-3.0, 3.0) | st.floats(-40.0, 40.0) | st.sampled_from([0.0, 1e-9, -1e-9, 18.5, -18.5, 36.0, 20.0])


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sin", "cos", "sigmoid"])
@settings(max_examples=200, deadline=None)
@given(first=FAR, width=st.sampled_from([0.0, 0.0, 1e-12, 0.3]))
def test_a_function_of_a_range_holds_the_exact_values_without_slack(name, first, width):
    first = abs(first) + 1e-3 if name in ("log", "sqrt") else first
    last = first + width
    found = FUNCTIONS[name](Interval.across(np.float64(first), np.float64(last)))
    with mpmath.workdps(DIGITS):
        for point in (first, 0.5 * (first + last), last):
            value = EXACT[name](mpmath.mpf(point))
            assert holds(found, value)


@settings(max_examples=200, deadline=None)
@given(st.floats(1e-3, 50.0), st.sampled_from([2.0, 3.0, -1.0, -2.0, 0.5, 0.3, 1.7]))
def test_a_power_holds_the_exact_one_without_slack(base, exponent):
    found = enclose(
        Expression("s**p", ("s", "p")), {"s": Interval.across(base, base), "p": Interval.constant(exponent)}
    )
    with mpmath.workdps(DIGITS):
        value = mpmath.power(mpmath.mpf(base), mpmath.mpf(exponent))
        assert holds(found, value)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sigmoid"])
def test_functions_of_numpy_may_err_by_four_units_in_the_last_place(name):
    for x in np.linspace(0.1, 2.3, 50):
        value = ARRAY_FUNCTIONS[name](x)
        found, error = FUNCTIONS[name](Interval.across(x, x)), 4 * Fraction(float(np.spacing(np.abs(value))))
        assert _at_most(found.low, Fraction(float(value)) - error)
        assert _at_most(-found.high, -Fraction(float(value)) - error)


@pytest.mark.parametrize("ends", [(-1.0, 0.0), (-2.0, -1.0), (1.0, 2.0), (3.0, 4.0)])
def test_a_clip_that_a_range_reaches_from_outside_alone_is_a_constant_without_a_kink(ends):
    found = enclose(Expression("clip(s, 0, 1)", ("s",)), {"s": Interval.across(*ends)})
    assert found.low == found.high
    assert (bool(found.varies), int(found.grade)) == (False, SMOOTH)


def test_each_end_of_a_sum_is_judged_by_itself():
    found = Interval.across(0.5, 0.6) + Interval.across(0.25, 0.7)  # the lower ends add up exactly, the upper do not
    assert found.low == 0.75
    assert Fraction(float(found.high)) > Fraction(0.6) + Fraction(0.7)


def test_a_constant_within_an_error_holds_both_of_its_ends():
    found = Interval.constant(0.1, 0.3)
    assert Fraction(float(found.low)) <= Fraction(0.1) - Fraction(0.3)
    assert Fraction(float(found.high)) >= Fraction(0.1) + Fraction(0.3)


@pytest.mark.parametrize(("text", "grade"), [("log(s)", ROUGH), ("sqrt(s)", SMOOTH)])
def test_0_belongs_to_the_domain_of_the_root_and_not_to_that_of_the_logarithm(text, grade):
    found = enclose(Expression(text, ("s",)), {"s": Interval.across(0.0, 1.0)})
    assert found.grade == grade
    assert (found.low == -np.inf) == (grade == ROUGH)


@pytest.mark.parametrize("ends", [(-2.0, 1.0), (-1.0, 2.0), (0.1, 2.0), (-2.0, -0.1), (0.0, 1.0)])
@pytest.mark.parametrize(
    "text",
    [
        "abs(s)",
        "relu(s)",
        "s**2",
        "s**-2",
        "clip(s, -0.5, 0.25)",
        "tanh(s)*(1 - tanh(s))",
        "sigmoid(s)*(1 - sigmoid(s))",
    ],
)
def test_a_range_that_turns_inside_has_its_least_and_greatest_there(text, ends):
    equation = Expression(text, ("s",))
    found = enclose(equation, {"s": Interval.across(*ends)})
    if found.grade == ROUGH:
        return
    points = np.append(np.linspace(*ends, 2001), 0.0 if ends[0] <= 0.0 <= ends[1] else ends[0])
    with mpmath.workdps(DIGITS):
        assert all(holds(found, exactly(equation.tree, {"s": float(point)})) for point in points[::20])
    values = equation(s=points)
    assert (found.low, found.high) == pytest.approx((values.min(), values.max()), abs=1e-5)


@pytest.mark.parametrize("value", [1.0, 1.5, -3.7, 1e300, -1e-300])
@pytest.mark.parametrize("halves", [1, 8])
def test_a_rounded_value_is_lowered_and_raised_by_as_much_as_it_may_be_off(value, halves):
    off = halves * 2.0**-53 * abs(value)
    assert intervals._down(value, False, halves) <= value - off < value + off <= intervals._up(value, False, halves)
    assert intervals._down(value, True, halves) == intervals._up(value, True, halves) == value
