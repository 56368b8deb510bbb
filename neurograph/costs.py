"""How far outputs are from their targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cost(outputs: ArrayLike, y: ArrayLike) -> float:
    """Give the mean over samples of half the squared distance between outputs and targets (batch, outputs)."""
    return float(0.5 * np.mean(np.sum((np.asarray(y) - np.asarray(outputs)) ** 2, axis=1)))


def wrong(outputs: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
    """Say for each sample whether its answer is wrong.

    Where y is one-hot over several outputs, the largest output is the answer; else each output answers by being
    above 0.5 or not.
    """
    answer, target = np.asarray(outputs), np.asarray(y)
    one_hot = target.shape[1] > 1 and np.all((target == 0) | (target == 1)) and np.all(target.sum(axis=1) == 1)
    if one_hot:
        unknown = np.isnan(answer).any(axis=1)
        return np.asarray(unknown | (answer.argmax(axis=1) != target.argmax(axis=1)))
    return np.asarray(np.any(((answer > 0.5) != (target > 0.5)) | np.isnan(answer), axis=1))
