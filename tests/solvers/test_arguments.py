"""The arguments of the loops, against the graph."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.solvers.arguments import edges_of, leaks_of, leaks_on, loop_weights, nodes_of, subgraph_of
from neurograph.solvers.base import Phase
from tests.solvers.networks import X, small


def looped():
    """x -> a <-> y, and a loop at y."""
    edges = ([("x", "a", 1.0), ("a", "y", 2.0), ("y", "a", 3.0), ("y", "y", -4.0)], ["x"], ["y"])
    table = ng.topologies.from_edges(tuple(zip(*edges[0], strict=True)), inputs=edges[1], outputs=edges[2])
    return ng.compile(table, ng.dynamics.vector_field())


def test_outputs_move_unless_they_are_clamped():
    network = small()
    moving = {clamped: subgraph_of(network, Phase(X, clamped=clamped)).moving for clamped in (False, True)}
    assert [network.nodes[k] for k in moving[True]] == [f"h{k}" for k in range(5)]
    assert [network.nodes[k] for k in moving[False]] == [*(f"h{k}" for k in range(5)), "y0", "y1"]


@pytest.mark.parametrize(
    ("which", "rows"),
    [
        ("recurrent", [[("y", 3.0)], [("a", 2.0), ("y", -4.0)]]),
        ("clamped", [[("x", 1.0)], []]),
        ("transposed", [[("y", 2.0)], [("a", 3.0), ("y", -4.0)]]),
    ],
)
def test_edges_are_listed_by_the_moving_node_at_one_end(which, rows):
    network = looped()
    indptr, other, weights = edges_of(network, which)
    node = {row: network.nodes[place] for place, row in enumerate(network.connectivity.subgraph.row)}
    found = [[(node[other[k]], weights[k]) for k in range(indptr[row], indptr[row + 1])] for row in range(len(rows))]
    assert found == rows
    assert edges_of(network, which)[2] is weights


def test_loops_have_a_weight_for_each_moving_node():
    network = looped()
    assert loop_weights(network).tolist() == [0.0, -4.0]
    assert loop_weights(network, clamped=True).tolist() == [0.0]


def test_sums_that_no_drift_reads_are_not_computed():
    network = small(ng.dynamics.deep("absolute", extra_leak=0.3))
    subgraph = network.connectivity.subgraph
    node, moving, _, unread, out_abs, parameters = nodes_of(network, subgraph, subgraph.moving.size)
    assert sorted(node.tolist()) == list(range(len(network.nodes)))
    assert node[:moving].tolist() == subgraph.moving.tolist()
    assert out_abs is network.w_out_abs
    assert parameters is network.parameters
    assert unread is network.biases
    assert "w_out" not in vars(network)


def test_the_leak_of_deep_is_what_leaves_and_what_leaks_besides():
    network = small(ng.dynamics.deep("absolute", extra_leak=0.3))
    sums = np.abs(network.matrix().toarray()).sum(axis=0) + 0.3
    assert np.allclose(leaks_of(network), sums[network.connectivity.free], atol=1e-15)
    assert leaks_of(small(ng.Dynamics("-s**3 + I + b"))) is None


def test_a_leak_stays_on_until_the_nudge_takes_more_than_an_output_has():
    network = small(ng.dynamics.vector_field())
    assert leaks_on(network, np.array([0.0, 5.0, -0.5, -1.0, -1.5])).tolist() == [True, True, True, True, False]
    growing = small(ng.Dynamics("0.5*s + I + b"))
    assert not leaks_on(growing, np.array([0.0, 9.0])).any()
    assert not leaks_on(small(ng.Dynamics("-s**3 + I + b")), np.zeros(2)).any()
