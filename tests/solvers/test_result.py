"""What results say of themselves, and their parts."""

from fractions import Fraction

import networkx as nx
import numpy as np

import neurograph as ng
from neurograph.solvers.result import Equilibrium, Response, Status, Trajectory
from tests.drawing.checked_html import read
from tests.solvers.networks import small


def ended(**others):
    network, state = small(), np.arange(30.0).reshape(3, -1)
    state = np.resize(state, (3, len(network.nodes)))
    status = np.array([Status.CONVERGED, Status.DIVERGED, Status.CONVERGED], np.int8)
    return Equilibrium(network, state, status, np.array([0.0, np.inf, 2e-7]), np.array([3, 9, 4]), **others)


def test_a_result_counts_its_samples_by_status():
    assert repr(ended()) == "Equilibrium(3 samples: 2 converged, 1 diverged; at most 9 steps, residual <= inf)"
    assert repr(ended(method="euler: so")).endswith("residual <= inf; euler: so)")
    limited = Response(np.zeros((1, 2)), np.zeros((1, 2)), np.array([Status.STEP_LIMIT]), np.ones(1), np.array([5]))
    assert repr(limited) == "Response(1 samples: 1 step limit; at most 5 steps, residual <= 1)"
    walk = Trajectory(np.array([0, 4, 8]), ("a", "b"), np.zeros((5, 3, 2)))
    assert repr(walk) == "Trajectory(5 samples, 3 frames of 2 nodes, steps 0 to 8)"


def test_it_converged_where_every_sample_did():
    assert not ended().converged
    assert ended().of(slice(0, 1)).converged


def test_outputs_are_the_columns_of_the_output_nodes():
    result = ended()
    places = [result.network.nodes.index(node) for node in ("y0", "y1")]
    assert np.array_equal(result.outputs, result.state[:, places])


def test_a_part_keeps_what_belongs_to_its_samples_alone():
    part = ended(dt=np.array([0.1, 0.2, 0.3]), trace=np.ones(2), method="m").of(slice(1, None))
    assert part.steps.tolist() == [9, 4]
    assert part.status.tolist() == [ng.Status.DIVERGED, ng.Status.CONVERGED]
    assert part.dt.tolist() == [0.2, 0.3]
    assert part.trace is None
    assert part.method == "m"


def test_a_card_names_outputs_as_they_are():
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_nodes_from([12000, Fraction(1, 2)], role="output")
    graph.add_edges_from([("x", 12000), ("x", Fraction(1, 2))], weight=0.5)
    found = ng.settle(ng.compile(graph, ng.dynamics.additive("tanh")), [[1.0]])
    assert read(found._repr_html_()).rows[0] == ["sample", "status", "steps", "residual", "12000", "1/2"]
