"""exp, log, tanh, sigmoid, sin and cos as the extension computes them, against references of more digits."""

import mpmath
import numpy as np
import pytest

from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.program import program

NAMES = ("exp", "log", "tanh", "sigmoid", "sin", "cos")
NUMBERS = (np.float32, np.float64)
LARGEST_ULP = 2
COUNT = 1_000_000

inf, nan = np.inf, np.nan
SPECIAL = {
    "exp": ([-inf, inf, 0.0, -0.0, -1e30, 1e30, nan], [0.0, inf, 1, 1, 0.0, inf, nan]),
    "log": ([-inf, inf, 0.0, -0.0, 1, -1, -1e-42, nan], [nan, inf, -inf, -inf, 0.0, nan, nan, nan]),
    "tanh": ([-inf, inf, 0.0, -0.0, -1e30, 1e30, nan], [-1, 1, 0.0, -0.0, -1, 1, nan]),
    "sigmoid": ([-inf, inf, 0.0, -0.0, -1e30, 1e30, nan], [0.0, 1, 0.5, 0.5, 0.0, 1, nan]),
    "sin": ([-inf, inf, 0.0, -0.0, nan], [nan, nan, 0.0, -0.0, nan]),
    "cos": ([-inf, inf, 0.0, -0.0, nan], [nan, nan, 1, 1, nan]),
}
"""Arguments, and what is to come out of them to the bit."""


def evaluate(name, x):
    """The function of that name of every element of an array."""
    result = np.empty_like(x)
    engine.evaluate(program(Expression(f"{name}(x)", ("x",)), ("x",)), (x,), result)
    return result


def reference(name, x):
    """The same by numpy, in a type of more digits than that of x, rounded to it."""
    wider = np.float64 if x.dtype == np.float32 else np.longdouble
    if np.finfo(wider).nmant < np.finfo(x.dtype).nmant + 11:
        pytest.skip("long double has too few digits more than double here")
    with np.errstate(all="ignore"):
        wide = x.astype(wider)
        if name == "sigmoid":
            E = np.exp(-np.abs(wide))
            return (np.where(wide < 0, E, 1) / (1 + E)).astype(x.dtype)
        return getattr(np, name)(wide).astype(x.dtype)


def distance(a, b):
    """How many steps from a number to the next of its type lead from a to b; from -0 to 0 and NaN to NaN none."""
    assert np.array_equal(np.isnan(a), np.isnan(b))
    signed, unsigned = (np.int32, np.uint32) if a.dtype == np.float32 else (np.int64, np.uint64)
    bits_a, bits_b = a.view(signed), b.view(signed)
    least = np.iinfo(signed).min
    places_a, places_b = (np.where(bits < 0, least - np.minimum(bits, 0), bits) for bits in (bits_a, bits_b))
    steps = np.maximum(places_a, places_b).view(unsigned) - np.minimum(places_a, places_b).view(unsigned)
    return np.where(np.isnan(a), 0, steps)


def arguments(number, count=COUNT):
    """Numbers of all exponents and both signs, many of ordinary size, and those around the limits of the functions."""
    random = np.random.default_rng(0)
    limits = np.finfo(number)
    largest, least = np.log(limits.max), np.log(limits.smallest_subnormal)
    unsigned = np.uint32 if number is np.float32 else np.uint64
    part = count // 8
    near = np.array(
        [0.125, 0.5, 1, 10, 20, 1600, 1.6e6, np.sqrt(0.5), np.sqrt(2), np.log(2) / 4, largest, least], number
    )
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            random.integers(0, np.iinfo(unsigned).max, 2 * part, unsigned, endpoint=True).view(number),
            random.normal(size=part),
            random.normal(size=part) * 30,
            random.uniform(-0.35, 0.35, part),
            random.uniform(0.5, 2, part),
            random.uniform(least - 2, largest + 2, part),
            np.rint(random.uniform(-1e6, 1e6, part)) * (np.pi / 2),
            (near[:, None] + np.spacing(near)[:, None] * np.arange(-50, 51)).ravel(),
            [0.0, -0.0, limits.tiny, limits.smallest_subnormal, limits.max, np.inf, np.nan],
        ]
        x = np.concatenate([np.asarray(each).astype(number) for each in parts])
    return np.concatenate([x, -x[-2000:]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", NUMBERS)
def test_errors_are_at_most_two_ulp(name, number):
    x = arguments(number)
    steps = distance(evaluate(name, x), reference(name, x))
    worst = steps.argmax()
    assert steps[worst] <= LARGEST_ULP, f"{name}({x[worst]!r}) is off by {steps[worst]} ulp"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", NUMBERS)
def test_special_values(name, number):
    x, known = (np.array(each, number) for each in SPECIAL[name])
    y = evaluate(name, x)
    np.testing.assert_array_equal(y, known)
    assert np.array_equal(np.signbit(y[~np.isnan(y)]), np.signbit(known[~np.isnan(y)]))


@pytest.mark.parametrize("name", ["tanh", "sin", "cos"])
@pytest.mark.parametrize("number", NUMBERS)
def test_symmetry_is_exact(name, number):
    x = arguments(number, 10_000)
    x = x[~np.isnan(x)]
    sign = 1 if name == "cos" else -1
    np.testing.assert_array_equal(evaluate(name, -x), sign * evaluate(name, x))


@pytest.mark.parametrize("name", ["sin", "cos"])
@pytest.mark.parametrize("number", NUMBERS)
def test_huge_and_close_multiples_of_half_pi(name, number):
    random = np.random.default_rng(1)
    limits = np.finfo(number)
    huge = np.ldexp(random.uniform(1, 2, 300), random.integers(10, limits.maxexp, 300)).astype(number)
    # 6381956970095103 * 2^797 is the double that is closest to a multiple of pi/2, and 16367173 * 2^72 such a float.
    closest = [np.ldexp(6381956970095103.0, 797)] if number is np.float64 else [np.ldexp(16367173.0, 72)]
    multiples = (np.rint(random.uniform(1, 1000, 100)) * (np.pi / 2)).astype(number)
    x = np.concatenate([huge, -huge, np.array(closest, number), multiples])
    with mpmath.workprec(1300):
        exact = np.array([float(getattr(mpmath, name)(mpmath.mpf(float(each)))) for each in x]).astype(number)
    assert distance(evaluate(name, x), exact).max() <= LARGEST_ULP


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", NUMBERS)
def test_an_element_does_not_depend_on_those_beside_it(name, number):
    x = np.random.default_rng(2).permutation(arguments(number, 10_000))
    together = evaluate(name, x)
    np.testing.assert_array_equal(evaluate(name, x[::-1].copy()), together[::-1])
    ordinary = np.full(64, 0.7, number)
    beside = [np.inf, np.nan, -1, 0, 1e30, 1e-42]
    for at in range(64):
        mixed = ordinary.copy()
        mixed[at] = beside[at % len(beside)]
        alone = np.arange(64) != at
        np.testing.assert_array_equal(evaluate(name, mixed)[alone], evaluate(name, ordinary)[alone])
