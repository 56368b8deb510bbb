"""What users get wrong about delays: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph


def late(delay, dynamics=None):
    return lambda: ng.compile(small_graph(xh={"delay": 1}, hy={"delay": delay}), dynamics)


EDGE = "edge 'h' -> 'y' has delay"

DELAYS = [
    ("a delay below 0", late(-0.5), [f"{EDGE} -0.5", ">= 0", "units of time", "no delay attribute"]),
    ("a delay of NaN", late(np.nan), [f"{EDGE} nan", ">= 0"]),
    ("a delay without end", late(np.inf), [f"{EDGE} inf", ">= 0"]),
    ("a delay with its unit", late("2 ms"), [f"{EDGE} '2 ms'", ">= 0"]),
    ("a delay of None", late(None), [f"{EDGE} None", "no delay attribute"]),
    ("a delay of True", late(True), [f"{EDGE} True", ">= 0"]),
    (
        "a delay of a binary neuron",
        lambda: ng.compile(small_graph(x={"role": "hidden"}, hy={"delay": 2}), ng.dynamics.binary()),
        [f"{EDGE} 2.0", "binary neurons", "remove the attribute 'delay'"],
    ),
    (
        "a table with a delay below 0",
        lambda: ng.compile(
            ng.topologies.from_edges(
                {"pre": ["x", "h"], "post": ["h", "y"], "weight": [1.0, 1.0], "delay": [1.0, -2.0]},
                inputs=["x"],
                outputs=["y"],
            )
        ),
        [f"{EDGE} -2.0", ">= 0"],
    ),
]
