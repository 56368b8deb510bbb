"""HDF5 that leads elsewhere, states too much, never ends or breaks the library down."""

import io

import numpy as np
import pytest

from neurograph.formats import write
from tests.formats.graphs import refused, sample


def hdf5(build):
    h5py = pytest.importorskip("h5py")
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        build(h5py, file)
    return buffer.getvalue()


def soft(h5py, file):
    file["a"] = h5py.SoftLink("/a")


def external_link(h5py, file):
    file["a"] = h5py.ExternalLink("../../../etc/hosts", "/")


def external_data(h5py, file):
    file.create_dataset("a", (10,), "u1", external=[("/etc/hosts", 0, 10)])


def virtual(h5py, file):
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource("/etc/hosts", "a", (4,))
    file.create_virtual_dataset("a", layout)


def huge(_, file):
    file.create_dataset("a", (10**12,), "f8", chunks=(1000,))


def repeated(h5py, file):
    file.create_dataset("a", (10**7,), h5py.string_dtype(), chunks=(1000,))


def packed(_, file):
    file.create_dataset("a", data=np.zeros(1000), compression="lzf")


def circle(_, file):
    file["a/b"] = 1
    file["a/c"] = file["a"]


def objects(h5py, file):
    file.create_dataset("a", (1,), h5py.ref_dtype)


@pytest.mark.parametrize("suffix", [".h5", ".nir"])
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (soft, "/a is a link"),
        (external_link, "/a is a link"),
        (external_data, "/a lies in another file"),
        (virtual, "/a lies in another file"),
        (huge, "/a takes more memory"),
        (repeated, "/a takes more memory"),
        (packed, "filter other than deflate"),
        (circle, "nested more than 10 deep"),
        (objects, "/a is of type object"),
    ],
)
def test_hdf5_that_leads_elsewhere_or_states_too_much_is_refused(suffix, build, message, tmp_path):
    path = tmp_path / f"graph{suffix}"
    path.write_bytes(hdf5(build))
    refused(path, message)


def test_hdf5_that_never_ends_or_breaks_the_library_down_is_refused(tmp_path, monkeypatch):
    path = write(sample(".h5"), tmp_path / "graph.h5")
    reader = tmp_path / "reader.py"
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.READER", reader)
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.MOST_SECONDS", 1)
    loop = "while True: pass"
    limits = "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), 9))\n"
    reader.write_text(limits + loop)
    refused(path, "found no end within 1 seconds of computing")
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.PATIENCE", 0.5)
    reader.write_text(loop)
    refused(path, "found no end within 0.5 seconds")
    reader.write_text("import os; os.abort()")
    refused(path, "broke down")
