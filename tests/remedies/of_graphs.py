"""Remedies in the messages of graphs/, network/ and what is below them."""

from tests.remedies.row import Row

GRAPHS = [
    Row(
        "ng.settle(small_network(), x)",
        {r"np\.ma\.array\(.*?0\)": "x = {0}; assert list(x[:, 0]) == [0.5, 0.0]; ng.settle(small_network(), x)"},
        "x = np.ma.array([[0.5], [9.0]], mask=[[False], [True]])",
    ),
    Row(
        "ng.topologies.complete(2, 3, 1, seed='one')",
        {r"numpy\.random\.Generator": "ng.topologies.complete(2, 3, 1, seed={0}(numpy.random.PCG64()))"},
    ),
    Row(
        "ng.settle(small_network(), X, dt=0.05)",
        {r"solver=\S+\(.*?\)": "ng.settle(small_network(), X, {0})"},
    ),
    Row(
        "ng.compile(graph)",
        {
            r"graph\.nodes\[node\]\['role'\] = 'output'": "node = 'y'; {0}; ng.compile(graph)",
            r"(outputs=)\[\.\.\.\] in (neurograph\.read), (topologies\.from_graph) and (from_edges)": (
                "ng.compile({2}(graph, {0}['y'])); ng.compile(topologies.{3}((['x'], ['y'], [1.0]), {0}['y']))\n"
                "nx.write_graphml(graph, 'a.graphml'); ng.compile({1}('a.graphml', {0}['y']))"
            ),
        },
        "graph = small_graph(y={'role': 'hidden'})",
    ),
    Row(
        "topologies.from_edges(edges, inputs=['x'], outputs=['y'])",
        {
            r'parallel="sum"': (
                "g = topologies.from_edges(edges, inputs=['x'], outputs=['y'], {0}); assert g.weights == [3.0]"
            ),
            r'"mean", "max" and "first"': (
                "found = [topologies.from_edges(edges, inputs=['x'], outputs=['y'], parallel=how).weights[0]\n"
                "         for how in '{0}'.replace('\"', '').replace(' and', ',').split(', ')]\n"
                "assert found == [1.5, 2.0, 1.0]"
            ),
            r"(neurograph\.read), (topologies\.from_graph) and (from_edges)": (
                "import pandas\n"
                "pandas.DataFrame(dict(zip(['pre', 'post', 'weight'], edges))).to_csv('a.csv', index=False)\n"
                "how = dict(inputs=['x'], outputs=['y'], parallel='sum')\n"
                "graph = nx.MultiDiGraph(); graph.add_weighted_edges_from(zip(*edges))\n"
                "same = [{0}('a.csv', **how), {1}(graph, **how), topologies.{2}(edges, **how)]\n"
                "assert [list(ng.compile(one).weights) for one in same] == [[3.0]] * 3"
            ),
        },
        "edges = (['x', 'x'], ['y', 'y'], [1.0, 2.0])",
    ),
    Row(
        "ng.compile(3)",
        {
            r"networkx\.DiGraph": "ng.compile({0}(small_graph()))",
            r"(neurograph\.topologies\.from_matrix) or (from_edges)": (
                "ng.compile({0}([[0.0, 1.0], [0.0, 0.0]], outputs=[1]))\n"
                "ng.compile(topologies.{1}(([0], [1], [1.0]), outputs=[1]))"
            ),
            r"neurograph\.read": "ng.write(small_graph(), 'a.json'); ng.compile({0}('a.json'))",
            r"its (\.network)": "ng.compile(ng.train(small_network(), X, Y, epochs=1, seed=0){0})",
        },
    ),
    Row(
        "topologies.from_graph(graph, inputs=['a'], outputs=['b'], weight='count')",
        {
            r"(weight=) with one of ('synapses')": (
                "g = topologies.from_graph(graph, inputs=['a'], outputs=['b'], {0}{1})\n"
                "assert g['a']['b']['weight'] == 2"
            ),
            r"weight=None": "topologies.from_graph(graph, inputs=['a'], outputs=['b'], {0})",
        },
        "graph = nx.DiGraph([('a', 'b', {'synapses': 2})])",
    ),
    Row(
        "topologies.from_graph(graph, inputs=['a'], outputs=['b'])",
        {r'undirected="both"': "ng.compile(topologies.from_graph(graph, outputs=['a', 'b'], {0}))"},
        "graph = nx.Graph([('a', 'b', {'weight': 1.0})])",
    ),
    Row(
        "topologies.from_graph(graph, inputs=['a'], outputs=['b'])",
        {r'into_inputs="drop"': "ng.compile(topologies.from_graph(graph, inputs=['a'], outputs=['b'], {0}))"},
        "graph = nx.DiGraph([('a', 'b', {'weight': 1.0}), ('b', 'a', {'weight': 1.0})])",
    ),
    Row(
        "ng.settle(network, x)",
        {
            r"(networkx\.relabel_nodes\(graph), \.\.\.(\))": (
                "graph = {0}, {'1': 'one'}{1}\n"
                "x.columns = ['1', 'one']; assert ng.settle(ng.compile(graph), x).state.shape == (1, 3)"
            )
        },
        "import pandas\nx = pandas.DataFrame({'1': [0.0], 'b': [1.0]})\n"
        "graph = nx.DiGraph([(1, 'y', {'weight': 1.0}), ('1', 'y', {'weight': 1.0})])\n"
        "graph.add_nodes_from([1, '1'], role='input'); graph.add_node('y', role='output'); network = ng.compile(graph)",
    ),
    Row(
        "ng.settle(small_network(), x)",
        {r"np\.asarray\(x\)": "ng.settle(small_network(), {0})"},
        "import pandas\nx = pandas.DataFrame({'other': [0.0, 1.0]})",
    ),
    Row(
        "topologies.from_matrix(matrix, inputs=['a'], outputs=['b'])",
        {r"np\.asarray\(matrix\)": "topologies.from_matrix({0}, labels=['a', 'b'], inputs=['a'], outputs=['b'])"},
        "import pandas\nmatrix = pandas.DataFrame([[0.0, 1.0], [0.0, 0.0]], ['a', 'b'], ['a', 'c'])",
    ),
    Row(
        "topologies.from_matrix(matrix, labels=['a', 'c'], inputs=['a'], outputs=['c'])",
        {r"np\.asarray\(matrix\)": "topologies.from_matrix({0}, labels=['a', 'c'], inputs=['a'], outputs=['c'])"},
        "import pandas\nmatrix = pandas.DataFrame([[0.0, 1.0], [0.0, 0.0]], ['a', 'b'], ['a', 'b'])",
    ),
    Row(
        "topologies.from_edges((['a'], ['b'], [1.0]), inputs=['a', 'c'], outputs=['b'])",
        {
            r"in from_edges, (nodes=)": (
                "topologies.from_edges((['a'], ['b'], [1.0]), inputs=['a', 'c'], outputs=['b'], {0}['a', 'b', 'c'])"
            )
        },
    ),
    Row(
        "topologies.from_graph(graph, outputs=['b'], normalise='incoming')",
        {
            r"(normalise='largest')": "topologies.from_graph(graph, outputs=['b'], {0})",
            r"expected none, or (normalise=)'largest', or a spectral radius": (
                "g = topologies.from_graph(graph, outputs=['b'], {0}0.5)\n"
                "assert abs(g['a']['b']['weight'] - 0.5) < 1e-9"
            ),
            r"normalise='incoming'": (
                "for edge in graph.edges: del graph.edges[edge]['tie']\n"
                "topologies.from_graph(graph, outputs=['b'], {0})"
            ),
        },
        "graph = nx.DiGraph([('a', 'b', {'weight': 2, 'tie': 't'}), ('b', 'a', {'weight': 2, 'tie': 't'})])",
    ),
    Row(
        "topologies.from_graph(graph, inputs=[0], outputs=[1])",
        {
            r"normalise='incoming'": "topologies.from_graph(graph, inputs=[0], outputs=[1], {0})",
            r"normalise=None": (
                "g = topologies.from_graph(graph, inputs=[0], outputs=[1], {0}); assert g[0][1]['weight'] == 50"
            ),
        },
        "graph = nx.DiGraph(); graph.add_edge(0, 1, weight=50)",
    ),
    Row(
        "topologies.from_matrix(ring, outputs=[0], normalise=0.9)",
        {
            r"normalise='incoming'": "topologies.from_matrix(ring, outputs=[0], {0})",
            r"normalise='largest'": "topologies.from_matrix(ring, outputs=[0], {0})",
        },
        "ring = scipy.sparse.diags_array([1.0, 1.0], offsets=[1, -600], shape=(601, 601), format='csr')",
    ),
    Row(
        "topologies.from_edges(edges, outputs=['b'])",
        {
            r"pre and post among them, or (pre=) and (post=)": (
                "topologies.from_edges(edges, outputs=['b'], {0}'one', {1}'other')\n"
                "topologies.from_edges(edges.rename(columns={'one': 'pre', 'other': 'post'}), outputs=['b'])"
            )
        },
        "import pandas\nedges = pandas.DataFrame({'one': ['a'], 'other': ['b'], 'weight': [1.0]})",
    ),
    Row(
        "ng.compile(graph)",
        {
            r"(neurograph\.topologies\.dale\(graph), \.\.\.(\))": (
                "g = {0}, inhibitory=0.0, seed=0{1}; assert g['x']['h']['weight'] == 0.5; ng.compile(g)"
            )
        },
        "graph = small_graph(xh={'weight': -0.5}, x={'sign': 'excitatory'})",
    ),
    Row(
        "ng.compile(graph)",
        {r"graph\.nodes\[node\]\['sign'\]": ("for node in ('x', 'h'): {0} = 'excitatory'\nng.compile(graph)")},
        "graph = small_graph(x={'sign': 'excitatory'}, xh={'tie': 1, 'weight': 0.5}, hy={'tie': 1, 'weight': 0.5})",
    ),
    Row(
        "topologies.from_matrix(matrix, outputs=[1])",
        {r"matrix\.astype\(float\)": "topologies.from_matrix({0}, outputs=[1])"},
        "matrix = np.array([[False, True], [False, False]])",
    ),
    Row(
        "topologies.from_edges(rows, outputs=['b'])",
        {r"tuple\(zip\(\*rows\)\)": "topologies.from_edges({0}, outputs=['b'])"},
        "rows = [('a', 'b', 1.0), ('b', 'a', 2.0), ('c', 'a', 2.0), ('c', 'b', 2.0)]",
    ),
    Row(
        "ng.compile(graph)",
        {
            r"(neurograph\.topologies\.from_graph\(graph), \.\.\.(, undirected=\"both\"\))": (
                "ng.compile({0}, outputs=['b']{1})"
            )
        },
        "graph = nx.Graph([('a', 'b', {'weight': 1.0})])",
    ),
    Row(
        "ng.compile(graph)",
        {
            r"graph\.edges\[pre, post\]\['weight'\]": "pre, post = 'x', 'h'; {0} = 0.5; ng.compile(graph)",
            r"(neurograph\.topologies\.from_graph\(graph), \.\.\.(, seed=0\))": "ng.compile({0}, outputs=['y']{1})",
        },
        "graph = small_graph(); del graph.edges['x', 'h']['weight']",
    ),
    Row(
        "ng.compile(graph)",
        {
            r"(inputs=) and (outputs=) give roles in (neurograph\.read), (topologies\.from_graph) and (from_edges)": (
                "ng.compile({3}(graph, {0}['x'], {1}['y']))\n"
                "ng.compile(topologies.{4}((['x'], ['y'], [1.0]), {0}['x'], {1}['y']))\n"
                "nx.write_graphml(graph, 'a.graphml'); ng.compile({2}('a.graphml', {0}['x'], {1}['y']))"
            )
        },
        "graph = small_graph(x={'role': 'sensory'})",
    ),
    Row(
        "topologies.from_graph(graph, inputs=['a'], outputs=['b'], sign={'transmitter': {'ACh': 1}})",
        {
            r"(\{'transmitter': \{'GABA': 0), \.\.\.(\}\})": (
                "g = topologies.from_graph(graph, inputs=['a'], outputs=['b'], sign={0}, 'ACh': 1{1})\n"
                "assert g.nodes['a']['sign'] == 'excitatory'"
            )
        },
        "graph = nx.DiGraph([('a', 'b', {'weight': 1.0})]); graph.nodes['a']['transmitter'] = 'ACh'\n"
        "graph.nodes['b']['transmitter'] = 'GABA'",
    ),
    Row(
        "topologies.from_graph(graph, inputs=['1'], outputs=[2])",
        {r"such as (1)": "topologies.from_graph(graph, inputs=[{0}], outputs=[2])"},
        "graph = nx.DiGraph([(1, 2, {'weight': 1.0})])",
    ),
    Row(
        "topologies.from_edges(([1], [2], [1.0]), inputs=1, outputs=[2])",
        {r"such as (\[1\])": "topologies.from_edges(([1], [2], [1.0]), inputs={0}, outputs=[2])"},
    ),
    Row(
        "ng.settle(small_network(), x)",
        {r"(x\[list\(network\.inputs\)\]) leaves": "network = small_network(); ng.settle(network, {0})"},
        "import pandas\nx = pandas.DataFrame({'x': [0.0, 1.0], 'age': [3.0, 4.0]})",
    ),
    Row(
        "replace(table, pre=np.array([2, 0, 1], np.int32))",
        {
            r"topologies\.from_edges": (
                "edges = [table.nodes[k] for k in table.pre], [table.nodes[k] for k in table.post], table.weights\n"
                "ng.compile({0}(edges, inputs=['x'], outputs=['y']))"
            )
        },
        "from dataclasses import replace\ntable = small_network().to_table()",
    ),
]
