"""MAT-files of MATLAB, Octave and scipy: one matrix, and what else is there for each node."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from neurograph.errors import FormatError
from neurograph.formats.base import NO_ENDS, Ends, Reader
from neurograph.formats.encoding.hdf5 import SIGNATURE
from neurograph.formats.encoding.mat5 import Other, Variable, mat5_variables
from neurograph.formats.encoding.matrices import wiring_of_entries
from neurograph.graphs.columns import Column
from neurograph.graphs.intake import CHANGES
from neurograph.graphs.wiring import Wiring


class Matlab(Reader):
    """The only square matrix of a MAT-file: entry [pre, post] is the weight of the edge.

    Of the other variables, those with one number or text for each node are attributes of the nodes. The only one with
    a text of its own for each calls them; else they are called 0, 1, ...
    """

    name = "MAT-file"
    suffix = ".mat"
    purpose = "MATLAB, Octave and scipy.io: one matrix, [pre, post]"
    opener = 'neurograph.formats.READERS[".mat"].load([open(path, "rb").read()]).to_graph()'

    def load(self, files: Sequence[bytes], ends: Ends = NO_ENDS) -> Wiring:
        """Read a file."""
        _check_level(files[0])
        variables = mat5_variables(files[0])
        squares = [name for name, one in variables.items() if _is_square(one)]
        if len(squares) != 1:
            told = ", ".join(f"{name} ({_kind(one)})" for name, one in variables.items())
            name = squares[0] if squares else "W"
            raise FormatError(
                f"it has {len(squares)} square matrices among its variables {told or '(none)'}: expected one; "
                f"neurograph.topologies.from_matrix(scipy.io.loadmat(path)[{name!r}], ...) takes the one that is named"
            )
        matrix: Any = variables.pop(squares[0])
        is_sparse = isinstance(matrix, sparse.coo_array)
        pre, post = matrix.coords if is_sparse else np.nonzero(matrix)
        weights = matrix.data if is_sparse else matrix[pre, post]
        count = matrix.shape[0]
        columns = {name: column for name, one in variables.items() if (column := _column(one, count)) is not None}
        callers = [name for name, column in columns.items() if _calls(column)]
        nodes: Sequence[Hashable] = range(count)
        said = [f"left out: {name} ({_kind(one)})" for name, one in variables.items() if name not in columns]
        if len(callers) == 1:
            nodes = columns.pop(callers[0]).values.tolist()
            said.append(f"nodes called by the texts of {callers[0]}")
        attributes = {CHANGES: "; ".join(said)} if said else {}
        return wiring_of_entries(tuple(nodes), pre, post, weights, columns, attributes)


def _check_level(data: bytes) -> None:
    """Refuse MAT-files of other levels."""
    if data.startswith((SIGNATURE, b"MATLAB 7.3")) or data[512:520] == SIGNATURE:
        raise FormatError(
            "it is a MAT-file of version 7.3, which is HDF5: expected version 7 or older; in MATLAB save(file, name, "
            "'-v7') writes one, and neurograph.topologies.from_matrix(h5py.File(path)['W'][:].T, ...) takes the "
            "variable W as it is (HDF5 has it transposed)"
        )
    if data[126:128] not in (b"IM", b"MI"):
        raise FormatError(
            "it does not begin as a MAT-file of level 5 does: expected version 5 to 7; of level 4, "
            "neurograph.topologies.from_matrix(scipy.io.loadmat(path)['W'], ...) takes the variable W"
        )


def _is_square(one: Variable) -> bool:
    if isinstance(one, (sparse.coo_array, np.ndarray)) and one.dtype.kind in "biuf":
        return len(one.shape) == 2 and one.shape[0] == one.shape[1] > 1
    return False


def _column(one: Variable, count: int) -> Column | None:
    """Return a variable as an attribute of the nodes, if it has one number or text for each."""
    if isinstance(one, np.ndarray) and one.size == count > 1 and max(one.shape) == count:
        if one.dtype.kind == "U":
            return Column.of(one.ravel().tolist())
        return Column(one.ravel(), None if one.dtype.kind != "f" else ~np.isnan(one.ravel()))
    if isinstance(one, list) and len(one) == count and all(isinstance(cell, np.ndarray) for cell in one):
        cells = [cell.item() if cell.size == 1 else None for cell in one]
        return None if None in cells else Column.of(cells)
    return None


def _calls(column: Column) -> bool:
    """Return whether a column has a text of its own for each node."""
    cells = column.values.tolist()
    return all(isinstance(cell, str) and cell for cell in cells) and len(set(cells)) == len(cells)


def _kind(one: Variable) -> str:
    if isinstance(one, Other):
        return one.kind
    if isinstance(one, list):
        return f"{len(one)} cells"
    return " x ".join(map(str, one.shape)) or "text"
