"""A graph as large as a fly's brain, and a larger one in float32, from pruning to the page: seconds, each once."""

import tempfile
import time
from pathlib import Path

import numpy as np

import neurograph as ng
from tests.benchmarks.compile_graph import resident

TITLE = "As large as a fly: 20,000 nodes, 2 million edges, and 140,000, 15 million; seconds, each once"
NODES, EDGES, INPUTS, OUTPUTS, SAMPLES = 20_000, 2_010_000, 200, 20, 32
LARGER = (140_000, 15_000_000)
FILES = {"npz": 4, "h5": 4, "packed": 4, "parquet": 4, "csv": 8}
"""Formats by suffix, and the most seconds that each may take to write and to read."""


def rows():
    yield from steps(fly(NODES, EDGES, np.float64), 1, FILES)
    for label, *others in steps(fly(*LARGER, np.float32), 8, set(FILES) - {"csv"}):
        yield "15 million edges: " + label, *others


def steps(table, times, files):
    """Yield the lines of a graph that may take `times` as many seconds."""
    Path("/proc/self/clear_refs").write_text("5")  # the largest size so far is forgotten
    network, rng = ng.compile(table, dtype=table.weights.dtype), np.random.default_rng(1)
    x, y = rng.random((SAMPLES, INPUTS)), rng.integers(0, 2, (SAMPLES, OUTPUTS)).astype(float)

    def row(label, most, call):
        return label, f"asked: <= {most * times:g} s", f"{seconds(call):.2f} s"

    yield row("magnitude pruning of 90 %", 0.5, lambda: ng.prune(network, ng.pruning.magnitude(0.9)))
    ng.train(network, x, y, epochs=1, seed=0)
    epoch = seconds(lambda: ng.train(network, x, y, epochs=1, seed=0))
    saliency = seconds(lambda: ng.prune(network, ng.pruning.saliency(0.9), x, y, seed=0))
    yield f"an epoch of {SAMPLES} samples", "", f"{epoch:.2f} s"
    wish = f"asked: <= {epoch + times:.2f} s, an epoch and {times} s"
    yield "pruning by saliency, on the same", wish, f"{saliency:.2f} s"
    yield row("graph_metrics", 30, lambda: ng.graph_metrics(network))
    yield row("certify", 60, lambda: ng.certify(network, progress=False))
    yield row("certify, at 4 inputs", 60, lambda: ng.certify(network, x[:4], progress=False))
    with tempfile.TemporaryDirectory() as folder:
        for suffix in sorted(files):
            yield from file_rows(row, suffix, network, Path(folder))
        path = Path(folder) / "fly.html"
        yield row("write_page", 5, lambda: ng.write_page(network, path))
        yield "size of the page", "", f"{path.stat().st_size / 1e6:.1f} MB"
    yield "peak memory, all in", f"asked: <= {1.5 * times:g} GiB, run alone", f"{resident('VmHWM') / 2**30:.2f} GiB"
    if times == 1:
        yield row("to_graph", 5, network.to_graph)


def file_rows(row, suffix, network, folder):
    value, path = ng.quantise(network).network if suffix == "packed" else network, folder / f"fly.{suffix}"
    yield row(f"write {path.name}", FILES[suffix], lambda: ng.write(value, path))
    yield row(f"read_table {path.name}", FILES[suffix], lambda: ng.read_table(path))
    for each in folder.iterdir():
        each.unlink()


def fly(nodes, edges, dtype):
    """Draw edges at random, no two alike, none into an input."""
    rng = np.random.default_rng(0)
    pairs = np.unique(rng.integers(0, nodes * (nodes - INPUTS), edges))
    pre, post = pairs // (nodes - INPUTS), pairs % (nodes - INPUTS) + INPUTS
    apart = pre != post
    columns = pre[apart], post[apart], rng.normal(0.0, 0.03, np.count_nonzero(apart)).astype(dtype)
    return ng.topologies.from_edges(columns, inputs=range(INPUTS), outputs=range(nodes - OUTPUTS, nodes))


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
