"""A sparse reservoir along a sequence, every state kept, beside reservoirpy with numpy and with JAX."""

import importlib.util
import statistics
import time

import numpy as np
from scipy import sparse

import neurograph as ng

TITLE = "A reservoir of 10,000 tanh units, 5 edges each, along 10,000 steps, every state kept, beside reservoirpy"
UNITS, EDGES, STEPS, TURNS, LEAK = 10_000, 5, 10_000, 3, 0.5


def rows():
    if importlib.util.find_spec("reservoirpy") is None:
        yield "not measured, reservoirpy is missing (extra `bench`)", "asked: at least 3 times as fast", "-"
        return
    W, V, x = matrices()
    network, fresh = reservoir(W, V), {"reservoirpy, numpy": (numpy_node, 3), "reservoirpy, JAX": (jax_node, 1.5)}
    states = ng.simulate(network, x[None], dt=1.0, method="euler", progress=False).states[0][:, 1:]
    ours, theirs = [], {name: [] for name in fresh}
    for _ in range(TURNS):  # in turn, so that what disturbs the machine disturbs all
        ours.append(seconds(lambda: ng.simulate(network, x[None], dt=1.0, method="euler", progress=False)))
        for name, (node, _) in fresh.items():
            if name.endswith("JAX") and importlib.util.find_spec("jax") is None:
                continue
            one = node(W, V)
            one.run(x[:2])  # compiled before, if it is
            one = one if name.endswith("JAX") else node(W, V)
            began = time.perf_counter()
            found = np.asarray(one.run(x))
            theirs[name].append(time.perf_counter() - began)
            if not name.endswith("JAX"):
                far = np.abs(found - states).max()
    own = statistics.median(ours)
    yield "neurograph", "", f"{1e6 * own / STEPS:.1f} us a step"
    for name, (_, asked) in fresh.items():
        if theirs[name]:
            other = statistics.median(theirs[name])
            said = f"{other / own:.2f}x ({1e6 * other / STEPS:.1f} us a step)"
            yield name, f"asked: at least {asked:g} times as fast", said
    yield "states differ by at most", "asked: at most 1e-10", f"{far:.0e}"


def matrices():
    random = np.random.default_rng(0)
    pre, post = random.integers(0, UNITS, UNITS * EDGES), np.repeat(np.arange(UNITS), EDGES)
    weights = random.normal(size=pre.size) * 0.9 / np.sqrt(EDGES)
    W = sparse.csr_array((weights, (post, pre)), shape=(UNITS, UNITS))
    W.sum_duplicates()
    return sparse.csr_matrix(W), random.uniform(-1, 1, (UNITS, 1)), random.uniform(-1, 1, (STEPS, 1))


def reservoir(W, V):
    whole = sparse.block_array([[sparse.csr_array((1, 1)), None], [sparse.csr_array(V), W]])
    table = ng.topologies.from_matrix(whole.T, inputs=[0], outputs=[UNITS])
    return ng.compile(table, ng.Dynamics("leak*(-s + tanh(I))", parameters={"leak": LEAK}))


def numpy_node(W, V):
    from reservoirpy.nodes import Reservoir

    return Reservoir(W=W, Win=V, bias=np.zeros(UNITS), lr=LEAK)


def jax_node(W, V):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jax.experimental.sparse import BCOO
    from reservoirpy.jax.nodes import Reservoir

    there = BCOO.from_scipy_sparse(W)
    return Reservoir(units=UNITS, W=lambda *_, **__: there, Win=jnp.asarray(V), bias=jnp.zeros(UNITS), lr=LEAK)


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
