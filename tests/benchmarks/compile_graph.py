"""How fast and how lean a graph is compiled: a fly's brain from arrays, and a million edges from networkx."""

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import numpy as np
import scipy.sparse as sp

import neurograph as ng

TITLE = "Compiling: 170 000 nodes, 13.6 million edges in float32; and a networkx.DiGraph of 1 million; medians of 5"
NODES, EDGES, INPUTS = 170_000, 13_600_000, 5_000
GRAPH_NODES, GRAPH_EDGES = 100_000, 1_000_000
ROUNDS = 5

MEASURED = """
import sys, tracemalloc
import numpy as np
import neurograph as ng
from tests.benchmarks.compile_graph import INPUTS, NODES, compiled, resident, settled
chain = np.arange(40_000)  # what is imported, and what a first call makes
settled(compiled((chain, chain + 1, np.ones(chain.size, np.float32)), range(1), chain.size), 1)
edges = tuple(np.load(sys.argv[1])[name] for name in ("pre", "post", "weight"))
if sys.argv[2] == "traced":
    tracemalloc.start()
before = resident("VmRSS")
settled(compiled(edges, range(INPUTS), NODES - 1), INPUTS)
most = tracemalloc.get_traced_memory()[1] if sys.argv[2] == "traced" else resident("VmHWM") - before
print(most / edges[0].size)
"""


def rows():
    with tempfile.TemporaryDirectory() as folder:
        yield from from_arrays(Path(folder) / "edges.npz")
    yield from from_networkx()


def from_arrays(file):
    edges = drawn_edges(NODES, EDGES, INPUTS)
    np.savez(file, **dict(zip(("pre", "post", "weight"), edges, strict=True)))
    ours, scipys = in_turn(lambda: compiled(edges, range(INPUTS), NODES - 1), lambda: csr(edges))
    yield "13.6 million edges: from_edges and compile", "", f"{statistics.median(ours):.2f} s"
    yield "scipy: coo_array(...).tocsr()", "", f"{statistics.median(scipys):.2f} s"
    yield "13.6 million edges: of the time of scipy's COO to CSR", "asked: at most 3x", f"{ratio(ours, scipys):.2f}x"
    for how, label in (("traced", "by tracemalloc"), ("resident", "resident")):
        label = f"peak from arrays to settled network, {label}"
        yield label, "asked: at most 24", f"{bytes_an_edge(file, how):.1f} B/edge"


def from_networkx():
    graph = drawn_graph()
    for label in ("collector as it is", "collector frozen"):
        ours, networkxs = in_turn(lambda: ng.compile(graph), lambda: nx.to_scipy_sparse_array(graph))
        yield f"networkx, 1 million edges: compile, {label}", "", f"{statistics.median(ours):.2f} s"
        yield "networkx: to_scipy_sparse_array", "", f"{statistics.median(networkxs):.2f} s"
        yield (
            f"networkx, 1 million edges: of to_scipy_sparse_array, {label}",
            "asked: at most 2.5x",
            f"{ratio(ours, networkxs):.2f}x",
        )
        gc.collect()
        gc.freeze()
    gc.unfreeze()


def drawn_edges(nodes, count, inputs):
    """Distinct edges in no order, none into an input and none from a node to itself: pre, post, weight."""
    rng = np.random.default_rng(0)
    keys = rng.permutation(np.unique(rng.integers(0, nodes * (nodes - inputs), int(1.02 * count))))
    pre, post = keys // (nodes - inputs), inputs + keys % (nodes - inputs)
    chosen = np.flatnonzero(pre != post)[:count]
    return pre[chosen].astype(np.int32), post[chosen].astype(np.int32), rng.normal(size=count).astype(np.float32)


def drawn_graph():
    edges = drawn_edges(GRAPH_NODES, GRAPH_EDGES, 10)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(10), role="input")
    graph.add_nodes_from(range(10, GRAPH_NODES - 10))
    graph.add_nodes_from(range(GRAPH_NODES - 10, GRAPH_NODES), role="output")
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in edges), strict=True))
    return graph


def compiled(edges, inputs, output):
    table = ng.topologies.from_edges(edges, inputs=inputs, outputs=[output])
    return ng.compile(table, dtype=np.float32)


def settled(network, inputs):
    solver = ng.solvers.Euler(dt=0.01, steps=10, tol=0)
    return ng.settle(network, np.zeros((1, inputs)), solver=solver, throw=False)


def csr(edges):
    pre, post, weight = edges
    return sp.coo_array((weight, (post, pre))).tocsr()


def in_turn(*calls):
    """Seconds of each, in turn, after a first call."""
    taken = [[] for _ in calls]
    for round in range(ROUNDS + 1):
        for call, seconds in zip(calls, taken, strict=True):
            began = time.perf_counter()
            call()
            if round:
                seconds.append(time.perf_counter() - began)
    return taken


def ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def resident(name):
    """Bytes of memory that the process holds (VmRSS), or the most that it has held (VmHWM); on Linux alone."""
    if sys.platform != "linux":
        return float("nan")
    return next(1024 * int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith(name))


def bytes_an_edge(file, how):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file), how], env=os.environ, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
