"""How far outputs are from their targets, and which way that pulls them: named costs, and what a wrong answer is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import checked_number, public_names
from neurograph.equations.cost import Cost

__all__ = ["COSTS", "Cost", "cross_entropy", "error", "squared_error", "wrong"]

SQUARED_ERROR = Cost("(y - s)**2/2", force="y - s", name="squared_error")


def squared_error() -> Cost:
    r"""Half the squared distance of outputs and targets.

    Returns
    -------
    Cost
        Its nudge is :math:`\beta (y_j - s_j)`.

    Notes
    -----
    .. math:: C = \tfrac 1 2 \sum_j (y_j - s_j)^2

    with :math:`s_j` the state of output j and :math:`y_j` its target, any number: the cost of [1]_.

    References
    ----------
    .. [1] Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based models and
       backpropagation, Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.

    Examples
    --------
    >>> import neurograph as ng
    >>> cost = ng.costs.squared_error()
    >>> cost.each([[0.5, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 2.0]]).tolist()
    [0.125, 2.0]
    >>> cost.force_at([[0.5, 1.0]], [[1.0, 1.0]]).tolist()
    [[0.5, 0.0]]
    """
    return SQUARED_ERROR


def cross_entropy(gain: float = 1.0) -> Cost:
    r"""Cross-entropy of a softmax read-out, for outputs that are the classes.

    The targets of a sample are not negative and add up to 1: one-hot, or class labels.

    Parameters
    ----------
    gain : float
        :math:`\gamma`, how sharp the softmax is, above 0; outputs that live in a box need a gain of about 10 to be sure
        of an answer.

    Returns
    -------
    Cost
        Its outputs are coupled: the force on one depends on all.

    Raises
    ------
    ParameterError
        If the gain is not positive.

    Notes
    -----
    .. math:: C = -\sum_j y_j \log p_j, \quad p_j = \frac{e^{\gamma s_j}}{\sum_k e^{\gamma s_k}}

    with :math:`s_j` the state of output j and :math:`y_j` its target [1]_. The force is :math:`\gamma (y - p)`; its
    derivative by the outputs, :math:`-\gamma^2 (\mathrm{diag}(p) - p p')`, has entries of at most :math:`\gamma^2/4` on
    the diagonal, and rows whose other entries add up to as much.

    References
    ----------
    .. [1] Bridle, Probabilistic interpretation of feedforward classification network outputs, with relationships to
       statistical pattern recognition, Neurocomputing, NATO ASI Series 68, Springer, 1990.

    Examples
    --------
    Of outputs in a box, a small gain makes even the best answer unsure:

    >>> import neurograph as ng
    >>> [round(ng.costs.cross_entropy(gain).mean([[1.0, 0.0]], [[1.0, 0.0]]), 4) for gain in (1.0, 10.0)]
    [0.3133, 0.0]
    >>> ng.costs.cross_entropy(10.0).answer_shares([[0.6, 0.5]]).round(2).tolist()
    [[0.73, 0.27]]
    """
    return Cost(
        "-y*log_share",
        force="gain*(y - exp(log_share))",
        normaliser="gain*s",
        parameters={"gain": checked_number("gain", gain, above=0.0)},
        shares=True,
        curvature="gain**2/4",
        name="cross_entropy",
    )


def wrong(outputs: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
    """Return for each sample whether its answer is wrong.

    Where y is one-hot over several outputs, the largest output is the answer; else each output answers by being above
    0.5 or not. An output that is NaN is wrong.

    Parameters
    ----------
    outputs, y : array (batch, outputs)
        States of the output nodes, and their targets.

    Returns
    -------
    bool array (batch,)
        True where it is wrong.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.costs.wrong([[0.4, 0.3], [0.4, 0.6]], [[1, 0], [1, 0]]).tolist()  # one-hot
    [False, True]
    >>> ng.costs.wrong([[0.4], [0.6]], [[1], [1]]).tolist()
    [True, False]
    """
    answer, target = np.asarray(outputs), np.asarray(y)
    one_hot = target.shape[1] > 1 and _binary(target) and np.all(target.sum(axis=1) == 1)
    if one_hot:
        unknown = np.isnan(answer).any(axis=1)
        return np.asarray(unknown | (answer.argmax(axis=1) != target.argmax(axis=1)))
    return np.asarray(np.any(((answer > 0.5) != (target > 0.5)) | np.isnan(answer), axis=1))


def error(outputs: ArrayLike, y: ArrayLike) -> float:
    """Return the share of wrong answers where every target is 0 or 1, else the root of the mean squared error.

    Parameters
    ----------
    outputs, y : array (batch, outputs)
        States of the output nodes, and their targets.

    Returns
    -------
    float
        From 0 to 1 of answers, see :func:`wrong`; else in the unit of y.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.costs.error([[0.4], [0.6]], [[1], [1]]), ng.costs.error([[0.5], [1.5]], [[0.25], [1.25]])
    (0.5, 0.25)
    """
    target = np.asarray(y)
    if _binary(target):
        return float(np.mean(wrong(outputs, target)))
    return float(np.sqrt(np.mean((target - np.asarray(outputs)) ** 2)))


def _binary(target: NDArray[np.floating]) -> bool:
    return bool(np.all((target == 0) | (target == 1)))


public_names(__name__, __all__)

COSTS = {"squared_error": squared_error, "cross_entropy": cross_entropy}
"""The function that makes each cost, by name; the conformance suite runs over them.

Examples
--------
>>> [COSTS[name]() for name in COSTS]
[squared_error(), cross_entropy(gain=1.0)]
"""
