"""What one update of a default training costs, all in: XOR, 9 nodes, the four samples as one batch."""

import statistics
import time

import neurograph as ng

TITLE = "One update of a default ng.train on XOR, all in, median of 9 runs"
EPOCHS, TURNS = 300, 9


def rows():
    x, y = ng.tasks.logic("xor")
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    taken = [seconds(network, x, y) for _ in range(TURNS + 1)][1:]
    measured = 1e6 * statistics.median(taken) / EPOCHS
    yield f"neurograph: of {EPOCHS} epochs of one update each", "asked: at most 80 us", f"{measured:.0f} us"


def seconds(network, x, y):
    began = time.perf_counter()
    ng.train(network, x, y, epochs=EPOCHS, target_cost=None, seed=0, progress=False)
    return time.perf_counter() - began
