"""One training epoch of centred Equilibrium Propagation on the digits, against a plain PyTorch loop.

The network is 64-64-10, layered, with feedback between the hidden and the output layer through the same weights; the
states stay in [0, 1], the dynamics are ds/dt = I - s.
"""

import importlib.util
import statistics
import time

import numpy as np

import neurograph as ng

TITLE = (
    "An EP epoch on digits, 64-64-10, T 30 + 2 x 10 steps, batch 50, against a plain PyTorch loop, medians of 9 turns"
)
HIDDEN, OUTPUTS, BATCH = 64, 10, 50
FREE, NUDGED, DT, BETA, ETA = 30, 10, 0.5, 0.5, 0.05
ROUNDS = 9


def rows():
    if importlib.util.find_spec("torch") is None:
        yield "not measured: torch is missing (extra `bench`)", "asked: at least 8x", "-"
        return
    for dtype in (np.float64, np.float32):
        name, (x, y) = np.dtype(dtype).name, digits(dtype)
        weights = start(x.shape[1], 0, dtype)
        network = network_of(weights)
        ours, plain = in_turn(
            lambda n=network, x=x, y=y: epoch(n, x, y), lambda x=x, y=y, w=weights: torch_epoch(x, y, w)
        )
        ratio = statistics.median(b / a for a, b in zip(ours, plain, strict=True))
        yield f"{name}: neurograph", "", f"{1e3 * statistics.median(ours):.1f} ms"
        yield f"{name}: plain PyTorch loop", "", f"{1e3 * statistics.median(plain):.1f} ms"
        yield f"{name}: a plain PyTorch loop takes", "asked: at least 8x", f"{ratio:.1f}x"
        yield f"{name}: largest difference of a weight after one batch", "", f"{difference(network, x, y, weights):.1e}"


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


def difference(network, x, y, weights):
    """Largest difference of a weight or bias after one batch."""
    x, y = x[:BATCH], y[:BATCH]
    ours, plain = epoch(network, x, y).network, network_of(torch_epoch(x, y, weights))
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


def start(inputs, seed, dtype):
    """Weights and biases to start from."""
    random = np.random.default_rng(seed)
    W = random.uniform(-1, 1, (inputs, HIDDEN)) / np.sqrt(inputs)
    V = random.uniform(-1, 1, (HIDDEN, OUTPUTS)) / np.sqrt(HIDDEN)
    return [each.astype(dtype) for each in (W, V, np.zeros(HIDDEN), np.zeros(OUTPUTS))]
