"""What a step costs an edge, a neuron and a link: the constants of examples/how_large.py.

``python -m tests.benchmarks.scale`` measures them and writes them there, ``python -m tests.benchmarks.scale 5`` the
best of 5 rounds; ``make bench`` prints them. The least of several times counts, since other programs only add to it.
The two processes are gloo's, on one machine.
"""

import gc
import json
import os
import re
import statistics
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
import scipy.sparse

import neurograph as ng
from neurograph.solvers.base import Phase
from tests.benchmarks.rows import made
from tests.benchmarks.settle_step import copied, random_graph

TITLE = (
    "What the cost of many machines is made of, float32, the least of 7; processes by PyTorch's gloo, on this machine"
)
NODES, EDGES, BATCHES, TURNS, STEPS = 170_000, 13_600_000, (1, 16, 64), 7, {1: 40, 16: 6, 64: 3}
SHARED = (100_000, 5_000_000)
"""Nodes and edges of the network that one process steps, and two."""
MESSAGES = tuple(1 << power for power in range(3, 27, 3))
EXAMPLE = Path(__file__).parents[2] / "examples" / "how_large.py"


def rows():
    for name, (number, unit, meaning) in measured().items():
        yield f"{name}: {meaning}", "", f"{number:.4g} {unit}"


def measured():
    """Return each constant: number, unit and meaning, by its name in the example."""
    return {**of_the_step(), **of_far_states(), **of_the_memory(), **of_the_file(), **of_the_processes()}


def of_the_step():
    found = {"copy": (copied(), "GB/s", "numpy copies memory, read and written")}
    network, _ = random_graph(NODES, EDGES)
    for threads in (1, 2):
        for batch in BATCHES:
            nanoseconds = 1e9 * min(times(network, batch, threads)) / (EDGES * batch)
            meaning = f"an edge and sample of a step, batch {batch}, threads {threads}"
            found[f"edge_{batch}_{threads}"] = nanoseconds, "ns", meaning
    several = times(network, 1, 1)
    found["spread"] = statistics.stdev(several) / min(several), "times", "spread of the time of a step, of the time"
    none = np.empty(0, int), np.empty(0, int), np.empty(0, np.float32)
    alone = made(none, NODES, "tanh", np.float32)
    found["neuron"] = 1e9 * min(times(alone, 1, 1, 400)) / NODES, "ns", "a neuron and sample of a step, without edges"
    return found


def times(network, batch, threads, steps=None):
    """Seconds of one step, each turn: (time of 1 + n steps less time of 1) / n."""
    start = np.random.default_rng(1).random((batch, len(network.nodes)), np.float32)
    steps = steps or STEPS[batch]
    with mock.patch.dict(os.environ, OMP_NUM_THREADS=str(threads)):
        return [(taken(network, start, 1 + steps) - taken(network, start, 1)) / steps for _ in range(TURNS)]


def taken(network, start, steps):
    began = time.perf_counter()
    ng.solvers.Euler(dt=0.1, steps=steps, tol=0).solve(network, Phase(start))
    return time.perf_counter() - began


def of_far_states():
    """How much longer an edge takes whose state is one of as many as a mouse's cortex has, by scipy's product."""
    found = {}
    for batch in BATCHES[:2]:
        near, far = (product(nodes, batch) for nodes in (NODES, 70_000_000))
        found[f"far_{batch}"] = (
            far / near,
            "times",
            f"an edge among 7e7 neurons takes, of one among 1.7e5, batch {batch}",
        )
    return found


