"""What users get wrong about networks in time in Brian2, beside what tests/bad_simulation.py has: rows of the table."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph

X = np.zeros((2, 4, 1))


def ms(count):
    import brian2

    return count * brian2.ms


def build(x=X, **options):
    return ng.brian.build(ng.compile(small_graph()), x, **{"target": "numpy", "dt": ms(1), **options})


IN_TIME = [
    (
        "no x beside inputs",
        lambda: build(None, duration=ms(5)),
        ["x is None", "(batch, time, 1)", "a function"],
    ),
    ("a time without a step", lambda: build(dt=None), ["dt is None", "such as 100*brian2.ms"]),
    ("hold no multiple", lambda: build(hold=ms(2.5)), ["hold is 2.5", "2.5 steps of dt", "whole multiple of dt"]),
    ("hold without a unit", lambda: build(hold=3), ["hold is 3", "a time > 0"]),
    ("duration 0", lambda: build(duration=ms(0)), ["duration is 0", "a time > 0"]),
    ("a duration beyond x", lambda: build(duration=ms(5)), ["duration is 5 steps", "x ends after 4"]),
    ("no duration", lambda: build(lambda t: [t]), ["duration is missing", "no array says"]),
    ("hold without arrays", lambda: build(lambda t: [t], duration=ms(5), hold=ms(1)), ["hold is 1", "leave it out"]),
    ("a current into a clamped node", lambda: build(current={"x": 0.5}), ["'x'", "clamped", "x says"]),
    ("a start of other samples", lambda: build(start=np.zeros((3, 3))), ["x has 2, start has 3 samples"]),
    ("a rule in time", lambda: build(rule=ng.rules.stdp()), ["rule is", "runs in time", "(samples, inputs)"]),
    ("a cost in time", lambda: build(cost=ng.costs.squared_error()), ["cost is", "leave it out"]),
    ("a window in time", lambda: build(model="spiking", window=ms(5)), ["window is", "an array of 3 axes"]),
    ("hold of an x that stays", lambda: build([[0.0]], hold=ms(5)), ["hold is", "at which the inputs stay"]),
    ("a current at rest", lambda: build([[0.0]], current={"y": 1.0}), ["current is", "(batch, time, inputs)"]),
    (
        "a delay of a century",
        lambda: ng.brian.build(ng.compile(small_graph(xh={"delay": 1e12})), X, target="numpy", dt=ms(1)),
        ["2e+13 steps", "a longer dt, or shorter delays"],
    ),
    ("settling in time", lambda: build().settle(), ["nothing settles", "simulate()"]),
    ("learning in time", lambda: build().learn([[0.0]]), ["nothing settles", "simulate()"]),
    ("simulating what stays", lambda: build([[0.0]]).simulate(), ["the inputs stay", "settle()"]),
    ("noise of a clamped node", lambda: build(noise={"x": 1.0}), ["noise has the node 'x'", "clamped"]),
    ("a start in other steps", lambda: build(start=build(dt=ms(2)).simulate().last), ["dt is 0.05", "steps of 0.1"]),
    ("noise of no node", lambda: build(noise={"z": 1.0}), ["noise has the node 'z'"]),
]
