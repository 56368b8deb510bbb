"""One training epoch of centred Equilibrium Propagation on the digits, against a plain PyTorch loop.

The network is 64-64-10, layered, with feedback between the hidden and the output layer through the same weights; the
states stay in [0, 1], the dynamics are ds/dt = I - s.
"""

import statistics
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

TITLE = "An EP epoch on digits, 64-64-10, T 30 + 2 x 10 steps, batch 50, against a plain PyTorch loop, median of 5"
HIDDEN, OUTPUTS, BATCH = 64, 10, 50
FREE, NUDGED, DT, BETA, ETA = 30, 10, 0.5, 0.5, 0.05
ROUNDS = 5


def rows():
    for dtype in (np.float32, np.float64):
        x, y = digits(dtype)
        torchs = timings(torch_epoch, x, y, start(x.shape[1], 0, dtype))
        yield f"plain PyTorch loop, {np.dtype(dtype)}", "", f"{1e3 * statistics.median(torchs):.1f} ms"


def timings(epoch, x, y, weights):
    """Seconds of each round, after a first call."""
    epoch(x, y, weights)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        epoch(x, y, weights)
        taken.append(time.perf_counter() - began)
    return taken


def digits(dtype):
    """The 1437 training samples, and their labels as one-hot rows."""
    x, labels = load_digits(return_X_y=True)
    x, _, labels, _ = train_test_split(x / 16, labels, test_size=360, stratify=labels, random_state=0)
    return x.astype(dtype), np.eye(OUTPUTS, dtype=dtype)[labels]


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
