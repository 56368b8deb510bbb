import numpy as np

import neurograph as ng
from neurograph.html.complex_weights import moduli_logged, with_moduli
from neurograph.html.page import page
from tests.html.test_page import parts
from tests.simulation.networks import unitary


def test_the_moduli_are_the_weights_and_the_numbers_are_facts():
    network = unitary(units=4)
    table = with_moduli(network.to_table())
    assert np.array_equal(table.weights, np.abs(network.weights))
    graph = table.to_graph()
    for pre, post, data in network.to_graph().edges(data=True):
        assert graph.edges[pre, post]["complex weight"] == f"{data['weight']:.4g}"


def test_the_log_has_moduli_too():
    removed = ng.prune(unitary(units=4), ng.pruning.magnitude(0.5)).removed
    shown = moduli_logged(removed)
    assert [one.weight for one in shown] == [abs(one.weight) for one in removed]
    assert moduli_logged([3]) == [3]


def test_the_page_says_that_weights_are_complex_and_takes_the_report_of_the_network():
    network = unitary(units=4)
    pruning = ng.prune(network, ng.pruning.factors("R1"))
    text = page(pruning.network, report=ng.certify(pruning.network), removed=pruning.removed)
    drawn, _, rest = parts(text)
    assert "Weights are complex: drawn by their moduli" in rest
    assert "modReLU" in rest
    assert len(drawn["edges"]) == pruning.network.weights.size
    assert len(drawn["left"]) == len(pruning.removed)
    assert "Graph metrics" not in rest  # the logs do not say which edges were there before
    assert "complex weight" in drawn["edges"][0][4]
    assert "Weights are complex" not in page(ng.topologies.complete(1, 2, 1, seed=0))


def test_where_edges_alone_left_there_are_metrics_of_before_and_after():
    network = unitary(units=4)
    pruning = ng.prune(network, ng.pruning.magnitude(0.3), neurons=False)
    _, _, rest = parts(page(pruning.network, removed=pruning.removed))
    assert f'<td data-step="0">{len(network.edges)}</td>' in rest
