"""What an edge, a neuron and a link cost: the constants of examples/how_large.py.

``python -m tests.benchmarks.scale`` measures them and writes them there, ``python -m tests.benchmarks.scale 5`` in 5
rounds; ``make bench`` prints them. Times are the least of several turns and rounds, since other programs only add to
them. The two processes are on one machine, of a thread each, and speak by gloo.
"""

import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
import scipy.sparse

import neurograph as ng
from neurograph.solvers.base import Phase
from tests.benchmarks import graph_shared
from tests.benchmarks.compile_graph import resident
from tests.benchmarks.rows import made
from tests.benchmarks.settle_step import random_graph

TITLE = (
    "What the cost of many machines is made of, float32; times are the least of 9, the two processes on this machine"
)
NODES, EDGES, BATCHES, TURNS, STEPS = 170_000, 13_600_000, (1, 16, 64), 9, {1: 60, 16: 12, 64: 4}
SHARED = (100_000, 5_000_000)
"""Nodes and edges of the network that one process steps, and two."""
HELD = (2_500_000, 7_500_000)
"""Edges of two networks, whose difference in memory and time of reading is that of their edges."""
MESSAGE = 1 << 24
EXAMPLE = Path(__file__).parents[2] / "examples" / "how_large.py"


def rows():
    if importlib.util.find_spec("torch") is None:
        yield "not measured, torch is missing (extra `bench`)", "", "-"
        return
    for number, unit, meaning in measured().values():
        yield meaning, "", f"{number:.3g} {unit}"


def measured():
    """Return each constant by its name in the example: number, unit and meaning."""
    return {**of_the_engine(), **of_far_states(), **of_memory(), **of_processes()}


def of_the_engine():
    network, _ = random_graph(NODES, EDGES)
    found = {}
    for threads in (1, 2):
        for batch in BATCHES:
            nanoseconds = 1e9 * step(network, batch, threads, STEPS[batch]) / (EDGES * batch)
            meaning = f"the engine's step, an edge and sample, batch {batch}, threads: {threads}"
            found[f"edge_{batch}_{threads}"] = nanoseconds, "ns", meaning
    none = np.empty(0, int), np.empty(0, int), np.empty(0, np.float32)
    neuron = 1e9 * step(made(none, NODES, "tanh", np.float32), 1, 1, 2000) / NODES
    return {**found, "neuron": (neuron, "ns", "the engine's step, a neuron and sample, without edges")}


def step(network, batch, threads, steps):
    """Seconds of one step: (time of 1 + n steps less time of 1) / n."""
    start = np.random.default_rng(1).random((batch, len(network.nodes)), np.float32)

    def solve(steps):
        return ng.solvers.Euler(dt=0.1, steps=steps, tol=0).solve(network, Phase(start))

    with mock.patch.dict(os.environ, OMP_NUM_THREADS=str(threads)):
        one, many = (min(seconds(lambda: solve(count)) for _ in range(TURNS)) for count in (1, 1 + steps))  # noqa: B023  # called before the loop goes on
    return (many - one) / steps


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def of_far_states():
    """How much longer an edge takes whose state is one of as many as a mouse's cortex has, by scipy's product."""
    found = {}
    for batch in BATCHES[:2]:
        near, far = (product(nodes, batch) for nodes in (SHARED[0], 70_000_000))
        found[f"far_{batch}"] = far / near, "times", f"an edge among 7e7 neurons, of one among 1e5, batch {batch}"
    return found


