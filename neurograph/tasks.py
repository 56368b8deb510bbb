"""The small data sets that ship with neurograph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurograph.errors import ParameterError

__all__ = ["TRUTH", "logic"]

TRUTH = {
    "xor": (0, 1, 1, 0),
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "not": (1, 0),
    "identity": (0, 1),
}
"""The answer of each logic task to its input patterns, in counting order."""


def logic(name: str, one_hot: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give a logic task as a table of its patterns.

    Parameters
    ----------
    name : {"xor", "and", "or", "not", "identity"}
        "not" and "identity" have one input, the others two.
    one_hot : bool
        Whether the answer is given by two outputs, one for false and one for true, instead of one.

    Returns
    -------
    x : array (patterns, inputs)
    y : array (patterns, 1), or (patterns, 2) if one-hot

    Raises
    ------
    ParameterError
        For another name.

    Examples
    --------
    >>> x, y = logic("xor")
    >>> x.astype(int).tolist(), y.ravel().astype(int).tolist()
    ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    """
    if not isinstance(name, str) or name not in TRUTH:
        raise ParameterError(f"logic task is {name!r}: expected one of {', '.join(TRUTH)}")
    if not isinstance(one_hot, bool):
        raise ParameterError(f"one_hot is {one_hot!r}: expected True or False")
    truth = np.array(TRUTH[name], np.float64)
    inputs = int(np.log2(truth.size))
    x = np.array([[(p >> k) & 1 for k in reversed(range(inputs))] for p in range(truth.size)], np.float64)
    y = np.column_stack([1 - truth, truth]) if one_hot else truth[:, None]
    return x, y
