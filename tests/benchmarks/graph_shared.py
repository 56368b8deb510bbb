"""A graph shared by two processes of one thread each: the memory and the time of each, against one that has it all.

    python -m tests.benchmarks.graph_shared 100000000

takes a graph of so many edges. They are written, and read, in pieces.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import neurograph as ng

TITLE = "A graph shared by two processes, each of one thread: shares of what one process takes"
EDGES, EACH, INPUTS, OUTPUTS, BATCH = 20_000_000, 500, 100, 10, 4
LARGE = 100_000_000
"""Edges from which on they, and not Python's packages, take most of the memory."""
ASKED = {"float32": 1e-6, "float64": 1e-12}


def rows(edges=EDGES):
    missing = [name for name in ("torch", "pyarrow") if importlib.util.find_spec(name) is None]
    if missing:
        yield f"not measured, {missing[0]} is missing (extras `torch` and `files`)", "asked: <= 0.6", "-"
        return
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "graph.parquet", edges // EACH)
        for dtype, most in ASKED.items():
            (one,), two = run(path, dtype, 1), run(path, dtype, 2)
            for what in ("forward", "backward"):
                whole, before = one[what]["bytes"], one["imports"]["bytes"]
                share = max(each[what]["bytes"] for each in two) / whole
                graph = max(each[what]["bytes"] - each["imports"]["bytes"] for each in two) / (whole - before)
                label = f"{dtype}, {what}: most memory of a process, of {whole / 2**30:.2f} GiB"
                yield label, "asked: <= 0.6" if edges >= LARGE else "", f"{share:.2f}"
                label = f"{dtype}, {what}: without the {before / 2**30:.2f} GiB that the packages take"
                yield label, "asked: <= 0.6", f"{graph:.2f}"
            states = sum(np.load(f"{path}.{rank}.npy") for rank in range(2))
            far = np.abs(states - np.load(f"{path}.npy")).max()
            yield f"{dtype}: largest difference of a state", f"asked: <= {most:g}", f"{far:.0e}"
            for what in ("reading", "a step", "backward"):
                seconds = [max(each[what]["seconds"] for each in group) for group in ([one], two)]
                yield f"{dtype}: {what}, of {seconds[0]:.3g} s", "", f"{seconds[1] / seconds[0]:.2f}"


def written(path, nodes):
    """Write a network whose neurons have `EACH` edges from neurons drawn at random, some neurons at a time."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    places = {"inputs": range(INPUTS), "outputs": range(nodes - OUTPUTS, nodes), "nodes": np.arange(nodes)}
    ng.write(ng.compile(ng.topologies.from_edges(none, **places), ng.dynamics.additive("tanh")), path)
    rng, writer = np.random.default_rng(0), None
    for first in range(INPUTS, nodes, 1000):
        post = np.repeat(np.arange(first, min(first + 1000, nodes)), EACH)
        # One of each of EACH runs of nodes, so that no two are the same.
        pre = ((np.tile(np.arange(EACH), post.size // EACH) + rng.random(post.size)) * nodes / EACH).astype(np.int64)
        weights = rng.normal(0.0, 0.5 / np.sqrt(EACH), post.size)
        table = pyarrow.table({"pre": pre, "post": post, "weight": weights})
        writer = ParquetWriter(path, table.schema) if writer is None else writer
        writer.write_table(table)
    writer.close()
    return path


def run(path, dtype, size):
    """What each of some processes has measured."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    environment = os.environ | place | {"OMP_NUM_THREADS": "1", "WORLD_SIZE": str(size)}
    command = [sys.executable, "-m", __name__ if __name__ != "__main__" else "tests.benchmarks.graph_shared", "one"]
    processes = [
        subprocess.Popen([*command, str(path), dtype], env=environment | {"RANK": str(rank)}, stdout=subprocess.PIPE)
        for rank in range(size)
    ]
    return [json.loads(process.communicate()[0]) for process in processes]


def one_process(path, dtype):
    """Read, settle and go back as one of the processes, and print what it took."""
    import pyarrow.parquet  # noqa: F401  # that it takes memory is measured
    import torch

    import neurograph.torch.shared  # noqa: F401  # that it takes memory is measured
    from tests.benchmarks.compile_graph import resident

    measured, began = {}, time.perf_counter()

    def done(what, share=1):
        nonlocal began
        seconds = (time.perf_counter() - began) / share
        measured[what] = {"seconds": seconds, "bytes": resident("VmHWM")}
        began = time.perf_counter()

    torch.set_num_threads(1)
    done("imports")
    layer = ng.torch.layer(path, partition=True, dtype=dtype, solver=ng.solvers.Euler(steps=1000), timeout=3000)
    done("reading")
    kind = getattr(torch, dtype)
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(BATCH, INPUTS))).to(kind).requires_grad_()
    with torch.no_grad():
        _, rest = layer._backend(x).settle(x, layer.weights, layer._own_biases(), 0.0, None)[0]
    done("a step", int(rest.steps.max()))
    size, rank = (int(os.environ[name]) for name in ("WORLD_SIZE", "RANK"))
    states = np.zeros((layer.part.owner.size, BATCH))
    states[layer.part.own] = rest.s
    np.save(path if size == 1 else f"{path}.{rank}", states)
    outputs = layer(x)
    done("forward")
    outputs.square().sum().backward()
    done("backward")
    print(json.dumps(measured))


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        one_process(*sys.argv[2:])
    else:
        edges = int(sys.argv[1]) if len(sys.argv) > 1 else EDGES
        print(TITLE)
        for label, wish, value in rows(edges):
            print(f"  {label:<72} {value:>12}   {wish}", flush=True)
