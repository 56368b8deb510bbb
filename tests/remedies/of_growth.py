"""Remedies in the messages of growth/ and of training/rounds/grow.py."""

from tests.remedies.row import Row

SPARSE = (
    "graph = topologies.random(inputs=1, hidden=4, outputs=1, density=0.3, seed=0)\n"
    "network = ng.compile(graph, dynamics.additive('tanh'))"
)
PLACED = (
    "graph = topologies.random(inputs=1, hidden=2, outputs=1, density=0.3, seed=0)\n"
    "for node in list(graph)[1:]: graph.nodes[node]['position'] = (1.0, 2.0)"
)
GROWTH = [
    Row("growth.random(decay='cosine')", {"until=100": "growth.random(decay='cosine', {0})"}),
    Row(
        "ng.grow(network, 'random')",
        {
            r"neurograph\.growth": "assert {0} is ng.growth",
            r"growth\.random\(fraction=0\.1\)": "ng.grow(network, {0}, seed=0)",
        },
        SPARSE,
    ),
    Row(
        "growth.random(candidates='xy')",
        {
            r"\[\('x', 'y'\)\]": "growth.random(candidates={0})",
            r"networkx\.DiGraph": "growth.random(candidates={0}([('x', 'y')]))",
        },
    ),
    Row(
        "growth.random(candidates=graph)",
        {r"graph\.to_directed\(\)": "growth.random(candidates={0})"},
        "graph = nx.Graph([('x', 'y')])",
    ),
    Row(
        "ng.grow(ng.compile(graph), growth.distance(1.0, count=1), seed=0)",
        {r"graph\.nodes\[.*?\)": "{0}\nng.grow(ng.compile(graph), growth.distance(1.0, count=1), seed=0)"},
        PLACED,
    ),
    Row(
        "ng.grow(network, growth.activity(count=1), seed=0)",
        {r"growth\.random\(count=10\)": "ng.grow(network, {0}, seed=0)"},
        "graph = topologies.symmetric(topologies.random(inputs=0, hidden=4, outputs=2, density=0.3, seed=0))\n"
        "network = ng.compile(graph, dynamics.binary())",
    ),
    Row(
        "ng.train(network, X, Y, rule=rules.stdp(), grower=growth.rigl(count=1), epochs=1, seed=0)",
        {
            r"growth\.rigl\(rule=rules\.asymmetric_ep\(\)\)": (
                "import dataclasses\n"
                "grower = dataclasses.replace({0}, count=1)\n"
                "ng.train(network, X, Y, rule=rules.stdp(), grower=grower, epochs=1, seed=0)"
            )
        },
        SPARSE,
    ),
    Row("growth.rigl('ep')", {r"neurograph\.rules": "assert {0} is rules", r"rules\.a.*\)": "growth.rigl({0})"}),
    Row(
        "ng.grow(network, growth.random())",
        {
            r"growth\.random\(count=10\)": "ng.grow(network, {0}, seed=0)",
            r"neurograph\.prune\(network, pruner, grower=grower\)": (
                "pruner, grower = pruning.magnitude(0.3), growth.random()\n{0}"
            ),
        },
        SPARSE,
    ),
    Row(
        "ng.grow(network, growth.rigl(count=1))",
        {r"grow\(network, grower, x, y\)": "grower, x, y = growth.rigl(count=1), X, Y\nng.{0}"},
        SPARSE,
    ),
]
