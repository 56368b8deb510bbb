"""What a fresh process pays: the import, and the first call with and without cached kernels."""

import os
import statistics
import subprocess
import sys
import tempfile

TITLE = "A fresh process, median of 5 (first call ever: of 1)"

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


def rows():
    imports = statistics.median(seconds(IMPORT) for _ in range(5))
    yield "import neurograph", "asked: <= 0.5 s", f"{imports:.2f} s"
    with tempfile.TemporaryDirectory() as folder:
        yield "first call ever (kernels compiled)", "", f"{seconds(FIRST, NEUROGRAPH_CACHE=folder):.1f} s"
        again = statistics.median(seconds(FIRST, NEUROGRAPH_CACHE=folder) for _ in range(5))
        yield "first call of a later process (kernels cached)", "", f"{again:.2f} s"


def seconds(program, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
