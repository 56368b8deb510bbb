"""x, y and the states to start from: as arrays, or refused by name."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import DataError, ParameterError
from neurograph.network.inputs import UNIFORM, checked_inputs, checked_network, checked_targets, starting_state


def network(outputs=3, **options):
    graph = ng.topologies.complete(inputs=2, hidden=1, outputs=outputs, bias=True, seed=0)
    return ng.compile(graph, **options)


def test_labels_are_one_hot_rows_and_numbers_of_one_output_a_column():
    assert checked_targets(network(), [2, 0], 2).tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    assert checked_targets(network(), np.array([True, False]), 2).tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    assert checked_targets(network(1), [0.5, 2], 2).tolist() == [[0.5], [2.0]]
    assert checked_targets(network(), np.eye(3), 3).tolist() == np.eye(3).tolist()


def test_numbers_become_the_networks_own():
    x = checked_inputs(network(dtype=np.float32), [[1, 2]])
    assert (x.dtype, x.tolist()) == (np.float32, [[1.0, 2.0]])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([["a", "b"]], r"x cannot be read as numbers: expected an array \(batch, 2\)"),
        ([[1.0], [1.0, 2.0]], "x cannot be read as numbers"),
        ([1.0, 2.0], r"x has shape \(2,\): .*write np.reshape\(x, \(-1, 2\)\)"),
        ([[1.0]], r"x has shape \(1, 1\): expected \(batch, 2\), one column for each input node"),
        (np.empty((0, 2)), "x is empty"),
        ([[1.0, 2.0], [1.0, np.inf]], r"x\[1, 1\], for node 'x1', is inf: expected finite numbers"),
    ],
)
def test_inputs_that_do_not_fit_are_named(x, message):
    with pytest.raises(DataError, match=message):
        checked_inputs(network(), x)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0], "y has 1 samples and x has 2"),
        ([0, 3], r"y\[1\] is the label 3, but the network has 3 outputs: expected labels from 0 to 2"),
        ([-1, 0], r"y\[0\] is the label -1"),
        ([[0], [1]], r"y has shape \(2, 1\): expected \(batch, 3\).*np.ravel\(y\)"),
        (["a", "b"], r"y\[0\] is 'a': .*GraphClassifier"),
        ([0.0, 1.0], "class labels as whole numbers"),
    ],
)
def test_targets_that_do_not_fit_are_named(y, message):
    with pytest.raises(DataError, match=message):
        checked_targets(network(), y, 2)


@pytest.mark.parametrize("start", [0.25, np.arange(7.0), np.arange(14.0).reshape(2, 7)], ids=["one", "row", "table"])
def test_a_start_is_spread_over_the_batch_and_clamped_nodes_are_clamped(start):
    this, x = network(), np.array([[5.0, 6.0], [7.0, 8.0]])
    state = starting_state(this, x, start, None)
    expected = np.array(np.broadcast_to(start, (2, 7)))
    place = {node: k for k, node in enumerate(this.nodes)}
    expected[:, [place["x0"], place["x1"]]] = x
    expected[:, place["bias"]] = 1.0
    assert np.array_equal(state, expected)


def test_uniform_starts_are_drawn_in_the_papers_interval():
    this = network()
    drawn = starting_state(this, np.zeros((2000, 2)), "uniform", 0)[:, this.connectivity.free]
    assert UNIFORM[0] <= drawn.min() < 0.001
    assert 0.099 < drawn.max() <= UNIFORM[1]
    assert drawn.mean() == pytest.approx(0.05, abs=0.002)


@pytest.mark.parametrize(
    ("start", "error", "message"),
    [
        ("warm", ParameterError, "start is 'warm': expected a number"),
        (None, DataError, "type NoneType: expected a number"),
        (True, DataError, "type bool"),
        (np.zeros(3), DataError, r"start has shape \(3,\).*\(7,\) or"),
        (np.nan, DataError, "start holds a number that is not finite"),
    ],
)
def test_a_start_that_does_not_fit_is_named(start, error, message):
    with pytest.raises(error, match=message):
        starting_state(network(), np.zeros((1, 2)), start, None)


def test_what_is_no_network_is_named_with_the_way_to_one():
    this = network()
    assert checked_network(this) is this
    with pytest.raises(ParameterError, match="of type DiGraph: expected a Network; compile the graph first"):
        checked_network(this.to_graph())
    with pytest.raises(ParameterError, match=r"of type Equilibrium: expected a Network; pass its \.network"):
        checked_network(ng.settle(this, [[0.0, 1.0]]))
