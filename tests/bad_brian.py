"""What users get wrong about networks in time in Brian2: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph

X, NAN = np.zeros((2, 4, 1)), float("nan")


def ms(count):
    import brian2

    return count * brian2.ms


def build(x=X, **options):
    return ng.brian.build(ng.compile(small_graph()), x, **{"target": "numpy", "dt": ms(1), **options})


def broken(sample, step):
    x = X.copy()
    x[sample, step] = NAN
    return x


IN_TIME = [
    (
        "no x beside inputs",
        lambda: build(None, duration=ms(5)),
        ["x is None", "(batch, time, 1)", "a function"],
    ),
    ("too many inputs", lambda: build(np.zeros((2, 4, 3))), ["x has shape (2, 4, 3)", "(batch, time, 1)"]),
    ("NaN in the middle", lambda: build(broken(1, 2)), ["x[1, 2, 0]", "'x'", "nan"]),
    ("a time without a step", lambda: build(dt=None), ["dt is None", "such as 100*brian2.ms"]),
    ("hold no multiple", lambda: build(hold=ms(2.5)), ["hold is 2.5", "2.5 steps of dt", "whole multiple of dt"]),
    ("hold without a unit", lambda: build(hold=3), ["hold is 3", "a time > 0"]),
    ("duration 0", lambda: build(duration=ms(0)), ["duration is 0", "a time > 0"]),
    ("a duration beyond x", lambda: build(duration=ms(5)), ["duration is 5 steps", "x ends after 4"]),
    ("no duration", lambda: build(lambda t: [t]), ["duration is missing", "no array says"]),
    ("hold without arrays", lambda: build(lambda t: [t], duration=ms(5), hold=ms(1)), ["hold is 1", "leave it out"]),
    ("a function of a text", lambda: build(lambda t: "a", duration=ms(5)), ["x(0)", "numbers", "(inputs,) = (1,)"]),
    (
        "a function of a text",
        lambda: build(lambda t: [t, t], duration=ms(5)),
        ["x(0) has the shape (2,)", "(inputs,) = (1,) or (batch, 1)"],
    ),
    (
        "a function that changes its shape",
        lambda: build(lambda t: np.ones((1 + int(t > 0.1), 1)), duration=ms(5)),
        ["x(0.15) has the shape (2, 1)", "the same at every time"],
    ),
    (
        "a function that is not finite",
        lambda: build(lambda t: [NAN if t > 0.12 else t], duration=ms(5)),
        ["x(0.15) is [nan]"],
    ),
    ("a current that is no mapping", lambda: build(current=0.5), ["current is of type float", "{'y': 0.5}"]),
    ("a current into no node", lambda: build(current={"z": 0.5}), ["'z'", "the network has not"]),
    ("a current into a clamped node", lambda: build(current={"x": 0.5}), ["'x'", "clamped", "x says"]),
    ("a current of a text", lambda: build(current={"y": "a"}), ["current['y'] cannot be read", "an array (time,)"]),
    ("a current of three axes", lambda: build(current={"y": X}), ["current['y'] has shape (2, 4, 1)", "(batch, time)"]),
    ("a current that is not finite", lambda: build(current={"y": [0, 0, NAN, 0]}), ["current['y'][2]", "nan"]),
    ("a current that is shorter", lambda: build(current={"y": [0, 1]}), ["x has 4, current['y'] has 2", "as many"]),
    (
        "a current of other samples",
        lambda: build(current={"y": np.zeros((3, 4))}),
        ["x has 2, current['y'] has 3 samples", "as many of each, or one"],
    ),
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
    ("negative noise", lambda: build(noise={"h": -1.0}), ["noise['h'] is -1.0", ">= 0"]),
    ("noise of no node", lambda: build(noise={"z": 1.0}), ["noise has the node 'z'"]),
    ("noise of too few nodes", lambda: build(noise=[1.0]), ["noise is [1.0]", "(nodes,) = (3,)"]),
]
