"""Who is connected to whom, edge by edge."""

from __future__ import annotations

import numpy as np
from hypothesis import given

import neurograph as ng
from tests.network.test_network import drawn, leaving_edges
from tests.strategies import SEEDS, graphs


@drawn
@given(graphs(biases=True, self_loops=True), SEEDS)
def test_incidences_list_each_edge_once(graph, seed):
    compiled = ng.compile(graph, ng.dynamics.vector_field())
    for network in (compiled, compiled.without_edges(leaving_edges(compiled, seed))):
        connectivity = network.connectivity
        for subgraph in (connectivity.subgraph, connectivity.clamped_subgraph):
            moving = set(subgraph.moving.tolist())
            ends = list(
                zip(connectivity.pre.tolist(), connectivity.post.tolist(), network.weights.tolist(), strict=True)
            )
            inner = [(i, j, w) for i, j, w in ends if i in moving and j in moving]
            for incidence, expected, backward in (
                (subgraph.recurrent, inner, False),
                (subgraph.clamped, [(i, j, w) for i, j, w in ends if i not in moving and j in moving], False),
                (subgraph.transposed, sorted(inner), True),
            ):
                indptr, rows, weights = incidence.weighted(network.weights)
                other = np.argsort(subgraph.row)[np.searchsorted(np.sort(subgraph.row), rows)]
                own = np.repeat(subgraph.moving, np.diff(indptr)).tolist()
                pairs = zip(own, other.tolist(), strict=True) if backward else zip(other.tolist(), own, strict=True)
                assert [(*pair, w) for pair, w in zip(pairs, weights.tolist(), strict=True)] == expected
                assert [ends[k][2] for k in incidence.ids] == weights.tolist()
                assert (indptr.dtype, rows.dtype) == (np.int64, np.int32)
                assert indptr.size == subgraph.moving.size + 1
