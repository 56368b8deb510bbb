"""Remedies in the messages about unitary networks."""

from tests.remedies.row import Row

NETWORK = "network = ng.compile(topologies.unitary(2, 4, 2, seed=0), ng.dynamics.unitary()); x = np.ones((3, 5, 2))"
COMPLEX = "graph = topologies.unitary(2, 4, 2, seed=0)"
TRAIN = "ng.train(network, x, np.zeros((3, 2)), epochs=1, seed=0, {0})"
LEARN = "ng.train(ng.compile(graph, ng.dynamics.unitary()), x, np.zeros((3, 2)), epochs=1, seed=0)"
SIMULATE = "ng.simulate(ng.compile(graph, ng.dynamics.unitary()), x)"
AMBIGUOUS = "ng.train(network, x, {0}, cost=ng.costs.cross_entropy(), epochs=1, seed=0)"

UNITARY = [
    Row("ng.settle(network, X)", {r"neurograph\.simulate\(network, x\)": "{0}"}, NETWORK),
    Row("network.drift(np.zeros(len(network.nodes)))", {r"neurograph\.simulate": "{0}(network, x)"}, NETWORK),
    Row(
        "ng.compile(graph, ng.dynamics.deep())",
        {r"(compile\(graph, neurograph\.dynamics\.unitary\(\)\))": "ng.{0}"},
        COMPLEX,
    ),
    Row(
        "ng.graph_metrics(network, seed=0)",
        {
            r"(topologies\.from_matrix\(abs\(network\.matrix\(\)\)), \.\.\.\)": "ng.graph_metrics({0}, outputs=[0]), seed=0)"
        },
        COMPLEX + "; network = ng.compile(graph, ng.dynamics.unitary())",
    ),
    Row(
        "topologies.from_graph(graph, inputs=[('x', 0)], outputs=[('y', 0)], normalise='largest')",
        {r"normalise=None": "topologies.from_graph(graph, {0})"},
        COMPLEX,
    ),
    Row(
        "ng.prune(small_network(), ng.pruning.factors('R2'))",
        {r"pruning\.magnitude\(fraction=0\.5\)": "ng.prune(small_network(), {0})"},
    ),
    Row("ng.pruning.factors()", {r"factors\('R2', 'D3'\)": "ng.prune(network, ng.pruning.{0})"}, NETWORK),
    Row(
        TRAIN.replace("{0}", "rule=ng.rules.ep()"),
        {r"rules\.through_time\(\)": TRAIN.replace("{0}", "rule={0}")},
        NETWORK,
    ),
    Row(
        TRAIN.replace("{0}", "pruner=ng.pruning.magnitude(0.1)"),
        {
            r"(prune\()fit": "ng.{0}network, ng.pruning.factors('R2'))",
            r"pruning\.factors": "ng.prune(network, {0}('R2'))",
        },
        NETWORK,
    ),
    Row(
        LEARN,
        {r"plastic=(False)": "nx.set_edge_attributes(graph, {edge: {0} for edge in butterfly}, 'plastic'); " + LEARN},
        COMPLEX
        + "; x = np.ones((3, 5, 2)); butterfly = [e for e in graph.edges if graph.edges[e].get('factor') == 'F']"
        "; nx.set_edge_attributes(graph, {e: True for e in butterfly}, 'plastic')",
    ),
    Row(
        LEARN,
        {r"topologies\.unitary": "graph = {0}(2, 4, 2, seed=0); " + LEARN},
        COMPLEX + "; x = np.ones((3, 5, 2)); [data.update(weight=1.5*data['weight']) for *_, data in "
        "graph.edges(data=True) if data.get('factor') == 'R1' and data['weight'] != 1]",
    ),
    Row(
        SIMULATE,
        {r"graph\.nodes\[.*\]\['population'\]": "{0} = 'relay'; " + SIMULATE},
        COMPLEX + "; x = np.ones((3, 5, 2)); graph.nodes['D1', 0]['population'] = 'cell'",
    ),
    Row(
        SIMULATE,
        {r"topologies\.unitary": "graph = {0}(1, 4, 2, seed=0); " + SIMULATE},
        "graph = small_graph(h={'population': 'neuron'}); graph.remove_edge('y', 'h'); x = np.ones((3, 5, 1))",
    ),
    Row(
        "ng.simulate(large, np.ones((1, 3000, 2)))",
        {r"(neurograph\.certify\()network\)": "{0}large)"},
        NETWORK + "; large = network.with_weights(100*network.weights)",
    ),
    Row(
        "ng.train(large, x, np.zeros((3, 2)), epochs=1, seed=0)",
        {r"(neurograph\.certify\()network\)": "{0}large)"},
        NETWORK + "; free = np.array(['y' in (edge[0][0], edge[1][0]) for edge in network.edges]); "
        "large = network.with_weights(np.where(free, 1e200, 1.0)*network.weights)",
    ),
    Row(
        AMBIGUOUS.replace("{0}", "y"),
        {
            r"np\.eye\(3\)\[y\]": AMBIGUOUS,
            r"np\.asarray\(y, float\)": AMBIGUOUS,
        },
        "network = ng.compile(topologies.unitary(2, 4, 3, seed=0), ng.dynamics.unitary()); x = np.ones((4, 3, 2)); "
        "y = np.eye(3, dtype=int)[[0, 1, 2, 0]]",
    ),
]
