"""Sequences: what was said is to be said again, marked numbers to be added, and a chaotic series to be foretold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import Seed, checked_generator, checked_whole

Floats = NDArray[np.float64]

REMEMBERED, SYMBOLS = 10, 8
"""How many symbols a sequence of :func:`copying` begins with, and of how many they are drawn."""

BLANK, DELIMITER = SYMBOLS, SYMBOLS + 1


def copying(delay: int, samples: int = 100, seed: Seed = None) -> tuple[Floats, NDArray[np.int64]]:
    """Draw sequences whose first ten symbols are to be said again after a delay.

    Ten symbols of eight, blanks, a delimiter `delay` steps after the last symbol, and ten blanks, in which the answer
    is due; before that, the answer is blank [1]_, [2]_. Without a memory, the best mean cross-entropy is
    10 log(8)/(delay + 20).

    Parameters
    ----------
    delay : int
        Steps from the last symbol to the delimiter, at least 1.
    samples : int
        How many sequences, at least 1.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    x : array (samples, delay + 20, 10)
        One-hot: eight symbols, the blank, the delimiter.
    y : int array (samples, delay + 20)
        Class labels: eight symbols, and 8 for the blank.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
    .. [2] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.copying(delay=3, samples=1, seed=0)
    >>> x[0].argmax(axis=1).tolist()
    [6, 5, 4, 2, 2, 0, 0, 0, 1, 6, 8, 8, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]
    >>> y[0, 12:].tolist()
    [8, 6, 5, 4, 2, 2, 0, 0, 0, 1, 6]
    """
    delay, samples = checked_whole("delay", delay, 1), checked_whole("samples", samples, 1)
    drawn = checked_generator(seed).integers(0, SYMBOLS, (samples, REMEMBERED))
    said = np.full((samples, delay + 2 * REMEMBERED), BLANK)
    answer = said.copy()
    said[:, :REMEMBERED], said[:, REMEMBERED + delay - 1] = drawn, DELIMITER
    answer[:, -REMEMBERED:] = drawn
    return np.eye(DELIMITER + 1)[said], answer


def adding(length: int, samples: int = 100, seed: Seed = None) -> tuple[Floats, Floats]:
    """Draw sequences of numbers, two of which are marked: their sum is to be said at the end.

    Who always answers 1 has a mean squared error of 1/6. The task is that of [1]_, in the form of [2]_.

    Parameters
    ----------
    length : int
        Steps, at least 2.
    samples : int
        How many sequences, at least 1.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    x : array (samples, length, 2)
        Numbers from U(0, 1), and marks: 1 at one step of the first half and at one of the second, else 0.
    y : array (samples, 1)
        The sum of the two numbers that are marked.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
    .. [2] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    >>> import numpy as np, neurograph as ng
    >>> x, y = ng.tasks.adding(length=6, samples=2, seed=0)
    >>> x[0, :, 1].tolist(), bool(np.allclose((x[:, :, 0] * x[:, :, 1]).sum(axis=1), y[:, 0]))
    ([0.0, 1.0, 0.0, 0.0, 1.0, 0.0], True)
    """
    length, samples = checked_whole("length", length, 2), checked_whole("samples", samples, 1)
    rng, rows = checked_generator(seed), np.arange(samples)
    x = np.zeros((samples, length, 2))
    x[:, :, 0] = rng.uniform(size=(samples, length))
    x[rows, rng.integers(0, length // 2, samples), 1] = 1.0
    x[rows, rng.integers(length // 2, length, samples), 1] = 1.0
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


SUBSTEPS = 10
"""Steps of the integration of :func:`mackey_glass` in a unit of time."""

TRANSIENT = 1000
"""Units of time that :func:`mackey_glass` leaves out, in which the series comes onto its attractor."""


def mackey_glass(steps: int = 2000, horizon: int = 1, tau: int = 17, seed: Seed = None) -> tuple[Floats, Floats]:
    r"""Draw a stretch of the series of Mackey and Glass, chaotic from `tau` = 17 on, that is to be foretold.

    Parameters
    ----------
    steps : int
        How many, at least 1.
    horizon : int
        How many units of time ahead it is to be foretold, at least 1; 84 is the hard one of the literature.
    tau : int
        The delay, at least 1.
    seed : int or numpy.random.Generator, optional
        Without it every call draws anew.

    Returns
    -------
    x : array (steps, 1)
        The series, about 0.2 to 1.4.
    y : array (steps, 1)
        What it is `horizon` later.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math:: \dot z(t) = \frac{0.2\, z(t - \tau)}{1 + z(t - \tau)^{10}} - 0.1\, z(t)

    with z the series and :math:`\tau` the delay [1]_; to foretell it is the task of [2]_. z is a number from
    U(1.1, 1.3) until time 0, and is read once a unit of time from 1000 on. The method is the classical one of Runge and
    Kutta with 10 steps a unit, and z(t - tau) in the middle of a step is that of the cubic Hermite polynomial.

    References
    ----------
    .. [1] Mackey and Glass, Oscillation and chaos in physiological control systems, Science 197, 1977.
    .. [2] Jaeger and Haas, Harnessing nonlinearity: predicting chaotic systems and saving energy in wireless
       communication, Science 304, 2004.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.mackey_glass(steps=500, horizon=17, seed=0)
    >>> x.shape, bool((x[17:] == y[:-17]).all()), bool(0.2 < x.min() < 0.5 and 1.2 < x.max() < 1.4)
    ((500, 1), True, True)
    """
    steps, horizon, tau = (
        checked_whole(name, value, 1) for name, value in (("steps", steps), ("horizon", horizon), ("tau", tau))
    )
    series = np.array(_delayed(tau, float(checked_generator(seed).uniform(1.1, 1.3)), TRANSIENT + steps + horizon))
    seen = series[TRANSIENT:, None]
    return seen[:steps].copy(), seen[horizon : horizon + steps].copy()


def _delayed(tau: int, before: float, units: int) -> list[float]:
    """Return z at the times 0, 1, ..., `units` - 1 of the equation of Mackey and Glass, z being `before` until then."""

    def production(z: float) -> float:
        return 0.2 * z / (1.0 + z**10)

    h, lag, z = 1.0 / SUBSTEPS, tau * SUBSTEPS, before
    start = production(before)
    sent, halfway = [start] * (lag + 1), [start] * lag  # what is produced of z at each step and between
    series = [z]
    for k in range((units - 1) * SUBSTEPS):
        first, middle, last = sent[k], halfway[k], sent[k + 1]
        one = first - 0.1 * z
        two = middle - 0.1 * (z + h / 2 * one)
        three = middle - 0.1 * (z + h / 2 * two)
        four = last - 0.1 * (z + h * three)
        new = z + h / 6 * (one + 2 * two + 2 * three + four)
        halfway.append(production((z + new) / 2 + h / 8 * (one - (last - 0.1 * new))))
        sent.append(production(new))
        z = new
        if (k + 1) % SUBSTEPS == 0:
            series.append(z)
    return series