def product(nodes, batch):
    """Seconds of the product of rows of 1,000 edges each with states of some nodes."""
    rows, edges = 2_000, 2_000_000
    others = np.random.default_rng(0).integers(0, nodes, edges, np.int32)
    starts = np.arange(0, edges + 1, edges // rows, dtype=np.int32)
    matrix = scipy.sparse.csr_array((np.ones(edges, np.float32), others, starts), shape=(rows, nodes))
    state = np.ones((nodes, batch), np.float32)
    return min(seconds(lambda: matrix @ state) for _ in range(TURNS))


def of_memory():
    """What an edge adds to a process that reads a graph, settles, and learns with Adam."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (
            of_a_reader(graph_shared.written(Path(folder) / f"{edges}.parquet", edges // graph_shared.EACH))
            for edges in HELD
        )
    each = {name: (many[name] - few[name]) / (HELD[1] - HELD[0]) for name in few}
    return {
        "read": (1e9 * each["seconds"], "ns", "an edge read from Parquet and compiled"),
        "reading": (each["reading"], "B", "an edge while the graph is read, at most"),
        "settling": (each["settling"], "B", "an edge while a layer settles, at most"),
        "learning": (each["learning"], "B", "an edge while a layer goes back and Adam makes a step, at most"),
    }


def of_a_reader(path):
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.scale", "memory", str(path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout.splitlines()[-1])


def memory(path):
    """Print the most memory of reading, settling and learning, and the seconds of reading."""
    import torch
    from torch import distributed

    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{path}.group", rank=0, world_size=1)
    began, found = time.perf_counter(), {}

    def most(what):
        found[what] = resident("VmHWM")
        Path("/proc/self/clear_refs").write_text("5")  # the largest size so far is forgotten

    layer = ng.torch.layer(path, partition=True, dtype="float32", solver=ng.solvers.Euler(steps=1000))
    found["seconds"] = time.perf_counter() - began
    most("reading")
    x, optimiser = torch.ones(4, graph_shared.INPUTS), torch.optim.Adam(layer.parameters())
    outputs = layer(x)
    most("settling")
    outputs.sum().backward()
    optimiser.step()
    most("learning")
    print(json.dumps(found))


def of_processes():
    """What two processes exchange, and a step of the layer in one and in two that share its graph."""
    import torch

    results = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2):
            out = f"{folder}/{count}.json"
            torch.multiprocessing.spawn(work, (count, f"file://{folder}/{count}", out), count)
            results.append(json.loads(Path(out).read_text()))
    one, two = results
    half = MESSAGE / 2
    found = {
        "latency": (1e6 * two["small"], "us", "the exchange of a step, of two numbers, between two processes"),
        "link": (1e-9 * half / (two["large"] - two["small"]), "GB/s", "half of 17 MB sent, and half received"),
        "sum": (1e3 * two["sum"], "ms", "an all-reduce of 17 MB"),
    }
    for batch in BATCHES:
        for count, result in ((1, one), (2, two)):
            label = f"5e6 edges, batch {batch}, processes: {count}"
            own, step = result["steps"][str(batch)]
            found[f"rows_{batch}_{count}"] = 1e3 * own, "ms", f"a step without the exchange, {label}"
            if count == 2:
                found[f"step_{batch}"] = 1e3 * step, "ms", f"a step with the exchange, {label}"
    return found


def work(rank, count, meeting, out):
    """Write what one of some processes measures."""
    import torch
    from torch import distributed

    from neurograph.torch.shared import Neighbours

    warnings.simplefilter("ignore")  # sparse tensors are called beta
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=count)
    nodes, edges = SHARED
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(nodes, nodes * nodes, edges))
    columns = (keys % nodes).astype(np.int32), (keys // nodes).astype(np.int32)
    weights = (rng.standard_normal(keys.size) / 20).astype(np.float32)
    table = ng.topologies.from_edges((*columns, weights), inputs=[0], outputs=[nodes - 1], nodes=np.arange(nodes))
    network = ng.compile(table, ng.dynamics.additive("tanh"), dtype=np.float32)
    layer = ng.torch.layer(network, partition=True, solver=ng.solvers.Euler(dt=0.1, steps=10, tol=0))
    group, found = layer.group, {"steps": {}}
    for name, size in (("small", count), ("large", MESSAGE // 4)):
        values, each = torch.ones(size), [size // count] * count
        calls = [lambda values=values, each=each: group.exchanged(values, each, each)]
        calls += [lambda: group.largest(torch.ones(1))]
        found[name] = least(lambda calls=calls: [call() for call in calls], 20)
    found["sum"] = least(lambda values=values: group.sum(values), 20)

    def alone(neighbours, own):
        others = own.new_zeros((sum(neighbours.sizes[1]), *own.shape[1:]))
        return torch.cat([own, others])

    for batch in BATCHES:
        x = torch.ones(batch, 1)
        backend = layer._backend(x)

        def settle(x=x, backend=backend):
            with torch.no_grad():
                backend.settle(x, layer.weights, layer._own_biases(), 0.0, None)

        with mock.patch.multiple(Neighbours, gathered=alone, largest=lambda _, values: values):
            own = least(settle, TURNS) / 10
        found["steps"][batch] = own, least(settle, TURNS) / 10
    if rank == 0:
        Path(out).write_text(json.dumps(found))
    distributed.destroy_process_group()


def least(call, turns):
    """Return the least seconds of a call, which processes begin together."""
    from torch import distributed

    taken = []
    for _ in range(turns):
        distributed.barrier()
        taken.append(seconds(call))
    return min(taken)


def main(rounds):
    """Measure, and write the constants into the example after each round: of times the least, else the median."""
    found = []
    for _ in range(rounds):
        found.append(measured())
        lines = []
        for name, (_, unit, meaning) in found[0].items():
            of_all = {"ns": min, "us": min, "ms": min, "GB/s": max}.get(unit, statistics.median)
            lines.append(f'    "{name}": {of_all(each[name][0] for each in found):.4g},  # {unit}: {meaning}\n')
        block = f"MEASURED = {{\n{''.join(lines)}}}\n"
        print(block, flush=True)
        text = EXAMPLE.read_text("utf-8")
        EXAMPLE.write_text(
            re.sub(r"^MEASURED = \{\n.*?^\}\n", lambda _, own=block: own, text, flags=re.S | re.M), "utf-8"
        )


if __name__ == "__main__":
    memory(sys.argv[2]) if sys.argv[1:2] == ["memory"] else main(int(*sys.argv[1:] or [1]))
