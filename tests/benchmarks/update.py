"""What one update of a default training costs, all in: XOR, 9 nodes, an update for each of the four samples."""

import statistics
import time

import neurograph as ng

TITLE = "One update of a default ng.train on XOR, all in, median of 9 runs"
EPOCHS, TURNS = 100, 9


def rows():
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    taken = [seconds(network, x, y) for _ in range(TURNS + 1)][1:]
    updates = EPOCHS * len(x)  # one a sample, the batch of the default
    measured = 1e6 * statistics.median(taken) / updates
    yield f"neurograph: one of {updates:,} updates", "asked: at most 80 us", f"{measured:.0f} us"


def seconds(network, x, y):
    began = time.perf_counter()
    ng.train(network, x, y, epochs=EPOCHS, target_cost=None, seed=0, progress=False)
    return time.perf_counter() - began
