"""Arrays that do not change, in this process and in others."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray


class FrozenArrays:
    """Base of the dataclasses that go to other processes: what was computed stays behind, arrays stay read-only."""

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields, their arrays read-only."""
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        self.__dict__.update(state)


Floats = NDArray[np.floating[Any]]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array of one's own read-only."""
    array.flags.writeable = False
    return array
