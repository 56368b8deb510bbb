"""What matrices in few bits share: the product with a vector or a matrix."""

from __future__ import annotations

import abc
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import Printed
from neurograph.errors import DataError


class Multiplied(Printed, abc.ABC):
    """A matrix of a `shape`, whose product a child adds up in `_add`."""

    shape: tuple[int, int]

    def __matmul__(self, right: ArrayLike) -> NDArray[np.float64]:
        """Multiply with a vector (columns,) or a matrix (columns, k), reading the bits once.

        HAM and sHAM pass over numbers that are 0, on whatever the right side is there: not finite, too.

        Raises
        ------
        DataError
            If the right side is no dense array of real numbers, or the sizes do not go together.
        """
        given = np.asarray(right)
        if given.dtype.kind not in "fiub":
            raise DataError(f"the right side has numbers of type {given.dtype}: expected a dense array of real numbers")
        columns = given.astype(np.float64, copy=False)
        if columns.ndim not in (1, 2) or columns.shape[0] != self.shape[1]:
            raise DataError(
                f"the right side has shape {columns.shape}: expected ({self.shape[1]},) or ({self.shape[1]}, k)"
            )
        result = np.zeros((self.shape[0], columns.shape[1] if columns.ndim == 2 else 1))
        if columns.size:
            self._add(np.ascontiguousarray(columns.reshape(columns.shape[0], -1)), result)
        return result[:, 0] if columns.ndim == 1 else result

    @abc.abstractmethod
    def _add(self, right: NDArray[Any], result: NDArray[np.float64]) -> None:
        """Add the product with `right` (columns, k) to `result` (rows, k)."""
