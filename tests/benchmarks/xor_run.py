"""One XOR run of the paper, 200 epochs of 2 x 1000 steps, against the plain numpy loop of the tests."""

import statistics
import time

import neurograph as ng
from tests.test_plain_loop import CASES, network_of, plain_run, train_run

TITLE = "One XOR run, 200 epochs x 2000 steps, against a plain numpy loop (tests/plain_loop.py), median of 5"
EPOCHS, ROUNDS = 200, 5


def rows():
    x, y = ng.tasks.logic("xor")
    for name, asked in (("deep", "asked: at least 40x"), ("vector field", "")):
        network = network_of(name, x, seed=0)
        train_run(CASES[name], network, x, y, seed=0, epochs=1)
        ours, plain, ratios = [], [], []
        for seed in range(ROUNDS):
            ours.append(seconds(lambda s=seed: train_run(CASES[name], network, x, y, s, EPOCHS)))
            plain.append(seconds(lambda s=seed: plain_run(CASES[name], network, x, y, s, EPOCHS)))
            ratios.append(plain[-1] / ours[-1])
        yield f"{name}: neurograph", "", f"{statistics.median(ours):.3f} s"
        yield f"{name}: plain numpy loop", "", f"{statistics.median(plain):.2f} s"
        yield f"{name}: ratio (median of pairs)", asked, f"{statistics.median(ratios):.0f}x"


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
