"""One training epoch of centred Equilibrium Propagation on the digits, against PyTorch, JAX and the processor itself.

The network is 64-64-10, layered, with feedback between the hidden and the output layer through the same weights; the
states stay in [0, 1], the dynamics are ds/dt = I - s. PyTorch runs it as a plain loop, call after call; JAX compiles
the whole epoch beforehand. The peak is how many multiply-adds a second one core makes in a product of two square
matrices, by the BLAS of numpy on one thread: what no epoch of these multiply-adds can undercut on one core.
"""

import functools
import importlib.util
import os
import statistics
import subprocess
import sys
import time

import numpy as np

import neurograph as ng

TITLE = "An EP epoch on digits, 64-64-10, T 30 + 2 x 10 steps, batch 50, against PyTorch and JAX, medians of 9 turns"
HIDDEN, OUTPUTS, BATCH = 64, 10, 50
FREE, NUDGED, DT, BETA, ETA = 30, 10, 0.5, 0.5, 0.05
ROUNDS = 9

ASKED = {
    ("torch", "float64"): "asked: at least 6x",
    ("torch", "float32"): "asked: at least 10x",
    ("jax", "float64"): "asked: more than 1x",
    ("jax", "float32"): "asked: more than 1x",
}
RIVALS = {"torch": "a plain PyTorch loop", "jax": "an epoch compiled by JAX"}

PEAK = """
import sys, time
import numpy as np
a, b, c = (np.random.default_rng(0).random((1024, 1024)).astype(sys.argv[1]) for _ in range(3))
def seconds():
    began = time.perf_counter()
    np.matmul(a, b, out=c)
    return time.perf_counter() - began
seconds()
print(1024**3 / min(seconds() for _ in range(20)))
"""


def rows():
    there = [name for name in RIVALS if importlib.util.find_spec(name) is not None]
    for name in (rival for rival in RIVALS if rival not in there):
        yield f"{RIVALS[name]}: not measured, {name} is missing (extra `bench`)", ASKED[name, "float64"], "-"
    for dtype in (np.float64, np.float32):
        yield from compared(dtype, there)


def compared(dtype, there):
    name, (x, y) = np.dtype(dtype).name, digits(dtype)
    weights = start(x.shape[1], 0, dtype)
    network = network_of(weights)
    epochs = {"torch": torch_epoch, "jax": jax_epoch}
    calls = [functools.partial(epochs[rival], x, y, weights) for rival in there]
    ours, *theirs = in_turn(lambda: epoch(network, x, y), *calls)
    yield f"{name}: neurograph", "", f"{1e3 * statistics.median(ours):.1f} ms"
    for rival, seconds in zip(there, theirs, strict=True):
        ratio = statistics.median(b / a for a, b in zip(ours, seconds, strict=True))
        yield f"{name}: {RIVALS[rival]}", "", f"{1e3 * statistics.median(seconds):.1f} ms"
        yield f"{name}: {RIVALS[rival]} takes", ASKED[rival, name], f"{ratio:.1f}x"
        far = difference(network, x, y, epochs[rival], weights)
        yield f"{name}: {RIVALS[rival]}: largest difference of a weight after one batch", "", f"{far:.1e}"
    count, a_second = multiply_adds(*x.shape), peak(name)
    least = count / a_second
    words = f"{count / 1e6:.0f} million multiply-adds at the peak of one core (BLAS: {a_second / 1e9:.0f} a ns)"
    yield f"{name}: {words}", "", f"{1e3 * least:.2f} ms"
    yield f"{name}: neurograph, of that time", "asked: at most 2.5x", f"{statistics.median(ours) / least:.1f}x"


def multiply_adds(samples, inputs):
    """How many an epoch needs: the inputs' share once a sample, the steps, the changes of the weights."""
    first, between = inputs * HIDDEN, HIDDEN * OUTPUTS
    return samples * (first + 2 * between * (FREE + 2 * NUDGED) + first + 2 * between)


