"""One step of settling against the same step by scipy, and by torch.sparse, from 9 nodes to a fly's brain.

A step is ``s <- clip(s + dt (W s - s), 0, 1)``; ours is (time of 1 + n steps less time of 1) / n, so that what a phase
costs before its first step is left out, as the rivals' matrices are made beforehand.
"""

import importlib.util
import statistics
import time

import numpy as np
import scipy.sparse

import neurograph as ng
from neurograph.solvers.base import Phase

TITLE = "One settle step, float32, against scipy.sparse @ and numpy, and torch.sparse (two threads each but scipy)"
DT, TURNS = np.float32(0.1), 7

SIZES = (
    # nodes, edges, batch, asked of scipy, asked of torch.sparse
    (10, 90, 4, None, None),
    (100, 1_000, 4, None, None),
    (1_000, 20_000, 32, None, None),
    (10_000, 1_000_000, 1, 2, 2),
    (10_000, 1_000_000, 32, 8, 2),
    (10_000, 1_000_000, 128, 4, 2),
    (170_000, 13_600_000, 1, 2.5, 1),
    (170_000, 13_600_000, 16, 2.5, 1),
)


STEPS = {10: 20_000, 100: 5_000, 1_000: 1_000, 10_000: 100, 170_000: 20}


def rows():
    yield "the machine copies memory", "", f"{copied():.0f} GB/s"
    graphs = {}
    for nodes, edges, batch, of_scipy, of_torch in SIZES:
        if nodes not in graphs:
            graphs.clear()  # a fly's brain once is enough
            graphs[nodes] = random_graph(nodes, edges)
        yield from compared(*graphs[nodes], batch, of_scipy, of_torch)


def random_graph(nodes, edges):
    """A network, and its weights as scipy's CSR, from one table of edges."""
    random = np.random.default_rng(0)
    keys = random.choice(nodes * nodes, edges, replace=False) if nodes <= 1_000 else drawn(random, nodes, edges)
    pre, post = (keys // nodes).astype(np.int32), (keys % nodes).astype(np.int32)
    weights = (random.standard_normal(keys.size) / np.sqrt(edges / nodes)).astype(np.float32)
    table = ng.topologies.from_edges((pre, post, weights), inputs=[], outputs=[0], nodes=np.arange(nodes))
    network = ng.compile(table, ng.dynamics.vector_field(), dtype=np.float32)
    return network, scipy.sparse.coo_array((weights, (post, pre)), shape=(nodes, nodes)).tocsr()


def drawn(random, nodes, edges):
    """Distinct pairs of nodes, without a table of all of them."""
    keys = np.unique(random.integers(0, nodes * nodes, edges + edges // 50))
    return random.permutation(keys)[:edges]


def compared(network, matrix, batch, of_scipy, of_torch):
    nodes, edges = matrix.shape[0], matrix.nnz
    state = np.random.default_rng(1).random((nodes, batch), np.float32)
    calls = {"scipy": lambda: scipy_step(matrix, state)}
    if importlib.util.find_spec("torch") is not None:
        calls["torch"] = torch_step(matrix, state)
    medians = {name: [] for name in (*calls, "ours")}
    for turn in range(TURNS + 1):
        for name, call in calls.items():
            seconds = taken(call)
            if turn:
                medians[name].append(seconds)
        seconds = step_of(network, state.T, STEPS[nodes])
        if turn:
            medians["ours"].append(seconds)
    size = f"{nodes:,} nodes, {edges:,} edges, batch {batch}"
    ours = statistics.median(medians["ours"])
    moved = (8 * edges + 4 * nodes * batch * 4) / ours  # every edge's end and weight once, and four tables of states
    yield f"{size}: neurograph", "", f"{1e3 * ours:.4g} ms, {1e-9 * moved:.0f} GB/s"
    for name, rival, asked in (("scipy", "scipy", of_scipy), ("torch", "torch.sparse", of_torch)):
        if name in calls:
            ratio = statistics.median(a / b for a, b in zip(medians[name], medians["ours"], strict=True))
            yield f"{size}: {rival} takes", f"asked: at least {asked}x" if asked else "", f"{ratio:.1f}x"


def taken(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def step_of(network, state, steps):
    """Seconds of one step of ours."""
    start = np.ascontiguousarray(state)
    one, many = (
        taken(lambda steps=steps: ng.solvers.Euler(dt=float(DT), steps=steps, tol=0).solve(network, Phase(start)))
        for steps in (1, 1 + steps)
    )
    return (many - one) / steps


def copied():
    """Gigabytes a second, read and written, of numpy's copy of 128 MB."""
    source = np.ones(1 << 24)
    target = np.empty_like(source)
    return statistics.median(2e-9 * source.nbytes / taken(lambda: np.copyto(target, source)) for _ in range(TURNS))


def scipy_step(matrix, state):
    new = matrix @ state
    new -= state
    new *= DT
    new += state
    return np.clip(new, 0, 1, out=new)


def torch_step(matrix, state):
    import torch

    with torch.inference_mode():
        weights = torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr), torch.from_numpy(matrix.indices), torch.from_numpy(matrix.data),
            size=matrix.shape, check_invariants=False,
        )  # fmt: skip
        now = torch.from_numpy(state)

    def call():
        with torch.inference_mode():
            return (now + DT * (weights @ now - now)).clamp_(0, 1)

    return call
