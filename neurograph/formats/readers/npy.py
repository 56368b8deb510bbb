"""One matrix in numpy's npy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Reader
from neurograph.formats.encoding.arrays import npy_array
from neurograph.formats.encoding.matrices import wiring_of_entries
from neurograph.graphs.wiring import Wiring


class Npy(Reader):
    """A square matrix of numbers: entry [pre, post] is the weight of the edge; nodes are called 0, 1, ..."""

    name = "numpy matrix"
    suffix = ".npy"
    purpose = "numpy: one matrix, [pre, post]"
    opener = 'neurograph.formats.READERS[".npy"].load([open(path, "rb").read()]).to_graph()'

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file."""
        matrix = npy_array(files[0])
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.dtype.kind not in "biuf":
            raise FormatError(
                f"it is of shape {matrix.shape} and type {matrix.dtype}: expected a square matrix of real numbers, "
                "[pre, post]; of edges, neurograph.topologies.from_edges(tuple(numpy.load(path).T), ...) takes "
                "rows of pre, post and weight"
            )
        pre, post = np.nonzero(matrix)
        return wiring_of_entries(tuple(range(len(matrix))), pre, post, matrix[pre, post])
