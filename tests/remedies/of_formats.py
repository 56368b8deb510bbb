"""Remedies in the messages of formats/."""

from tests.remedies.row import Row

HIDDEN = """
import json
path = 'net.SUFFIX'
ng.write(small_graph(), path)
with open(path) as file: text = file.read().replace('output', 'hidden')
with open(path, 'w') as file: file.write(text)
"""
"""A file whose graph has no output, which is mended after it was opened."""


def opened(suffix, opener):
    """Return the row of a format that networkx opens: with an output again it compiles."""
    cure = "graph = {0}; graph.nodes['y']['role'] = 'output'; ng.compile(nx.DiGraph(graph))"
    return Row("ng.read(path)", {f"open it with ({opener}.*)$": cure}, HIDDEN.replace("SUFFIX", suffix))


UNDIRECTED = """
path = 'net.SUFFIX'
graph = nx.Graph(); graph.add_node('x', role='input'); graph.add_node('h'); graph.add_node('y', role='output')
graph.add_edge('h', 'y', weight=1.0)
nx.write_SUFFIX(graph, path)
"""

NIR = """
graph = nx.DiGraph(); graph.add_node('x', role='input'); graph.add_node('y', role='output')
graph.add_edge('x', 'y', weight=1.0)
"""

PIECES = """
from pathlib import Path
import pyarrow.parquet as parquet
from neurograph.formats.encoding.pieces import Pieces
network = ng.compile(small_graph())
ng.write(network, 'net.parquet')
parquet.write_table(parquet.read_table('net.nodes.parquet').replace_schema_metadata({}), 'net.nodes.parquet')
"""
"""A file as of another program."""

SONATA = """
import h5py
with h5py.File('nodes.h5', 'w') as file:
    file.attrs['magic'], file.attrs['version'] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)
    file['nodes/net/node_type_id'] = np.zeros(2, int)
with h5py.File('edges.h5', 'w') as file:
    file.attrs['magic'], file.attrs['version'] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)
    for end, place in (('source', 0), ('target', 1)):
        file[f'edges/net/{end}_node_id'] = np.array([place])
        file[f'edges/net/{end}_node_id'].attrs['node_population'] = 'net'
    file['edges/net/edge_type_id'] = np.zeros(1, int)
    file['edges/net/0/weight'] = np.array([0.5])
    file['edges/net/edge_group_id'], file['edges/net/edge_group_index'] = np.zeros(1, int), np.zeros(1, int)
"""

FORMATS = [
    Row("Pieces.of(Path('net.json'))", {r"neurograph\.write\(network, 'graph.parquet'\)": "Pieces.of({0})"}, PIECES),
    Row("Pieces.of(Path('net.parquet'))", {r"neurograph\.write\(.*'graph.parquet'\)": "Pieces.of({0})"}, PIECES),
    opened("graphml", r"neurograph\.formats\.FORMATS"),
    opened("gexf", r"neurograph\.formats\.FORMATS"),
    opened("json", r"neurograph\.formats\.FORMATS"),
    Row(
        "ng.write(graph, 'net.json')",
        {
            r"array\.tolist\(\)": "array = graph.nodes['x']['place']; graph.nodes['x']['place'] = {0}\n"
            "ng.write(graph, 'net.json')"
        },
        "graph = small_graph(x={'place': np.zeros(2)})",
    ),
    Row(
        "ng.write(graph, 'net.json')",
        {
            r"networkx\.relabel_nodes": "ng.write({0}(graph, {frozenset('a'): 'a'}), 'net.json')",
        },
        "graph = nx.relabel_nodes(small_graph(), {'h': frozenset('a')})",
    ),
    *(
        Row(
            "ng.read(path)",
            {r"undirected=.both.": "graph = ng.read(path, into_inputs='drop', {0}); assert graph.has_edge('y', 'h')"},
            UNDIRECTED.replace("SUFFIX", suffix),
        )
        for suffix in ("graphml", "gexf")
    ),
    Row(
        "ng.read('net.html')",
        {
            r"neurograph\.write_page\(graph, path\)": "graph, path = small_graph(), 'net.html'; {0}",
            r"the (\.json) or (\.graphml) file": (
                "for suffix in ('{0}', '{1}'): ng.read(ng.write(small_graph(), 'net' + suffix))"
            ),
        },
    ),
    Row(
        "ng.read('net.json.gz')",
        {
            r"gzip -d": (
                "import subprocess; subprocess.run([*'{0}'.split(), 'net.json.gz'], check=True); ng.read('net.json')"
            )
        },
        "import gzip, os\nwith open(ng.write(small_graph(), 'net.json'), 'rb') as file: given = file.read()\n"
        "os.remove('net.json')\n"
        "with open('net.json.gz', 'wb') as file: file.write(gzip.compress(given[:100]) + gzip.compress(given[100:]))",
    ),
    Row(
        "ng.write(graph, 'net.nir')",
        {
            r"neurograph\.compile\(graph, neurograph\.dynamics\.vector_field\(\)\)": "ng.write({0}, 'net.nir')",
            r"or (\.json)": "ng.write(graph, 'net{0}')",
        },
        NIR,
    ),
    Row(
        "ng.write(ng.compile(graph, ng.dynamics.additive('tanh')), 'net.nir')",
        {r"neurograph\.compile\(graph, neurograph\.dynamics\.vector_field\(\)\)": "ng.write({0}, 'net.nir')"},
        NIR,
    ),
    Row(
        "ng.read(path)",
        {
            r"(neurograph\.topologies\.from_matrix\(scipy\.sparse\.load_npz\(path\)), \.\.\.(\))": (
                "assert list(ng.compile({0}, inputs=[0], outputs=[1]{1}).edges) == [(0, 1)]"
            )
        },
        "path = 'matrix.npz'\nscipy.sparse.save_npz(path, scipy.sparse.csr_array(np.array([[0.0, 1.0], [0.0, 0.0]])))",
    ),
    Row(
        "ng.read('nodes.h5')",
        {r'(neurograph\.read\("nodes\.h5", edges="edges\.h5")(\))': "{0}, outputs=[1]{1}"},
        SONATA,
    ),
]
