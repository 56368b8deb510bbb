"""What users get wrong about synapses that learn in time: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.bad_simulation import X, bad, rates, with_nan
from tests.remedies.row import small_graph

THIRD = ng.Rule("modulator*pre", name="third")
RUN = {"rule": ng.rules.stdp(), "learning_rate": 0.1}


TRACED = ng.Rule("pre*z", traces={"z": "post - z"}, name="traced")


def trained(rule):
    return lambda: ng.train(rates(), X[:, 0], X[:, 0], rule=rule)


def wide():
    graph = ng.topologies.layered(inputs=40, hidden=(40,), outputs=40, seed=0)
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def learning(network=None, x=X, **given):
    """Return a call of simulate() in which synapses learn."""
    return bad(network, x, **(RUN | given))


def tied_graph():
    return small_graph(xh={"tie": 0, "weight": 0.5}, hy={"tie": 0, "weight": 0.5})


def ended(**given):
    return ng.simulate(rates(), X, dt=0.1, **(RUN | given))


LEARNING = [
    (
        "a learning rate without a rule",
        bad(learning_rate=0.1),
        ["learning_rate is given", "no rule", "rule=rules.oja()"],
    ),
    ("bounds without a rule", bad(bounds=(0, 1)), ["bounds is given", "no rule"]),
    ("l1 without a rule", bad(l1=0.1), ["l1 is given", "no rule"]),
    ("l1 of each node without a rule", bad(l1=np.ones(3)), ["l1 is given", "no rule"]),
    ("l1 of each node", learning(l1=np.ones(3)), ["l1 is array", ">= 0"]),
    ("a modulator without a rule", bad(modulator=1.0), ["modulator is given", "no rule"]),
    ("a record of weights without a rule", bad(record_weights=1), ["record_weights is given", "no rule"]),
    ("a rule without a learning rate", bad(rule=ng.rules.stdp()), ["rule is stdp", "learning_rate is missing", "> 0"]),
    ("a learning rate of 0", learning(learning_rate=0.0), ["learning_rate is 0.0", "> 0"]),
    ("a learning rate of text", learning(learning_rate="fast"), ["learning_rate is 'fast'", "> 0"]),
    ("a rule that is none", learning(rule="stdp"), ["rule is 'stdp'", "rules.oja()"]),
    ("a rule of phases", learning(rule=ng.rules.ep()), ["rule is ep", "a readout rule", "rules.stdp()"]),
    (
        "a rule of binary neurons",
        learning(rule=ng.rules.contrastive_divergence()),
        ["contrastive divergence", "a sampled rule", "online rule"],
    ),
    ("a rule without its modulator", learning(rule=THIRD), ["rule is third", "modulator", "lambda time, outputs"]),
    ("a modulator that the rule does not name", learning(modulator=1.0), ["modulator is given", "stdp names none"]),
    (
        "a modulator of another time",
        learning(rule=THIRD, modulator=np.ones(4)),
        ["x has 5", "modulator has 4", "in time"],
    ),
    (
        "a modulator of other samples",
        learning(rule=THIRD, modulator=np.ones((3, 5))),
        ["x has 2", "modulator has 3", "samples"],
    ),
    (
        "a modulator of three axes",
        learning(rule=THIRD, modulator=X),
        ["modulator has shape (2, 5, 1)", "(batch, time)"],
    ),
    (
        "a modulator of text",
        learning(rule=THIRD, modulator="reward"),
        ["modulator cannot be read", "(time,)", "a function of time and outputs"],
    ),
    (
        "NaN in the middle of a modulator",
        learning(rule=THIRD, modulator=with_nan((2, 5), (1, 2))),
        ["modulator[1, 2]", "nan", "finite"],
    ),
    (
        "a function of outputs that gives too many",
        learning(rule=THIRD, modulator=lambda time, outputs: np.ones(7)),
        ["modulator(0.1, outputs)", "(7,)", "(batch,) = (2,)", "(2, 3)"],
    ),
    (
        "a function of outputs that is not finite",
        learning(rule=THIRD, modulator=lambda time, outputs: np.inf if time > 0.25 else 0.0),
        ["modulator(0.3, outputs)", "inf", "finite"],
    ),
    (
        "a function of outputs that gives nothing",
        learning(rule=THIRD, modulator=lambda time, outputs: None),
        ["modulator(0.1, outputs)", "None is no number", "(batch,) = (2,)"],
    ),
    (
        "a modulator too large for single precision",
        learning(ng.compile(small_graph(), dtype=np.float32), rule=THIRD, modulator=1e300),
        ["modulator", "too large for float32"],
    ),
    ("incoming beyond the upper bound", learning(incoming=3.0, bounds=(0, 1)), ["bounds is (0", "up to 3", "(0.0, 3)"]),
    ("bounds that are none", learning(bounds=1.0), ["bounds is 1.0", "low < high"]),
    ("l1 below 0", learning(l1=-1.0), ["l1 is -1.0", ">= 0"]),
    ("incoming below 0", learning(incoming=-1.0), ["incoming is -1.0", ">= 0"]),
    ("incoming of an input", learning(incoming={"x": 1.0}), ["incoming", "'x'", "clamped"]),
    ("incoming beyond the bounds", learning(incoming=3.0, bounds=(-1, 1)), ["bounds is (-1", "up to 3", "(0.0, 3)"]),
    (
        "incoming of tied edges",
        learning(ng.compile(tied_graph(), ng.dynamics.additive("tanh")), incoming=1.0),
        ["incoming is given", "tied edges", "incoming=None"],
    ),
    ("a record of weights every 0th step", learning(record_weights=0), ["record_weights is 0", ">= 1"]),
    (
        "nothing that is plastic",
        learning(rates(xh={"plastic": False}, hy={"plastic": False}, yh={"plastic": False})),
        ["stdp", "no edge", "plastic"],
    ),
    (
        "a rule that needs symmetric edges",
        learning(rates(yh={"weight": 0.4}), rule=ng.Rule("pre*post", symmetric=True, name="mutual")),
        ["not tied", "the rule mutual needs"],
    ),
    (
        "edges that have to be symmetric",
        learning(ng.compile(small_graph(yh={"weight": 0.4}), ng.dynamics.hopfield())),
        ["symmetric"],
    ),
    (
        "going on from the weights of before",
        lambda: ng.simulate(rates(), X, dt=0.1, start=ended().last, **RUN),
        ["start", "changed the weights", "simulation.learned"],
    ),
    (
        "going on with the traces of another rule",
        lambda: (lambda run: ng.simulate(run.learned, X, dt=0.1, start=run.last, **(RUN | {"rule": THIRD})))(ended()),
        ["third", "modulator"],
    ),
    (
        "going on with traces that are not there",
        lambda: (lambda run: ng.simulate(run.learned, X, dt=0.1, start=run.last, **(RUN | {"rule": TRACED})))(ended()),
        ["start has the traces ()", "expected ('z',)", "traced", "last.state"],
    ),
    (
        "going on with as many traces of another rule",
        lambda: (lambda run: ng.simulate(run.learned, X, dt=0.1, start=run.last, **(RUN | {"rule": ng.rules.bcm()})))(
            ended(rule=TRACED)
        ),
        ["start has the traces ('z',)", "expected ('theta',)", "bcm"],
    ),
    (
        "going on without learning from the weights of before",
        lambda: ng.simulate(rates(), X, dt=0.1, start=ended().last),
        ["start", "changed the weights", "simulation.learned"],
    ),
    ("a trace named like a symbol", lambda: ng.Rule("pre*post", traces={"post": "pre - post"}), ["trace 'post'"]),
    ("a trace named like a function", lambda: ng.Rule("pre*exp", traces={"exp": "pre"}), ["trace 'exp'"]),
    ("a trace named like a parameter", lambda: ng.Rule("pre", traces={"a": "pre"}, parameters={"a": 1}), ["trace 'a'"]),
    (
        "a trace of far away",
        lambda: ng.Rule("pre*z", traces={"z": "total - z"}),
        ["trace 'z'", "'total'", "either end"],
    ),
    ("a number that is not named", lambda: ng.Rule("a*pre"), ["uses 'a'", "or a number that parameters names"]),
    ("traces that are no mapping", lambda: ng.Rule("pre", traces="z"), ["traces is 'z'", "{'a': '(pre - a)/tau_a'}"]),
    ("an average that is no bool", lambda: ng.rules.stdp(average="no"), ["average is 'no'", "True or False"]),
    ("a trace without an equation", lambda: ng.Rule("pre*z", traces={"z": ""}), ["trace 'z'", "'(pre - z)/tau'"]),
    (
        "traces of a rule of phases",
        lambda: ng.Rule("pre_free", kind="readout", traces={"z": "pre"}),
        ["traces is given", "readout", "online rule"],
    ),
    ("a rule with traces in training", trained(TRACED), ["traced", "the trace 'z'", "neurograph.simulate", "stdp()"]),
    ("a rule with a modulator in training", trained(THIRD), ["third", "a modulator", "neurograph.simulate"]),
    (
        "traces that do not fit into memory",
        learning(wide(), np.ones((500_000, 1, 40)), rule=ng.Rule("pre", traces=dict.fromkeys("abcd", "pre"))),
        ["traces of", "synapses", "memory", "fewer samples"],
    ),
    (
        "weights that do not fit into memory",
        learning(x=lambda t: [t], duration=1e10, record=10**10, record_weights=1),
        ["weights of 3 edges", "memory", "record_weights=1000"],
    ),
]
