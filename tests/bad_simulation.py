"""What users get wrong about networks of rates in time: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph

X = np.ones((2, 5, 1))


def rates(dynamics=None, dtype=np.float64, **changes):
    return ng.compile(small_graph(**changes), dynamics or ng.dynamics.additive("tanh"), dtype=dtype)


def bad(network=None, x=X, **given):
    """Return a call of simulate(), of 2 samples and 5 steps of 0.1 but for what is given."""
    return lambda: ng.simulate(rates() if network is None else network, x, **{"dt": 0.1, **given})


def with_nan(shape, place):
    values = np.ones(shape)
    values[place] = np.nan
    return values


LATE = {"xh": {"delay": 0.3}}
CUBIC = ng.Dynamics("-s**3 + I")
ADAPTING = ng.Dynamics("-s + tanh(I - a)", variables={"a": "100*(s - a)"})
UNITARY = ng.topologies.unitary(inputs=1, units=4, outputs=1, seed=0)

SIMULATION = [
    ("no dt", lambda: ng.simulate(rates(), X), ["dt is missing", "dt=0.1"]),
    ("dt of 0", bad(dt=0.0), ["dt is 0.0", "> 0"]),
    ("dt a text", bad(dt="1 ms"), ["dt is '1 ms'", "> 0"]),
    ("dt beyond the bound of Euler", bad(dt=2.5, method="euler"), ["dt is 2.5", "'h'", "leak 1", "dt <= 2,"]),
    ("dt beyond the bound of RK4", bad(dt=2.8, method="rk4"), ["dt is 2.8", "'h'", "dt <= 2.785"]),
    (
        "dt beyond the bound of a variable",
        bad(rates(ADAPTING), method="euler"),
        ["'h'", "leak 100 of 'a'", "dt <= 0.02"],
    ),
    ("dt of a unitary network", bad(ng.compile(UNITARY, ng.dynamics.unitary())), ["dt is given", "unitary"]),
    (
        "noise in a unitary network",
        lambda: ng.simulate(ng.compile(UNITARY, ng.dynamics.unitary()), X, noise=0.1),
        ["noise is given", "unitary"],
    ),
    ("inputs that are too many", bad(x=np.ones((2, 5, 3))), ["x has shape (2, 5, 3)", "(batch, time, 1)"]),
    ("a sequence without a batch", bad(x=X[0]), ["x has shape (5, 1)", "(batch, time, 1)", "x[None]"]),
    ("a sequence without inputs", bad(x=None, duration=1.0), ["x is None", "(batch, time, 1)", "function of time"]),
    ("a sequence of texts", bad(x="stimulus.csv"), ["x cannot be read", "(batch, time, 1)"]),
    ("NaN in the middle of x", bad(x=with_nan((2, 5, 1), (1, 2, 0))), ["x[1, 2, 0]", "'x'", "nan", "finite"]),
    ("NaN of a function", bad(x=lambda t: [np.nan if t > 0.35 else 0.0], duration=1.0), ["x(0.4)", "nan", "finite"]),
    ("a function of two inputs", bad(x=lambda t: [t, t], duration=1.0), ["x(0)", "(2,)", "(inputs,) = (1,)"]),
    (
        "a function that changes its shape",
        bad(x=lambda t: [t] if t < 0.45 else [t, t], duration=1.0),
        ["x(0.5)", "(2,)", "same at every time"],
    ),
    ("a function of texts", bad(x=lambda t: ["high"], duration=1.0), ["x(0)", "numbers", "(inputs,) = (1,)"]),
    (
        "an input too large for float32",
        bad(rates(dtype=np.float32), 1e200 * X),
        ["too large for float32", "numbers that fit"],
    ),
    ("no duration", bad(x=lambda t: [t]), ["duration is missing", "duration=10.0"]),
    ("a duration of 0", bad(duration=0), ["duration is 0", "above 0"]),
    ("a negative duration", bad(duration=-1.0), ["duration is -1.0", "above 0"]),
    ("a duration between steps", bad(duration=0.25), ["duration is 0.25", "2.5 steps", "multiple of dt", "0.2"]),
    ("a duration longer than x", bad(duration=1.0), ["duration", "10 steps", "x ends after 5"]),
    ("a duration of too many steps", bad(x=lambda t: [t], duration=1e300, dt=1e-300), ["duration", "dt = 1e-300"]),
    ("hold no multiple of dt", bad(hold=0.15), ["hold is 0.15", "1.5 steps", "whole multiple of dt"]),
    ("hold shorter than dt", bad(hold=0.05), ["hold is 0.05", "whole multiple of dt"]),
    ("hold of 0", bad(hold=0), ["hold is 0", "above 0"]),
    ("a current into an input", bad(current={"x": 1.0}), ["current", "'x'", "clamped", "hidden or an output"]),
    ("a current into nowhere", bad(current={"z": 1.0}), ["current", "'z'", "has not"]),
    ("a current of no node", bad(current=1.0), ["current is of type float", "mapping"]),
    ("a current of text", bad(current={"h": "on"}), ["current['h']", "numbers", "function of time"]),
    ("a current of three axes", bad(current={"h": X}), ["current['h']", "(2, 5, 1)", "(batch, time)"]),
    (
        "NaN in the middle of a current",
        bad(current={"h": with_nan((2, 5), (1, 2))}),
        ["current['h'][1, 2]", "nan", "finite"],
    ),
    (
        "a current that leaves the numbers",
        bad(current={"h": lambda t: np.inf if t > 0.25 else 0.0}),
        ["current['h'](0.3)", "inf", "finite"],
    ),
    ("a current of another time", bad(current={"h": np.ones(4)}), ["x has 5", "current['h'] has 4", "in time"]),
    ("a current of other samples", bad(current={"h": np.ones((3, 5))}), ["x has 2", "current['h'] has 3", "samples"]),
    ("a method that is none", bad(method="rk5"), ["method is 'rk5'", "auto", "exponential", "heun", "rk4"]),
    ("a method by number", bad(method=4), ["method is 4", "rk4"]),
    ("noise for RK4", bad(method="rk4", noise=0.1), ["'rk4'", "noise", "method='heun'"]),
    ("delays for RK4", bad(rates(**LATE), method="rk4"), ["'rk4'", "delays", "method='heun'"]),
    ("exponential of a cube", bad(rates(CUBIC), method="exponential"), ["'exponential'", "not linear", "'rk4'"]),
    ("noise below 0", bad(noise=-1.0), ["noise is -1.0", ">= 0"]),
    ("noise of text", bad(noise="loud"), ["noise is 'loud'", ">= 0", "(nodes,) = (3,)"]),
    ("noise of two nodes", bad(noise=[0.1, 0.1]), ["noise is [0.1, 0.1]", "(nodes,) = (3,)"]),
    ("noise of a node that is not there", bad(noise={"z": 1.0}), ["noise", "'z'", "has not"]),
    ("noise of an input", bad(noise={"x": 1.0}), ["noise", "'x'", "clamped"]),
    ("a seed below 0", bad(noise=0.1, seed=-1), ["seed is -1"]),
    ("a start of another size", bad(start=np.ones(2)), ["start has shape (2,)", "(nodes,) = (3,)"]),
    ("a start of other samples", bad(start=np.ones((3, 3))), ["x has 2", "start has 3", "samples"]),
    ("a start of NaN", bad(start=np.nan), ["start", "finite"]),
    ("a start by a word", bad(start="warm"), ["start is 'warm'"]),
    (
        "going on with another dt",
        lambda: ng.simulate(rates(), X, dt=0.2, start=bad()().last),
        ["dt is 0.2", "steps of 0.1", ".last.state"],
    ),
    (
        "going on in another network",
        lambda: ng.simulate(rates(**LATE), X, dt=0.1, start=bad()().last),
        ["start has 3", "0 steps", "same network"],
    ),
    ("a file of another kind", bad(to="states.npz"), ["to is 'states.npz'", ".npy"]),
    ("a file in no folder", bad(to="no/where/states.npy"), ["no/where", "folder that exists"]),
    ("a record of every 0th step", bad(record=0), ["from one frame to the next, is 0"]),
    ("a record of no node", bad(record=ng.Record(1, ("z",))), ["'z'"]),
    ("simulating a graph", bad(small_graph()), ["DiGraph", "neurograph.compile"]),
    (
        "frames that do not fit",
        bad(x=lambda t: [t], duration=1e12),
        ["frames", "memory", "record=100", "to='states.npy'"],
    ),
    (
        "a past that does not fit",
        bad(rates(xh={"delay": 1e12})),
        ["have sent", "memory", "shorter delays"],
    ),
    (
        "a run that leaves the numbers",
        bad(rates(ng.Dynamics("I"), hy={"weight": 50.0}, yh={"weight": 50.0}), hold=100.0),
        ["sample 0", "time", "'h'", "lower dt from 0.1"],
    ),
    ("a rule that does not decay", lambda: ng.rules.oja(0.0), ["alpha is 0.0", "> 0"]),
    ("a threshold that does not slide", lambda: ng.rules.bcm(tau=0.0), ["tau is 0.0", "> 0"]),
    ("a threshold of no scale", lambda: ng.rules.bcm(scale=-1.0), ["scale is -1.0", "> 0"]),
    ("a target of 0", lambda: ng.rules.homeostatic_scaling(0.0), ["target is 0.0", "> 0"]),
    ("a target averaged over no time", lambda: ng.rules.homeostatic_scaling(tau=0.0), ["tau is 0.0", "> 0"]),
    ("a covariance over no time", lambda: ng.rules.covariance(0.0), ["tau is 0.0", "> 0"]),
    ("eligibility for no time", lambda: ng.rules.reward_modulated_hebb(0.0), ["tau is 0.0", "> 0"]),
    ("a mean of nan", lambda: ng.rules.reward_modulated_hebb(tau_mean=float("nan")), ["tau_mean is nan", "> 0"]),
    ("eligibility that does not fade", lambda: ng.rules.e_prop(-1.0), ["tau is -1.0", "> 0"]),
    ("a slope from elsewhere", lambda: ng.rules.e_prop(slope="1 - tanh(I)**2"), ["'I'", "either end of its edge"]),
    ("a slope that is none", lambda: ng.rules.e_prop(slope="1 -"), ["'eligibility'", "1 -", "cannot be read"]),
]
