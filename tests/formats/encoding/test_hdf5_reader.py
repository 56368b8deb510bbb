"""The process that reads HDF5: what it hands over, and how it refuses."""

import io
import subprocess
import sys

import numpy as np
import pytest

from neurograph.formats.encoding.arrays import unpack
from neurograph.formats.encoding.hdf5 import READER

h5py = pytest.importorskip("h5py")


def read(build, seconds=20, most_bytes=2**26):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        build(file)
    return subprocess.run(
        [sys.executable, "-P", str(READER), str(seconds), str(most_bytes)],
        input=buffer.getvalue(),
        capture_output=True,
        check=False,
    )


def test_datasets_and_attributes_come_by_their_paths():
    def build(file):
        file["group/numbers"] = np.arange(3)
        file["group/texts"] = ["a", "é"]
        file["group"].attrs["version"] = np.array([0, 1])
        file.create_dataset("zipped", data=np.ones(1000), compression="gzip", shuffle=True)

    done = read(build)
    arrays = unpack(done.stdout)
    assert done.returncode == 0
    assert set(arrays) == {"/group/numbers", "/group/texts", "/group@version", "/zipped"}
    assert arrays["/group/numbers"].tolist() == [0, 1, 2]
    assert arrays["/group/texts"].tolist() == [b"a", "é".encode()]
    assert arrays["/group@version"].tolist() == [0, 1]
    assert arrays["/zipped"].sum() == 1000.0


def test_a_file_has_no_more_memory_than_it_is_given():
    done = read(lambda file: file.create_dataset("x", data=np.zeros(1000)), most_bytes=7999)
    assert done.returncode == 1
    assert "/x takes more memory" in done.stderr.decode()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda file: [file.create_group(f"g{k}") for k in range(2001)], "more than 2000 objects"),
        (lambda file: file.create_group("/".join("abcdefghijkl")), "nested more than 10 deep"),
        (lambda file: file.create_dataset("x", data=h5py.Empty("f8")), "/x is of type float64 None"),
    ],
)
def test_a_refusal_is_one_line_and_status_1(build, message):
    done = read(build)
    assert done.returncode == 1
    assert message in done.stderr.decode()
    assert done.stderr.decode().count("\n") == 1
