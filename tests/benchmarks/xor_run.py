"""One XOR run of the paper, 200 epochs of 2 x 1000 steps, against the plain numpy loop of the tests."""

import statistics
import time

import neurograph as ng
from tests.kernels.test_plain_loop import CASES, network_of, plain_run, train_run

TITLE = "One XOR run, 200 epochs x 2000 steps, against a plain numpy loop (tests/plain_loop.py), median of 5"
EPOCHS, ROUNDS = 200, 5


def rows():
    for name, asked in (("deep", "asked: at least 40x"), ("vector field", "")):
        ours, plain = timings(name)
        ratio = statistics.median(b / a for a, b in zip(ours, plain, strict=True))
        yield f"{name}: neurograph", "", f"{statistics.median(ours):.3f} s"
        yield f"{name}: plain numpy loop", "", f"{statistics.median(plain):.2f} s"
        yield f"{name}: a plain numpy loop takes", asked, f"{ratio:.0f}x"


def timings(name):
    """Seconds of each, in turn, after the first call of ours."""
    x, y = ng.tasks.logic("xor")
    case, network = CASES[name], network_of(name, x, seed=0)
    train_run(case, network, x, y, seed=0, epochs=1)
    ours, plain = [], []
    for seed in range(ROUNDS):
        ours.append(seconds(train_run, case, network, x, y, seed, EPOCHS))
        plain.append(seconds(plain_run, case, network, x, y, seed, EPOCHS))
    return ours, plain


def seconds(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
