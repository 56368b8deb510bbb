"""Remedies in the messages about binary neurons."""

from tests.remedies.row import Row

MACHINE = (
    "graph = nx.DiGraph([('a', 'b', {'weight': 1.0}), ('b', 'a', {'weight': 1.0})]); "
    "nx.set_node_attributes(graph, 'output', 'role'); graph = topologies.symmetric(graph); "
    "network = ng.compile(graph, ng.dynamics.binary()); x = np.eye(2)"
)
TRAIN = "ng.train(network, x, epochs=1, seed=0, {0})"

BINARY = [
    Row("ng.settle(network, X)", {r"neurograph\.sample\(network\)": "{0}"}, MACHINE),
    Row(
        "ng.sample(small_network())",
        {r"neurograph\.dynamics\.binary\(\)": "ng.sample(ng.compile(graph, {0}), seed=0)"},
        MACHINE,
    ),
    Row(
        "ng.compile(small_graph(), ng.dynamics.binary())",
        {r"'output'": "graph.nodes['a']['role'] = {0}; ng.compile(graph, ng.dynamics.binary())"},
        MACHINE,
    ),
    Row(
        "ng.compile(small_graph(), ng.dynamics.binary())",
        {r"(neurograph\.sample\()network, x": "{0}network, [[1, np.nan]], seed=0)"},
        MACHINE,
    ),
    Row(
        "ng.compile(graph, {'all': ng.dynamics.binary()})",
        {
            r"neurograph\.dynamics\.additive\(\)": (
                "nx.set_node_attributes(graph, 'all', 'population'); ng.compile(graph, {'all': {0}})"
            )
        },
        MACHINE,
    ),
    Row("ng.train(network, x, x)", {r"(train\(network, x)\)": "ng.{0}, epochs=1, seed=0)"}, MACHINE),
    Row(
        TRAIN.replace("{0}", "rule=ng.rules.asymmetric_ep()"),
        {
            r"rules\.variational_probability_flow\(\)": TRAIN.replace("{0}", "rule={0}"),
            r"rules\.contrastive_divergence\(\)": TRAIN.replace("{0}", "rule={0}"),
        },
        MACHINE,
    ),
    Row(
        TRAIN.replace("{0}", "pruner=ng.pruning.saliency(0.1)"),
        {r"pruning\.magnitude\(fraction=0\.1\)": TRAIN.replace("{0}", "pruner={0}")},
        MACHINE,
    ),
    Row(
        "ng.train(small_network(), X, Y, rule=ng.rules.contrastive_divergence())",
        {r"rules\.asymmetric_ep\(\)": "ng.train(small_network(), X, Y, rule={0}, epochs=1, seed=0)"},
    ),
    Row(
        "free = graph.copy(); nx.set_edge_attributes(free, {edge: {} for edge in free.edges}); "
        "[data.pop('tie') for *_, data in free.edges(data=True)]; "
        "ng.train(ng.compile(free, ng.dynamics.binary(symmetric=False)), x, rule=ng.rules.contrastive_divergence())",
        {
            r"rules\.variational_probability_flow\(\)": (
                "free = graph.copy(); [data.pop('tie') for *_, data in free.edges(data=True)]; "
                "ng.train(ng.compile(free, ng.dynamics.binary(symmetric=False)), x, rule={0}, epochs=1, seed=0)"
            )
        },
        MACHINE,
    ),
    Row(
        "ng.prune(network, ng.pruning.magnitude(0.5), x)",
        {
            r"prune\(network, pruner\)": "pruner = ng.pruning.magnitude(0.5); ng.{0}",
            r"pruning\.magnitude\(fraction=0\.5\)": "ng.prune(network, {0})",
            r"neurograph\.train": "{0}(ng.prune(network, ng.pruning.magnitude(0.0)).network, x, epochs=1, seed=0)",
        },
        MACHINE,
    ),
    Row(
        "ng.train(network, [[0, 1]], grower=ng.growth.rigl(count=1), epochs=1, seed=0)",
        {
            r"growth\.random\(count=10\)": (
                "ng.train(network.without_edges(network.edges), [[0, 1]], grower=ng.{0}, epochs=1, seed=0)"
            )
        },
        MACHINE,
    ),
    Row("ng.certify(network, dt=0.1)", {r"certify\(network\)": "ng.{0}"}, MACHINE),
    Row(
        "ng.sample(strong, method='flips', start=[1, 0], seed=0)",
        {r"method='gibbs'": "ng.sample(strong, {0}, start=[1, 0], seed=0)"},
        MACHINE + "; strong = network.with_weights(1e5*network.weights)",
    ),
    Row(
        "graph.edges['a', 'b'].pop('tie'); graph.edges['a', 'b']['weight'] = 2.0; "
        "ng.exact_distribution(ng.compile(graph, ng.dynamics.binary(symmetric=False)))",
        {
            r"neurograph\.topologies\.symmetric\(graph\)": (
                "ng.exact_distribution(ng.compile({0}, ng.dynamics.binary(symmetric=False)))"
            )
        },
        MACHINE,
    ),
    Row(
        "ng.exact_distribution(large)",
        {r"(neurograph\.sample\()network": "{0}large, seed=0)"},
        "large = nx.DiGraph(); large.add_nodes_from(range(21), role='output'); "
        "large = ng.compile(large, ng.dynamics.binary())",
    ),
    *(
        Row(f"ng.plots.{figure}", {r"neurograph\.sample": f"ng.plots.{cure}"}, MACHINE)
        for figure, cure in (
            ("marginals(network)", "marginals({0}(network, seed=0))"),
            ("infill(network, (2, 1))", "infill({0}(network, [[1, np.nan]], seed=0), (2, 1))"),
        )
    ),
]
