"""Remedies in the messages of brian/."""

from tests.remedies.row import Row

NETWORK = "import brian2\nnetwork, x = small_network(), X"
BUILD = "ng.brian.build(network, x, target='numpy', {0})"

SEQUENCES = "ng.brian.build(network, x[:, None], target='numpy', dt=brian2.ms, {0})"


def build(words, cures):
    """Return the row of a model that is built with other words of a call."""
    return Row(
        BUILD.replace("{0}", words), {pattern: BUILD.replace("{0}", cure) for pattern, cure in cures.items()}, NETWORK
    )


BRIAN = [
    build("rule='stdp'", {r"rules\.stdp\(\)": "rule={0}"}),
    build("rule=ng.rules.deep()", {r"rules\.stdp\(\)": "rule={0}"}),
    Row(
        BUILD.replace("{0}", "rule=ng.rules.deep()"),
        {r"(settle\(\)) and (nudge\()": "m = ng.brian.build(network, x, target='numpy'); m.{0}; m.{1}Y, 0.5)"},
        NETWORK,
    ),
    build("cost='mse'", {r"costs\.squared_error\(\)": "cost={0}"}),
    Row(BUILD.replace("{0}", "rule='stdp'"), {r"neurograph\.rules": "assert {0} is ng.rules"}, NETWORK),
    Row(BUILD.replace("{0}", "cost='mse'"), {r"neurograph\.costs": "assert {0} is ng.costs"}, NETWORK),
    Row(
        "ng.brian.build(two_outputs(), x, target='numpy', cost=ng.costs.cross_entropy())",
        {r"costs\.squared_error\(\)": "ng.brian.build(two_outputs(), x, target='numpy', cost={0})"},
        NETWORK,
    ),
    Row(
        "ng.brian.build(network, x, target='numpy', model='spiking')",
        {r"model='rate'": "ng.brian.build(network, x, target='numpy', {0})"},
        "network, x = ng.compile(small_graph(xh={'weight': -0.5}), ng.dynamics.additive('tanh')), X",
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').learn(Y)",
        {
            r"build\(network, x, rule=rules\.stdp\(\)\)": "ng.brian.{0}",
        },
        NETWORK,
    ),
    build(
        "model='spiking', rule=ng.Rule('post*dpost', kind='online')",
        {
            r"model='rate'": "{0}, rule=ng.Rule('post*dpost', kind='online')",
            r"'pre\*dpost'": "model='spiking', rule=ng.Rule({0}, kind='online')",
        },
    ),
    Row(
        SEQUENCES.replace("{0}", "hold=2.5*brian2.ms"),
        {r"0\.002\*brian2\.second": SEQUENCES.replace("{0}", "hold={0}")},
        NETWORK,
    ),
    Row(
        SEQUENCES.replace("dt=brian2.ms, {0}", "dt=None"),
        {r"100\*brian2\.ms": SEQUENCES.replace("dt=brian2.ms, {0}", "dt={0}")},
        NETWORK,
    ),
    Row(
        "ng.brian.build(network, lambda t: [t], target='numpy', dt=brian2.ms)",
        {r"duration=200\*brian2\.ms": "ng.brian.build(network, lambda t: [t], target='numpy', dt=brian2.ms, {0})"},
        NETWORK,
    ),
    Row(
        SEQUENCES.replace("{0}", "start=simulation.last"),
        {r"start=simulation\.last\.state": SEQUENCES.replace("{0}", "{0}")},
        NETWORK + "\nsimulation = ng.brian.build(network, x[:, None], target='numpy', dt=2*brian2.ms).simulate()",
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').simulate()",
        {
            r"build\(network, np\.asarray\(x\)\[:, None\], dt=dt, hold=duration\)": (
                "from neurograph.brian import build; dt, duration = brian2.ms, 5*brian2.ms; {0}.simulate()"
            ),
            r"settle\(\)": "ng.brian.build(network, x, target='numpy').{0}",
        },
        NETWORK,
    ),
    Row(
        SEQUENCES.replace("{0}", "hold=brian2.ms") + ".settle()",
        {
            r"build\(network, x\[:, -1\]\)": "x = x[:, None]; ng.brian.{0}.settle()",
            r"simulate\(\)": SEQUENCES.replace("{0}", "hold=brian2.ms") + ".{0}",
        },
        NETWORK,
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').settle(5)",
        {r"100\*brian2\.ms": "ng.brian.build(network, x, target='numpy').settle({0})"},
        NETWORK,
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').settle()",
        {r"duration=0\.5\*brian2\.second": "ng.brian.build(network, x, target='numpy').settle({0})"},
        "import brian2\nx = X\nnetwork = ng.compile(small_graph(), ng.Dynamics('I'))",
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').to_nir('a.nir')",
        {
            r"neurograph\.brian\.build\(.*\)\.to_nir\(path\)": (
                "path, model = 'a.nir', ng.brian.build(network, x, target='numpy'); {0}"
            )
        },
        NETWORK,
    ),
    Row(
        "ng.brian.build(network, x, target='numpy').to_nir('a.nir')",
        {
            r"neurograph\.brian\.build\(.*\)\.to_nir\(path\)": (
                "path, model = 'a.nir', ng.brian.build(network, x, target='numpy'); {0}"
            )
        },
        NETWORK + "\nnetwork = ng.compile(small_graph(yh={'weight': 0.1}), ng.dynamics.additive('tanh'))",
    ),
    Row(
        "ng.read('spikes.nir')",
        {r"neurograph\.write\(model\.to_graph\(\), 'net\.json'\)": "{0}; ng.compile(ng.read('net.json'))"},
        NETWORK + "\nnetwork = ng.compile(small_graph(yh={'weight': 0.1}), ng.dynamics.vector_field())\n"
        "model = ng.brian.build(network, x, target='numpy', model='spiking'); model.to_nir('spikes.nir')",
    ),
]
