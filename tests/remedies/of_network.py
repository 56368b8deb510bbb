"""Remedies in the messages of network/."""

from tests.remedies.row import Row

PATH = "graph = small_graph(); graph.add_node('k'); graph.add_edge('h', 'k', weight=0.2)"

NETWORK = [
    Row(
        "ng.compile(small_graph(), 'deep')",
        {
            r"neurograph\.dynamics\.deep\(\)": "ng.compile(small_graph(), {0})",
            r"neurograph\.Dynamics": "assert isinstance(ng.dynamics.deep(), {0})",
        },
    ),
    Row(
        "ng.compile(graph, dynamics)",
        {r"graph\.nodes\['y'\]\['population'\] = 'a'": "{0}; ng.compile(graph, dynamics)"},
        "graph, dynamics = small_graph(h={'population': 'a'}), {'a': ng.dynamics.additive()}",
    ),
    Row(
        "ng.compile(graph, dynamics)",
        {
            r"dynamics\['b'\] = neurograph\.dynamics\.additive\(\)": (
                "dynamics = dict(dynamics); {0}; ng.compile(graph, dynamics)"
            )
        },
        "graph = small_graph(h={'population': 'a'}, y={'population': 'b'}); dynamics = {'a': ng.dynamics.additive()}",
    ),
    Row(
        "ng.compile(small_graph(), {'a': 'tanh'})",
        {
            r"neurograph\.dynamics\.deep\(\)": "ng.compile(small_graph(h=A, y=A), dict(a={0}))",
            r"neurograph\.Dynamics": "assert isinstance(ng.dynamics.deep(), {0})",
        },
        "A = {'population': 'a'}",
    ),
    Row(
        "ng.compile(small_graph(), {})",
        {r"neurograph\.Dynamics": "assert isinstance(ng.dynamics.deep(), {0})"},
    ),
    Row(
        "ng.compile(small_graph(xh={'weight': 1e200}), dtype=np.float32)",
        {r"dtype='float64'": "ng.compile(small_graph(xh={'weight': 1e200}), {0})"},
    ),
    Row(
        "ng.compile(graph, ng.dynamics.deep('signed'))",
        {r"graph\.remove_edge\(node, node\)": "node = 'h'; {0}; ng.compile(graph, ng.dynamics.deep('signed'))"},
        "graph = small_graph(); graph.add_edge('h', 'h', weight=1.0)",
    ),
    Row(
        "ng.train(ng.compile(graph), X, Y, rule=ng.rules.ep(), epochs=1, seed=0)",
        {
            r"neurograph\.topologies\.symmetric\(graph\)": (
                "ng.train(ng.compile({0}), X, Y, rule=ng.rules.ep(), epochs=1, seed=0)"
            ),
            r"rules\.asymmetric_ep\(\)": "ng.train(ng.compile(graph), X, Y, rule={0}, epochs=1, seed=0)",
        },
        "graph = small_graph()",
    ),
    Row(
        "ng.compile(graph, ng.dynamics.hopfield())",
        {r"neurograph\.topologies\.symmetric\(graph\)": "ng.compile({0}, ng.dynamics.hopfield())"},
        "graph = small_graph()",
    ),
    Row(
        "network.without_edges((('x', 0), ('y', 0)))",
        {
            r"(network\.edges); one edge alone is (\[\(pre, post\)\])": (
                "pre, post = 'x', 'h'; assert {1}[0] in {0}\n"
                "assert list(network.without_edges({1}).edges) == [('y', 'h'), ('h', 'y')]"
            ),
        },
        "network = small_network()",
    ),
    Row(
        "network.without_edges(2.5)",
        {r"network\.edges": "assert len({0}) == 3; network.without_edges([2, 0])"},
        "network = small_network()",
    ),
    Row("ng.settle(graph, X)", {r"neurograph\.compile\(graph\)": "ng.settle({0}, X)"}, "graph = small_graph()"),
    Row(
        "ng.settle(fit, X)",
        {r"its (\.network)": "ng.settle(fit{0}, X)"},
        "fit = ng.train(small_network(), X, Y, epochs=1, seed=0)",
    ),
    Row(
        "ng.train(small_network(), X, Y, cost=ng.costs.cross_entropy(), epochs=1, seed=0)",
        {r"costs\.squared_error\(\)": "ng.train(small_network(), X, Y, cost={0}, epochs=1, seed=0)"},
    ),
    Row(
        "ng.train(two_outputs(), X, y, epochs=1, seed=0)",
        {r"np\.ravel\(y\)": "ng.train(two_outputs(), X, {0}, epochs=1, seed=0)"},
        "y = np.array([[0], [1]])",
    ),
    Row(
        "ng.train(two_outputs(), X, y, epochs=1, seed=0)",
        {
            r"np\.unique\(y, return_inverse=True\)\[1\]": "ng.train(two_outputs(), X, {0}, epochs=1, seed=0)",
            r"GraphClassifier": "ng.{0}(hidden=2, epochs=1, random_state=0).fit(X, y)",
        },
        "y = np.array(['a', 'b'])",
    ),
    Row(
        "ng.train(two_outputs(), X, y, epochs=1, seed=0)",
        {
            r"np\.asarray\(y\)\.astype\(int\)": "ng.train(two_outputs(), X, {0}, epochs=1, seed=0)",
        },
        "y = np.array([0.0, 1.0])",
    ),
    Row("ng.settle(small_network(), x)", {r"np\.reshape\(.*\)\)": "ng.settle(small_network(), {0})"}, "x = X[:, 0]"),
    Row(
        "ng.settle(network, x)",
        {r"x\.to_frame\(\)\.T": "ng.settle(network, {0})"},
        "import pandas\ngraph = small_graph(h={'role': 'input'}); graph.remove_edges_from([('x', 'h'), ('y', 'h')])\n"
        "network = ng.compile(graph); x = pandas.Series({'h': 0.0, 'x': 1.0})",
    ),
]
