"""Remedies in the messages about synapses that learn in time."""

from tests.remedies.row import Row

NETWORK = "network = ng.compile(small_graph(), ng.dynamics.additive()); x = np.zeros((2, 5, 1))"
RUN = "ng.simulate(network, x, dt=0.1, {0})"
STDP = "rule=rules.stdp(), learning_rate=0.1, "
THIRD = NETWORK + "; rule = ng.Rule('modulator*pre')"
TIED = (
    "network = ng.compile(small_graph(xh={'tie': 0, 'weight': 0.5}, hy={'tie': 0, 'weight': 0.5}), "
    "ng.dynamics.additive()); x = np.zeros((2, 5, 1))"
)
ENDED = (
    NETWORK + "; rule = rules.stdp(); x = np.random.default_rng(0).normal(size=(2, 5, 1)); "
    "simulation = ng.simulate(network, x, dt=0.1, rule=rule, learning_rate=0.1)"
)
TRACED = "network = ng.compile(small_graph()); rule = ng.Rule('z', traces={'z': 'pre - z'}); x = np.zeros((2, 1))"
WITH_RATE = r"neurograph\.simulate\(network, x, dt=0\.1, rule=rules\.oja\(\), learning_rate=0\.01\)"

PLASTICITY = [
    Row("ng.Rule('pre_free', kind='readout', traces={'z': 'pre'})", {r"Rule\(.*\)": "ng.{0}"}),
    Row(
        "ng.train(network, x, x, rule=rule, epochs=1)",
        {
            r"rules\.stdp\(\)": "ng.train(network, x, x, rule={0}, epochs=1, target_cost=None)",
            r"neurograph\.simulate\((network, x), (rule=rule)\)": (
                "x = x[None]; neurograph.simulate({0}, {1}, dt=0.1, learning_rate=0.1)"
            ),
        },
        TRACED,
    ),
    Row(
        RUN.replace("{0}", "learning_rate=0.1"),
        {r"neurograph\.rules": "assert {0}.oja()", WITH_RATE: "{0}"},
        NETWORK,
    ),
    Row(RUN.replace("{0}", "rule=rules.stdp()"), {WITH_RATE: "{0}"}, NETWORK),
    Row(
        RUN.replace("{0}", "rule='stdp', learning_rate=0.1"),
        {
            r"(neurograph\.rules), such as (rules\.oja\(\))": (
                "assert {0}; ng.simulate(network, x, dt=0.1, rule={1}, learning_rate=0.1)"
            )
        },
        NETWORK,
    ),
    Row(
        RUN.replace("{0}", "rule=rules.ep(), learning_rate=0.1"),
        {
            r"rules\.oja\(\)": RUN.replace("{0}", "rule={0}, learning_rate=0.1"),
            r"rules\.stdp\(\)": RUN.replace("{0}", "rule={0}, learning_rate=0.1"),
        },
        NETWORK,
    ),
    Row(
        RUN.replace("{0}", "rule=rule, learning_rate=0.1"),
        {r"modulator=lambda.*": RUN.replace("{0}", "rule=rule, learning_rate=0.1, {0}")},
        THIRD,
    ),
    Row(RUN.replace("{0}", STDP + "incoming=1.0"), {r"incoming=None": RUN.replace("{0}", STDP + "{0}")}, TIED),
    Row(
        RUN.replace("{0}", STDP + "incoming=3.0, bounds=(-1, 1)"),
        {r"bounds=\(0\.0, 3\)": RUN.replace("{0}", STDP + "incoming=3.0, {0}")},
        NETWORK,
    ),
    Row(
        "ng.simulate(network, x, start=simulation.last, rule=rule, learning_rate=0.01, dt=0.1)",
        {
            r"neurograph\.simulate\(.*dt=0\.1\)": "{0}",
            r"start=simulation\.last\.state": "ng.simulate(network, x, {0}, rule=rule, learning_rate=0.01, dt=0.1)",
        },
        ENDED,
    ),
    Row(
        "ng.simulate(simulation.learned, x, start=simulation.last, rule=rules.bcm(), learning_rate=0.01, dt=0.1)",
        {
            r"start=simulation\.last\.state": (
                "ng.simulate(simulation.learned, x, {0}, rule=rules.bcm(), learning_rate=0.01, dt=0.1)"
            )
        },
        ENDED,
    ),
]
