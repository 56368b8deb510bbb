"""A damaged or hostile file gives a graph or a sentence, in bounded time and memory, and nothing in it is run."""

import io
import os
import random
import tempfile
import warnings
import zipfile
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from neurograph.errors import FormatError
from neurograph.formats import read, write
from tests.formats.test_conformance import every_format, examples, sample

WORDS = [b"null", b"[]", b"{}", b'"', b"1e999", b"-1", b"NaN", b"json:{", b"json:[]", b"<node/>", b"id", b",", b"\n"]
WORDS += [b"\x00" * 8, b"\xff" * 4, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x01"]


def mutated(whole, draw):
    """Files of which one is cut, patched, or has a piece of itself elsewhere, as `draw` has it."""
    parts = list(whole)
    place = draw.randrange(len(parts))
    data = bytearray(parts[place])
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        start = draw.randrange(len(data) + 1)
        end = min(len(data), start + draw.choice([0, 1, 1, 4, 12]))
        piece = draw.randrange(len(data) + 1)
        data[start:end] = draw.choice(
            [draw.choice(WORDS), draw.randbytes(draw.choice([1, 2, 4])), bytes(data[piece : piece + 20]), b""]
        )
    parts[place] = bytes(data)
    return parts


def damaged(suffix, count, seed):
    """Read `count` damaged files; give how many were a graph all the same."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # networkx says what it leaves out
        path = write(sample(suffix), Path(folder, f"damaged{suffix}"))
        files = sorted(Path(folder).iterdir())
        whole = [file.read_bytes() for file in files]
        draw, graphs = random.Random(seed), 0
        for _ in range(count):
            for file, data in zip(files, mutated(whole, draw), strict=True):
                file.write_bytes(data)
            found = outcome(path)
            assert isinstance(found, nx.DiGraph) or path.name in str(found)
            graphs += isinstance(found, nx.DiGraph)
        return graphs


def outcome(path):
    try:
        return read(path)
    except FormatError as error:
        return error


@every_format
def test_a_damaged_file_gives_a_graph_or_a_sentence(suffix, monkeypatch):
    monkeypatch.setattr("neurograph.formats.encoding.hdf5.MOST_SECONDS", 1)
    assert damaged(suffix, examples(suffix, 300), seed=0) < examples(suffix, 300)


DEEP = "[" * 100_000 + "]" * 100_000
LOUD = "import pathlib; pathlib.Path('ran').touch()"


class Loud:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return exec, (LOUD,)


def refused(path, match):
    with pytest.raises(FormatError, match=match) as caught:
        read(path)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("suffix", [".json", ".cyjs"])
def test_json_that_is_none_is_refused(suffix, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    text = path.read_text()
    path.write_text(text.replace("0.3333333333333333", "NaN"))
    refused(path, "contains NaN")
    path.write_text(text.replace("0.3333333333333333", DEEP))
    refused(path, "nested too deep")
    path.write_text(text.replace("0.3333333333333333", "1" * 5000))
    refused(path, "not whole JSON")


def test_deep_json_in_a_cell_is_refused(tmp_path):
    graph = sample(".csv")
    graph.nodes[1]["x"] = [1]
    path = write(graph, tmp_path / "graph.csv")
    nodes = tmp_path / "graph.nodes.csv"
    nodes.write_text(nodes.read_text().replace("json:[1]", "json:" + DEEP[40_000:160_000]))
    refused(path, "nested too deep")


LAUGHS = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 10}">' for k in range(9))


@pytest.mark.parametrize(("suffix", "root"), [(".graphml", "graphml"), (".gexf", "gexf")])
def test_xml_that_grows_or_goes_too_deep_is_refused(suffix, root, tmp_path):
    path = write(sample(suffix), tmp_path / f"graph{suffix}")
    text = path.read_text()
    for declared in (f'<!ENTITY a0 "ha">{LAUGHS}', '<!ENTITY a SYSTEM "file:///etc/hosts">'):
        path.write_text(text.replace(f"<{root} ", f"<!DOCTYPE {root} [{declared}]>\n<{root} ", 1))
        refused(path, "declares entities")
    path.write_text(text.replace("</graph>", "<nodes><node>" * 50_000 + "</node></nodes>" * 50_000 + "</graph>"))
    refused(path, "nested more than 100 deep")


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


def test_parquet_that_states_too_much_is_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = write(sample(".parquet"), tmp_path / "graph.parquet")
    ones = pyarrow.array(np.ones(20_000_000, np.int8))
    parquet.write_table(pyarrow.table({"pre": ones, "post": ones, "weight": ones}), path)
    assert path.stat().st_size < 300_000
    refused(path, "state 20000000 rows")
    days = pyarrow.table({"pre": [1], "post": [1], "weight": pyarrow.array([0], pyarrow.date32())})
    parquet.write_table(days, path)
    refused(path, "'weight' of the edges has type date32")


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


@every_format
def test_a_pipe_and_a_device_are_refused(suffix, tmp_path):
    pipe, device = tmp_path / f"pipe{suffix}", tmp_path / f"device{suffix}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        refused(path, "is no regular file")


def test_a_number_with_more_digits_than_python_reads_is_not_written(tmp_path):
    graph = sample(".json")
    graph.nodes[1]["x"] = 10**5000
    with pytest.raises(FormatError, match="'x' of node 1 has more than 4000 digits"):
        write(graph, tmp_path / "graph.json")


def test_csv_that_was_cut_between_two_lines_is_refused(tmp_path):
    path = write(sample(".csv"), tmp_path / "graph.csv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    refused(path, "it has 2 edges, but the column neurograph says 3")
