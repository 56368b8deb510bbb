"""A step of a layered network against BLAS: 784-512-10 with feedback, batch 64, float32."""

import statistics
import time

import numpy as np

import neurograph as ng
from neurograph.solvers.base import Phase

TITLE = "A step of 784-512-10 with feedback, batch 64, float32, against the same matrices multiplied by BLAS alone"
BATCH, DT, STEPS, TURNS = 64, 0.1, 100, 9


def rows():
    graph = ng.topologies.layered(784, (512,), 10, bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.vector_field(), dtype=np.float32)
    random = np.random.default_rng(0)
    x, h, o = (random.random((BATCH, size), np.float32) for size in (784, 512, 10))
    W, V, back = (random.random(shape, np.float32) for shape in ((784, 512), (512, 10), (10, 512)))
    start = np.concatenate([x, h, o], axis=1)
    phases, blas_steps, blas_inputs = [], [], []
    for turn in range(TURNS + 1):
        one, many = (seconds(lambda n=n: euler(n).solve(network, Phase(start))) for n in (1, 1 + STEPS))
        step = seconds(lambda: [(o @ back, h @ V) for _ in range(STEPS)]) / STEPS
        whole = seconds(lambda: x @ W)
        if turn:
            phases.append((one, (many - one) / STEPS))
            blas_steps.append(step)
            blas_inputs.append(whole)
    ours, blas = statistics.median(step for _, step in phases), statistics.median(blas_steps)
    inputs = statistics.median(blas_inputs)
    yield (
        "neurograph: a step (hidden and output layer; the inputs' share is summed once a phase)",
        "",
        f"{1e6 * ours:.1f} us",
    )
    yield "BLAS: the two products of that step", "", f"{1e6 * blas:.1f} us"
    yield (
        "a step, of the time of BLAS alone",
        "asked: at most 1.3x",
        f"{statistics.median(step / b for (_, step), b in zip(phases, blas_steps, strict=True)):.2f}x",
    )
    yield "BLAS: all three products, as a step without that sum kept", "", f"{1e6 * (blas + inputs):.1f} us"
    first = statistics.median(one for one, _ in phases)
    yield "neurograph: a phase of one step, the inputs' product included", "", f"{1e6 * first:.0f} us"


def euler(steps):
    return ng.solvers.Euler(dt=DT, steps=steps, tol=0)


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