def product(nodes, batch):
    """Seconds of the product of rows of 1,000 edges each with states of some nodes."""
    rows, edges = 2_000, 2_000_000
    others = np.random.default_rng(0).integers(0, nodes, edges, np.int32)
    starts = np.arange(0, edges + 1, edges // rows, dtype=np.int32)
    matrix = scipy.sparse.csr_array((np.ones(edges, np.float32), others, starts), shape=(rows, nodes))
    state = np.ones((nodes, batch), np.float32)
    return min(of_the_call(lambda: matrix @ state) for _ in range(TURNS))


def of_the_call(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def of_the_memory():
    """Bytes an edge, by tracemalloc: what stays of a network, and the most that a run which trains it takes."""
    learned(drawn_table(500, 5_000))  # what a first call makes
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    network, edges = settled(drawn_table(20_000, 2_000_000))
    gc.collect()
    held = (tracemalloc.get_traced_memory()[0] - before) / edges
    fit = learned(network)
    most = (tracemalloc.get_traced_memory()[1] - before) / edges
    tracemalloc.stop()
    assert fit.network.weights.size == edges
    return {
        "held": (held, "B", "an edge of a network that has settled"),
        "most": (most, "B", "an edge of a run that learns with Adam, at most"),
    }


def drawn_table(nodes, edges):
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(nodes, nodes * nodes, edges))
    columns = (keys % nodes).astype(np.int32), (keys // nodes).astype(np.int32)
    weights = (rng.standard_normal(keys.size) / 100).astype(np.float32)
    return ng.topologies.from_edges((*columns, weights), inputs=[0], outputs=[nodes - 1], nodes=np.arange(nodes))


def settled(table):
    network = ng.compile(table, ng.dynamics.additive("tanh"), dtype=np.float32)
    ng.settle(network, np.ones((4, 1)), solver=ng.solvers.Euler(dt=0.5, steps=20))
    return network, network.weights.size


def learned(network):
    network = network if isinstance(network, ng.Network) else settled(network)[0]
    euler, adam = ng.solvers.Euler(dt=0.5, steps=20), ng.optimisers.adam(1e-3)
    return ng.train(network, np.ones((4, 1)), np.ones((4, 1)), solver=euler, optimiser=adam, epochs=1, seed=0)


def of_the_file():
    network, _ = random_graph(20_000, 2_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.parquet"
        ng.write(network, path)
        seconds = min(of_the_call(lambda: ng.read_table(path)) for _ in range(3))
        return {"read": (1e9 * seconds / network.weights.size, "ns", "an edge read from Parquet, cached")}


def of_the_processes():
    """The exchange of two processes, and a step of one and of two that share a graph."""
    import torch

    results = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2):
            out = f"{folder}/{count}.json"
            torch.multiprocessing.spawn(work, (count, f"file://{folder}/{count}", out), count)
            results.append(json.loads(Path(out).read_text()))
    one, two = results
    gathered, reduced = ({int(size): number for size, number in two[name].items()} for name in ("gather", "reduce"))
    large = max(MESSAGES)
    latency = gathered[min(MESSAGES)]
    meaning = f"{large / 1e6:.0f} MB gathered by two processes, half sent by each"
    found = {
        "latency": (1e6 * latency, "us", "the smallest all-gather of two processes"),
        "link": (1e-9 * large / 2 / (gathered[large] - latency), "GB/s", meaning),
        "reduce": (1e3 * reduced[large], "ms", f"an all-reduce of {large / 1e6:.0f} MB by two processes"),
    }
    for batch in BATCHES:
        for count, result in ((1, one), (2, two)):
            own, step = (1e3 * seconds for seconds in result["steps"][str(batch)])
            label = f"batch {batch}, processes {count}, a thread each"
            found[f"rows_{batch}_{count}"] = own, "ms", f"its rows of {SHARED[1]:,} edges, {label}"
            found[f"step_{batch}_{count}"] = step, "ms", f"the same and the exchange, {label}"
    return found


def work(rank, count, meeting, out):
    """Write what one process measures; torch.sparse makes the products of its rows."""
    import torch
    from torch import distributed

    warnings.simplefilter("ignore")  # sparse tensors are called beta, and a name of 2.6 is another in 2.13
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=count)
    found = {"gather": {}, "reduce": {}, "steps": {}}
    for size in MESSAGES if count == 2 else ():
        whole, part = torch.ones(size // 4), torch.ones(size // 4 // count)
        found["gather"][size] = least(lambda w=whole, p=part: distributed.all_gather_into_tensor(w, p), 20)
        found["reduce"][size] = least(lambda w=whole: distributed.all_reduce(w), 20)
    nodes, edges = SHARED
    _, matrix = random_graph(nodes, edges)
    mine = matrix[rank * nodes // count : (rank + 1) * nodes // count]
    rows = torch.sparse_csr_tensor(
        torch.from_numpy(mine.indptr), torch.from_numpy(mine.indices), torch.from_numpy(mine.data), size=mine.shape
    )
    for batch in BATCHES:
        state = torch.rand(nodes, batch)

        own = state[rank * nodes // count : (rank + 1) * nodes // count].clone()

        def product(state=state, own=own):
            own += 0.1 * (torch.tanh(rows @ state) - own)

        def step(state=state, own=own, product=product):
            product()
            distributed.all_gather_into_tensor(state, own)

        found["steps"][batch] = least(product, 10), least(step, 10)
    if rank == 0:
        Path(out).write_text(json.dumps(found))
    distributed.destroy_process_group()


def least(call, turns):
    """Return the least seconds of a call, the processes at its beginning together."""
    from torch import distributed

    seconds = []
    for _ in range(turns):
        distributed.barrier()
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def main(rounds):
    """Measure in some rounds, and write the constants, each at its least or best, into the example."""
    found = [measured() for _ in range(rounds)]
    best = {
        name: (max if unit == "GB/s" else min)(each[name] for each in found) for name, (_, unit, _) in found[0].items()
    }
    lines = [f'    "{name}": {one:.4g},  # {unit}: {said}\n' for name, (one, unit, said) in best.items()]
    block = f"MEASURED = {{\n{''.join(lines)}}}\n"
    text = EXAMPLE.read_text("utf-8")
    EXAMPLE.write_text(re.sub(r"^MEASURED = \{\n.*?^\}\n", lambda _: block, text, flags=re.S | re.M), "utf-8")


if __name__ == "__main__":
    main(int(*sys.argv[1:] or [1]))
