"""The rows that a process holds: the matrix and its transpose, which rows are inputs and outputs, one's own types."""

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch.rows import Alone, Rows
from tests.torch.networks import ADAPTING, SMOOTH, drawn

CPU = torch.device("cpu")


def rows_of(network, dtype=torch.float64):
    return Rows.of(network, CPU, dtype)


@pytest.mark.parametrize("seed", range(5))
def test_the_matrices_are_those_of_the_network(seed):
    network = drawn(SMOOTH["tanh"], seed, hidden=6)
    rows, weights = rows_of(network), torch.from_numpy(network.weights.copy())
    matrix = network.matrix().toarray()
    np.testing.assert_array_equal(rows.forward.of(weights).to_dense().numpy(), matrix)
    np.testing.assert_array_equal(rows.back.of(weights).to_dense().numpy(), matrix.T)
    assert rows.forward.column.dtype == torch.int32


def test_the_matrix_shares_the_memory_of_the_weights():
    network = drawn(SMOOTH["tanh"])
    weights = torch.from_numpy(network.weights.copy())
    assert rows_of(network).forward.of(weights).values().data_ptr() == weights.data_ptr()


def test_which_rows_are_what():
    network = drawn({"a": ADAPTING, "b": ng.dynamics.vector_field()}, hidden=4)
    rows, connectivity = rows_of(network), network.connectivity
    assert rows.outputs[0].tolist() == connectivity.outputs.tolist()
    assert rows.inputs[0].tolist() == connectivity.inputs.tolist()
    assert rows.biased.tolist() == connectivity.biased.tolist()
    assert torch.nonzero(rows.free.ravel()).ravel().tolist() == connectivity.free.tolist()
    assert rows.population.tolist() == network.population.tolist()
    np.testing.assert_array_equal(torch.cat(rows.box, 1).numpy(), np.column_stack(network.box))


def test_a_table_at_the_outputs_and_inputs():
    network = drawn(SMOOTH["tanh"], outputs=3)
    rows = rows_of(network)
    table = torch.arange(2.0 * len(network.nodes)).reshape(-1, 2)
    np.testing.assert_array_equal(rows.at_outputs(table).numpy(), table.numpy()[network.connectivity.outputs])
    np.testing.assert_array_equal(rows.at_inputs(table).numpy(), table.numpy()[network.connectivity.inputs])


def test_of_another_type():
    rows = rows_of(drawn(ADAPTING), torch.float32)
    assert rows.biases.dtype == torch.float32
    assert {one.dtype for one in rows.constants.values()} == {torch.float32}


def test_alone_there_is_nobody_to_ask():
    table, alone = torch.ones(2, 3), Alone()
    for ask in (alone.gathered, alone.added, alone.summed, alone.largest):
        assert ask(table) is table
