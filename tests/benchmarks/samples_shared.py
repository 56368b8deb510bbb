"""The samples of a batch shared by two processes of one thread each, against one process of one thread.

Two are started by torchrun, on this machine; seconds are those of the first process, of an epoch that is one update.
"""

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from unittest import mock

import numpy as np

import neurograph as ng
from neurograph.torch.group import Group

train_module = sys.modules["neurograph.training.train"]

TITLE = "Samples shared by two processes: an update of 1 million edges by 256 samples, medians of 5"
NODES, DEGREE, INPUTS, OUTPUTS, BATCH, TURNS = 10_000, 103, 200, 20, 256, 5
PARALLEL = "asked: at least 1.7x"


def rows():
    if importlib.util.find_spec("torch") is None:
        yield "not measured, torch is missing (extra `torch`)", PARALLEL, "-"
        return
    taken = {}
    for name in ("float64", "float32"):
        for size in (1, 2):
            *seconds, taken[size] = map(float, updates(size, name).split())
            label = f"{name}: {size} process{'es' * (size > 1)} of one thread"
            yield label, "", f"{statistics.median(seconds):.3f} s"
            taken[size] = statistics.median(seconds), taken[size]
        yield f"{name}: two processes are faster", PARALLEL, f"{taken[1][0] / taken[2][0]:.2f}x"
        yield f"{name}: of an update of two, exchanging", "", f"{taken[2][1] / taken[2][0]:.1%}"


def updates(size, name):
    """What the first of so many processes prints."""
    command = ["torch.distributed.run", "--standalone", "--nproc-per-node", str(size), "-m"] if size > 1 else []
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command, __name__, name], env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def main(name):
    """Print, in the first process, the seconds of each epoch but the first, and those of exchanging in the last."""
    begun, exchanging, next_state = [], [], train_module.next_state

    def noted(*arguments):
        begun.append(time.perf_counter())
        exchanging.append(0.0)
        return next_state(*arguments)

    def clocked(method):
        def call(*arguments, **named):
            began = time.perf_counter()
            answer = method(*arguments, **named)
            if exchanging:
                exchanging[-1] += time.perf_counter() - began
            return answer

        return call

    random, rank = np.random.default_rng(1), int(os.environ.get("RANK", "0"))
    x, y = random.random((BATCH, INPUTS)), random.random((BATCH, OUTPUTS))
    options = {"epochs": TURNS + 2, "batch_size": None, "target_cost": None, "progress": False}
    train = ng.torch.train if "RANK" in os.environ else ng.train
    with (
        mock.patch.object(train_module, "next_state", noted),
        mock.patch.multiple(Group, sum=clocked(Group.sum), gathered=clocked(Group.gathered)),
    ):
        train(made(name), x, y, **options)
    if rank == 0:
        print(*np.diff(begun)[1:], exchanging[-2])


def made(name):
    random = np.random.default_rng(0)
    pre, post = random.integers(0, NODES, NODES * DEGREE), np.repeat(np.arange(NODES), DEGREE)
    apart = (pre != post) & (post >= INPUTS)
    keys = np.unique(post[apart] * NODES + pre[apart])
    columns = keys % NODES, keys // NODES, random.normal(0.0, 0.05, keys.size)
    table = ng.topologies.from_edges(columns, inputs=range(INPUTS), outputs=range(NODES - OUTPUTS, NODES))
    return ng.compile(table, ng.dynamics.additive("tanh"), dtype=name)


if __name__ == "__main__":
    main(*sys.argv[1:])