def peak(name):
    """Multiply-adds a second of one thread of numpy's BLAS, the best of 20, in a process of its own."""
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")}
    done = subprocess.run(
        [sys.executable, "-c", PEAK, name], env=os.environ | threads, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


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


def epoch(network, x, y, epochs=1):
    return ng.train(
        network, x, y, rule=ng.rules.centred_ep(), beta=BETA, optimiser=ng.optimisers.sgd(ETA), batch_size=BATCH,
        solver=ng.solvers.Euler(dt=DT, steps=FREE, nudged_steps=NUDGED, tol=0), epochs=epochs, target_cost=None, seed=0,
        progress=False,
    )  # fmt: skip


def network_of(weights):
    """The network with the weights and biases of :func:`start`."""
    W, V, b, c = weights
    graph = ng.topologies.symmetric(ng.topologies.layered(W.shape[0], (HIDDEN,), OUTPUTS, bias="neurons"))
    network = ng.compile(graph, ng.dynamics.vector_field(), dtype=W.dtype)
    connectivity = network.connectivity
    role = [{0: "hidden", 1: "input", 3: "output"}[code] for code in network.roles.tolist()]
    place = {}
    for node, kind in enumerate(role):
        place[node] = sum(kind == other for other in role[:node])
    values = [
        (W if role[i] == "input" else V if role[i] == "hidden" else V.T)[place[i], place[j]]
        for i, j in zip(connectivity.pre.tolist(), connectivity.post.tolist(), strict=True)
    ]
    biases = [{"hidden": b, "output": c}[kind][place[j]] if kind != "input" else 0 for j, kind in enumerate(role)]
    return network.with_weights(np.array(values), np.array(biases))


def difference(network, x, y, other, weights):
    """Largest difference of a weight or bias after one batch, from another's epoch."""
    x, y = x[:BATCH], y[:BATCH]
    ours, plain = epoch(network, x, y).network, network_of(other(x, y, weights))
    return max(np.abs(ours.weights - plain.weights).max(), np.abs(ours.biases - plain.biases).max())


def digits(dtype):
    """The 1437 training samples, and their labels as one-hot rows."""
    split = ng.tasks.digits()
    return split.x_train.astype(dtype), np.eye(OUTPUTS, dtype=dtype)[split.y_train]


def torch_epoch(x, y, weights):
    """Weights and biases after one epoch, of the type of x; nothing passed is changed.

    ``weights`` are W (inputs, hidden), V (hidden, outputs), b (hidden) and c (outputs). The batches come in order.
    """
    import torch

    with torch.inference_mode():
        W, V, b, c = (torch.tensor(each) for each in weights)
        batches = zip(torch.from_numpy(x).split(BATCH), torch.from_numpy(y).split(BATCH), strict=True)
        for samples, targets in batches:
            drive = samples @ W + b
            h, o = torch.zeros_like(drive), torch.zeros_like(targets)
            for _ in range(FREE):
                dh, do = drive + o @ V.T - h, h @ V + c - o
                h, o = (h + DT * dh).clamp(0, 1), (o + DT * do).clamp(0, 1)
            ends = []
            for beta in (BETA, -BETA):
                hb, ob = h, o
                for _ in range(NUDGED):
                    dh, do = drive + ob @ V.T - hb, hb @ V + c - ob + beta * (targets - ob)
                    hb, ob = (hb + DT * dh).clamp(0, 1), (ob + DT * do).clamp(0, 1)
                ends.append((hb, ob))
            (hp, op), (hm, om) = ends
            step = ETA / (2 * BETA * len(samples))
            W += step * (samples.T @ (hp - hm))
            V += step * (hp.T @ op - hm.T @ om)
            b += step * (hp - hm).sum(0)
            c += step * (op - om).sum(0)
        return [each.numpy() for each in (W, V, b, c)]


def jax_epoch(x, y, weights):
    """The same by JAX, compiled at the first call for each type: a scan over the batches, loops inside."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return [np.asarray(each) for each in jax.block_until_ready(jitted()(x, y, tuple(weights)))]


@functools.cache
def jitted():
    import jax
    import jax.numpy as jnp

    def trained(weights, batch):
        (W, V, b, c), (samples, targets) = weights, batch
        drive = samples @ W + b

        def free(_, state):
            h, o = state
            dh, do = drive + o @ V.T - h, h @ V + c - o
            return jnp.clip(h + DT * dh, 0, 1), jnp.clip(o + DT * do, 0, 1)

        def nudged(beta, state):
            h, o = state
            dh, do = drive + o @ V.T - h, h @ V + c - o + beta * (targets - o)
            return jnp.clip(h + DT * dh, 0, 1), jnp.clip(o + DT * do, 0, 1)

        ends = jax.lax.fori_loop(0, FREE, free, (jnp.zeros_like(drive), jnp.zeros_like(targets)))
        (hp, op), (hm, om) = (
            jax.lax.fori_loop(0, NUDGED, lambda _, state, beta=beta: nudged(beta, state), ends)
            for beta in (BETA, -BETA)
        )
        step = ETA / (2 * BETA * len(samples))
        W, V = W + step * (samples.T @ (hp - hm)), V + step * (hp.T @ op - hm.T @ om)
        return (W, V, b + step * (hp - hm).sum(0), c + step * (op - om).sum(0)), None

    def whole(x, y, weights):
        full = len(x) // BATCH * BATCH
        batches = tuple(each[:full].reshape(-1, BATCH, each.shape[1]) for each in (x, y))
        weights, _ = jax.lax.scan(trained, weights, batches)
        return trained(weights, (x[full:], y[full:]))[0] if full < len(x) else weights

    return jax.jit(whole)


def start(inputs, seed, dtype):
    """Weights and biases to start from."""
    random = np.random.default_rng(seed)
    W = random.uniform(-1, 1, (inputs, HIDDEN)) / np.sqrt(inputs)
    V = random.uniform(-1, 1, (HIDDEN, OUTPUTS)) / np.sqrt(HIDDEN)
    return [each.astype(dtype) for each in (W, V, np.zeros(HIDDEN), np.zeros(OUTPUTS))]
