"""Patterns that are told apart: logic, points of the plane, and scikit-learn's digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole
from neurograph.errors import MissingPackageError, ParameterError

TRUTH = {
    "xor": (0, 1, 1, 0),
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "not": (1, 0),
    "identity": (0, 1),
}
"""The answer of each logic task to its input patterns, in counting order.

Examples
--------
>>> x, y = logic("and")
>>> y.ravel().astype(int).tolist() == list(TRUTH["and"])
True
"""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Split:
    """A data set in two parts: one to learn from, one to test on.

    Attributes
    ----------
    x_train, x_test : float64 array (samples, inputs)
        Numbers from 0 to 1.
    y_train, y_test : int64 array (samples,)
        Class labels, from 0.

    Examples
    --------
    >>> import neurograph as ng
    >>> split = ng.tasks.digits(seed=0)
    >>> split.x_train.shape, split.y_test.shape, int(split.y_test.max())
    ((1437, 64), (360,), 9)
    """

    x_train: Floats
    y_train: NDArray[np.int64]
    x_test: Floats
    y_test: NDArray[np.int64]


def logic(name: str, one_hot: bool = False) -> tuple[Floats, Floats]:
    """Return a logic task as a table of its patterns.

    Parameters
    ----------
    name : {"xor", "and", "or", "not", "identity"}
        "not" and "identity" have one input, the others two.
    one_hot : bool
        Whether the answer is given by two outputs, one for false and one for true, instead of one.

    Returns
    -------
    x : array (patterns, inputs)
        Every pattern of 0 and 1, in counting order.
    y : array (patterns, 1), or (patterns, 2) if one-hot
        Its answer, 0 or 1.

    Raises
    ------
    ParameterError
        For another name.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> x.astype(int).tolist(), y.ravel().astype(int).tolist()
    ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    """
    if not isinstance(name, str) or name not in TRUTH:
        raise ParameterError(f"logic task is {name!r}: expected one of {', '.join(TRUTH)}")
    truth = np.array(TRUTH[name])
    return _patterns(int(np.log2(truth.size))), _answers(truth, one_hot)


def parity(bits: int, one_hot: bool = False) -> tuple[Floats, Floats]:
    """Return the parity of `bits` inputs: 1 where an odd number of them is 1. Of two bits, it is XOR.

    From two bits on no threshold of a weighted sum can tell it, and no perceptron that sees fewer than all [1]_.

    Parameters
    ----------
    bits : int
        From 1 to 16.
    one_hot : bool
        Whether the answer is given by two outputs, one for even and one for odd, instead of one.

    Returns
    -------
    x : array (2**bits, bits)
        Every pattern, in counting order.
    y : array (2**bits, 1), or (2**bits, 2) if one-hot
        Its parity, 0 or 1.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    .. [1] Minsky and Papert, Perceptrons, MIT Press, 1969.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.parity(3)
    >>> x[4], y.ravel()
    (array([1., 0., 0.]), array([0., 1., 1., 0., 1., 0., 0., 1.]))
    """
    x = _patterns(_checked_whole_to("bits", bits, 1, 16))
    return x, _answers(x.sum(axis=1) % 2, one_hot)


def moons(samples: int = 200, noise: float = 0.1, one_hot: bool = False, seed: Seed = None) -> tuple[Floats, Floats]:
    """Draw points around two interleaved half circles, which no straight line parts.

    Parameters
    ----------
    samples : int
        How many points, from 2; half of them of each class, in random order.
    noise : float
        Standard deviation of the points around the moons, whose radius is 1 before they are scaled. Without
        noise the moons just fill the unit square.
    one_hot : bool
        Whether the class is given by two outputs instead of one.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    x : array (samples, 2)
        The points.
    y : array (samples, 1), or (samples, 2) if one-hot
        0 for the upper moon, 1 for the lower.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.moons(samples=100, noise=0.0, seed=0)
    >>> x.shape, y.sum(), x[y.ravel() == 0, 1].min() > 1 / 3
    ((100, 2), np.float64(50.0), np.True_)
    """
    lower, angle, jitter = _drawn_classes(samples, noise, np.pi, seed)
    x = np.where(lower, 1.0 - np.cos(angle), np.cos(angle))
    y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle))
    scaled = (np.column_stack([x, y]) + jitter - [-1.0, -0.5]) / [3.0, 1.5]
    return scaled, _answers(lower, one_hot)


def circles(
    samples: int = 200, noise: float = 0.05, factor: float = 0.5, one_hot: bool = False, seed: Seed = None
) -> tuple[Floats, Floats]:
    """Draw points around two concentric circles.

    Parameters
    ----------
    samples : int
        How many points, from 2; half of them of each class, in random order.
    noise : float
        Standard deviation of the points around the circles, of which the outer has radius 1 before they are
        scaled. Without noise it just fits into the unit square.
    factor : float
        Radius of the inner circle, as a share of the outer's; below 1.
    one_hot : bool
        Whether the class is given by two outputs instead of one.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    x : array (samples, 2)
        The points.
    y : array (samples, 1), or (samples, 2) if one-hot
        0 for the outer circle, 1 for the inner.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.circles(samples=4, noise=0.0, factor=0.5, seed=0)
    >>> radius = ((2.0 * x - 1.0) ** 2).sum(axis=1) ** 0.5
    >>> bool((abs(radius - (1.0 - 0.5 * y.ravel())) < 1e-12).all())
    True
    """
    factor = checked_number("factor", factor, least=0.0, below=1.0, remark=", the share of the outer radius")
    inner, angle, jitter = _drawn_classes(samples, noise, 2.0 * np.pi, seed)
    radius = np.where(inner, factor, 1.0)[:, None]
    x = (radius * np.column_stack([np.cos(angle), np.sin(angle)]) + jitter + 1.0) / 2.0
    return x, _answers(inner, one_hot)


def digits(seed: int = 0) -> Split:
    """Return scikit-learn's handwritten digits, 8 by 8 pixels, in a stratified split of 1437 and 360 samples.

    They are the test set of [1]_.

    Parameters
    ----------
    seed : int
        Which split, from 0 to 2**32 - 1; the same for the same seed.

    Returns
    -------
    Split
        Inputs (samples, 64) from 0 to 1: the pixels, row by row, divided by 16. Labels from 0 to 9.

    Raises
    ------
    ParameterError
        If the seed is out of range.
    MissingPackageError
        If scikit-learn is not installed.

    References
    ----------
    .. [1] Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.

    Examples
    --------
    >>> import numpy as np, neurograph as ng
    >>> split = ng.tasks.digits()
    >>> split.x_train.shape, np.bincount(split.y_test)
    ((1437, 64), array([36, 36, 35, 37, 36, 37, 36, 36, 35, 36]))
    """
    seed = _checked_whole_to("seed", seed, 0, 2**32 - 1)
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ModuleNotFoundError:
        raise MissingPackageError(
            "digits needs scikit-learn, which is not installed: expected the extra 'sklearn'; "
            'pip install "neurograph-simulator[sklearn]"'
        ) from None
    x, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x / 16, labels, test_size=360, stratify=labels, random_state=seed
    )
    return Split(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def _patterns(bits: int) -> Floats:
    """Return every pattern of so many bits, in counting order, the highest bit first."""
    return np.array((np.arange(2**bits)[:, None] >> np.arange(bits)[::-1]) & 1, np.float64)


def _answers(truth: NDArray[np.generic], one_hot: bool) -> Floats:
    if not isinstance(one_hot, bool):
        raise ParameterError(f"one_hot is {one_hot!r}: expected True or False")
    one = truth.astype(np.float64)
    return np.column_stack([1 - one, one]) if one_hot else one[:, None]


def _drawn_classes(samples: int, noise: float, arc: float, seed: Seed) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Draw the class of each point, its angle from 0 to `arc`, and its noise (samples, 2)."""
    samples = checked_whole("samples", samples, 2, ", one for each class")
    noise = checked_number("noise", noise, least=0.0, remark=", a standard deviation")
    rng = checked_generator(seed)
    second = rng.permutation(np.arange(samples) % 2 == 1)
    return second, rng.uniform(0.0, arc, samples), rng.normal(0.0, noise, (samples, 2))


def _checked_whole_to(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, (int, np.integer)) and value > most:
        raise ParameterError(f"{name} is {value!r}: expected a whole number from {least} to {most}")
    return checked_whole(name, value, least)
