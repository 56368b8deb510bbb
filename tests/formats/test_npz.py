"""npz: as scipy and numpy read it, and files that run code or state too much."""

import io
import zipfile

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import neurograph as ng
from neurograph.errors import FormatError
from tests.formats.graphs import refused, subgraph


def test_scipy_reads_the_matrix_and_numpy_what_goes_with_it(tmp_path):
    path = ng.write(subgraph(), tmp_path / "net.npz")
    matrix = sparse.load_npz(path)
    expected = nx.to_numpy_array(subgraph())
    assert (matrix.toarray() == expected).all()
    arrays = np.load(path)
    assert arrays["labels"].tolist() == ["in é", "mid", "out"]
    assert arrays["roles"].tolist() == ["input", "hidden", "output"]
    assert arrays["biases"].tolist()[1] == 0.1 + 0.2
    sparse.save_npz(path, matrix)
    with pytest.raises(FormatError, match=r"its array labels is none.*from_matrix"):
        ng.read(path)


LOUD = "import pathlib; pathlib.Path('ran').touch()"


class Loud:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return exec, (LOUD,)


def pickled(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, data=np.array([Loud()], object))
    return buffer.getvalue()


def archive(name, data, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(name, data)
    return buffer.getvalue()


def npy(shape, dtype="<f8"):
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": dtype, "fortran_order": False, "shape": shape})
    return buffer.getvalue()


def test_a_pickle_that_says_it_is_npz_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "graph.npz"
    path.write_bytes(pickled(tmp_path))
    refused(path, "array of type object")
    np.save(tmp_path / "bare.npy", np.array([Loud()], object))
    path.write_bytes((tmp_path / "bare.npy").read_bytes())
    refused(path, "not whole npz")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive("data.npy", npy((10**12,)) + bytes(80)), "not whole npz"),
        (archive("data.npy", npy((10**12,), "<U0")), "array of type <U0"),
        (archive("data.npy", bytes(10**8), zipfile.ZIP_DEFLATED), "take 100000000 bytes in a file of"),
        (archive("../../data.npy", npy((0,))), "its array format is none"),
    ],
)
def test_npz_that_states_too_much_is_refused(data, message, tmp_path):
    path = tmp_path / "a" / "b" / "graph.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    refused(path, message)
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["a", "b", "graph.npz"]
