"""How far outputs are from their targets, and which way that pulls them."""

from __future__ import annotations

import abc
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import checked_number

__all__ = ["Cost", "CrossEntropy", "SquaredError", "cross_entropy", "error", "squared_error", "wrong"]

Floats = NDArray[np.float64]


class Cost(abc.ABC):
    """Base of the costs C(s, y) of a sample's outputs; a nudge pulls the outputs by beta times the force -dC/ds.

    The solvers nudge by the two costs of this module. One of one's own serves the rules that nudge nothing, such as
    :func:`neurograph.rules.asymmetric_ep`.
    """

    @abc.abstractmethod
    def each(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return the cost of each sample (batch,)."""

    @abc.abstractmethod
    def force(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return -dC/ds (batch, outputs)."""

    def mean(self, outputs: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cost of the samples."""
        return float(np.mean(self.each(outputs, y)))


@dataclass(frozen=True)
class SquaredError(Cost):
    """Half the squared distance; see :func:`squared_error`."""

    def each(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return the cost of each sample (batch,)."""
        return np.asarray(0.5 * np.sum((np.asarray(y) - np.asarray(outputs)) ** 2, axis=1))

    def force(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return y - s (batch, outputs)."""
        return np.asarray(np.asarray(y) - np.asarray(outputs))


@dataclass(frozen=True)
class CrossEntropy(Cost):
    """Cross-entropy of a softmax read-out; see :func:`cross_entropy`."""

    gain: float = 1.0

    def __post_init__(self) -> None:
        """Check the number."""
        checked_number("gain", self.gain, above=0.0)

    def each(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return the cost of each sample (batch,)."""
        return np.asarray(-np.sum(np.asarray(y) * self._log_share(outputs), axis=1))

    def force(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return gain (y - softmax(gain s)) (batch, outputs)."""
        return np.asarray(self.gain * (np.asarray(y) - np.exp(self._log_share(outputs))))

    def _log_share(self, outputs: ArrayLike) -> Floats:
        logits = self.gain * np.asarray(outputs)
        logits = logits - logits.max(axis=1, keepdims=True)
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))


def squared_error() -> SquaredError:
    r"""Half the squared distance of outputs and targets, :math:`C = \frac{1}{2} \sum_j (y_j - s_j)^2`."""
    return SquaredError()


def cross_entropy(gain: float = 1.0) -> CrossEntropy:
    r"""Cross-entropy of a softmax read-out, :math:`C = -\sum_j y_j \log p_j`, :math:`p = \mathrm{softmax}(gain\,s)`.

    The targets of a sample are not negative and add up to 1: one-hot, or class labels.

    Parameters
    ----------
    gain : float
        How sharp the softmax is; outputs that live in a box need a gain of about 10 to be sure of an answer.

    Raises
    ------
    ParameterError
        If the gain is not positive.
    """
    return CrossEntropy(gain)


def wrong(outputs: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
    """Return for each sample whether its answer is wrong.

    Where y is one-hot over several outputs, the largest output is the answer; else each output answers by being
    above 0.5 or not.

    Parameters
    ----------
    outputs, y : array (batch, outputs)
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
    """
    target = np.asarray(y)
    if _binary(target):
        return float(np.mean(wrong(outputs, target)))
    return float(np.sqrt(np.mean((target - np.asarray(outputs)) ** 2)))


def _binary(target: NDArray[np.floating]) -> bool:
    return bool(np.all((target == 0) | (target == 1)))
