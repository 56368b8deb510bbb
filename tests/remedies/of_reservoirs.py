"""Remedies in the messages about reservoirs."""

from tests.remedies.row import Row

FIT = "ng.GraphReservoir(graph, {0}).fit(X).transform(X)"
KEPT = {r"spectral_radius=None": FIT}

RESERVOIRS = [
    Row(
        "ng.GraphReservoir(graph).fit(X)",
        KEPT,
        "graph = nx.DiGraph([('a', 'b', {'weight': 1.0}), ('b', 'c', {'weight': 1.0})])",
    ),
    Row(
        "ng.GraphReservoir(graph).fit(X)",
        KEPT,
        "graph = nx.DiGraph([(k, (k + 1) % 501, {'weight': 1.0}) for k in range(501)])",
    ),
    Row(
        "ng.GraphReservoir(small_graph(), last=True).fit(X)",
        {r"np\.asarray\(X\)\[None\]": "ng.GraphReservoir(small_graph(), last=True).fit_transform({0})"},
    ),
    Row(
        "ng.GraphReservoir(graph).fit(np.eye(3))",
        {
            r"topologies\.from_graph\(graph, inputs=\[\], outputs=list\(graph\)\)": (
                "ng.GraphReservoir({0}).fit(np.eye(3))"
            )
        },
        "graph = small_graph()",
    ),
]
