"""What a fresh process pays, and what a neuron of one's own adds to it: seconds, and memory."""

import os
import statistics
import subprocess
import sys
import tempfile

TITLE = "A fresh process, median of 5 (first call ever: of 1)"
HOMES = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP")

IMPORT = "import time; t = time.perf_counter(); import neurograph; print(time.perf_counter() - t)"
FIRST = """
import time
import neurograph as ng
x, y = ng.tasks.logic("xor")
network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
t = time.perf_counter()
ng.train(network, x, y, epochs=1, seed=0)
print(time.perf_counter() - t)
"""
OWN = """
import statistics, time
import neurograph as ng
from tests.benchmarks.compile_graph import resident
x, y = ng.tasks.logic("xor")
graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
ng.settle(ng.compile(graph, ng.dynamics.additive("tanh")), x)
def first(k):
    began = time.perf_counter()
    ng.settle(ng.compile(graph, ng.Dynamics(f"(-s + tanh(I + b + {k}*sin(s)))/tau", parameters={"tau": 2.0})), x)
    return time.perf_counter() - began
seconds = [first(0.001 * k) for k in range(1, 10)]
before = resident("VmRSS")
seconds += [first(0.001 * k) for k in range(10, 60)]
print(seconds[0], statistics.median(seconds[1:]), (resident("VmRSS") - before) / 50)
"""


def rows():
    yield "import neurograph", "asked: <= 0.35 s", f"{statistics.median(printed(IMPORT)[0] for _ in range(5)):.2f} s"
    with tempfile.TemporaryDirectory() as folder:
        first = printed(FIRST, **dict.fromkeys(HOMES, folder))[0]
    yield "first call ever, in an empty home", "asked: <= 1.0 s", f"{first:.2f} s"
    again = statistics.median(printed(FIRST)[0] for _ in range(5))
    yield "first call of a later process", "asked: <= 0.8 s", f"{again:.2f} s"
    each = zip(*(printed(OWN) for _ in range(5)), strict=True)
    own, more, memory = (statistics.median(values) for values in each)
    yield "a dynamics of one's own, the first: compile and settle", "asked: <= 0.2 s", f"{own:.3f} s"
    yield "each of fifty more", "asked: <= 0.2 s", f"{more:.3f} s"
    yield "memory that each of them keeps", "", f"{memory / 1024:.0f} kB"


def printed(program, **environment):
    """The numbers that a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(number) for number in done.stdout.split()]
