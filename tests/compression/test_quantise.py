"""Few levels, against nearest means and the known error of a normal variable."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.compression.quantise import nearest_levels


def test_levels_are_the_means_of_what_is_nearest_to_them():
    rng = np.random.default_rng(0)
    values = rng.normal(size=500)
    levels, level = nearest_levels(values, 8)
    assert levels.size == 8
    assert np.array_equal(level, np.abs(values[:, None] - levels).argmin(axis=1))
    assert levels == pytest.approx([values[level == k].mean() for k in range(8)])
    # Near Panter and Dite's error of the best levels of a normal variable: 0.0345 for 8 (Max, 1960).
    assert np.mean((values - levels[level]) ** 2) < 0.04


def test_the_levels_are_kept_while_they_learn_and_zero_and_fixed_edges_stay():
    x, y = ng.tasks.logic("xor")
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    trained = ng.train(ng.compile(graph), x, y, seed=0).network
    weights = trained.weights.copy()
    weights[:3] = 0.0
    few = ng.quantise(trained.with_weights(weights), levels=6)
    assert np.all(few.network.weights[:3] == 0.0)
    assert set(few.network.weights) == {0.0, *few.levels}
    again = ng.train(few.network, x, y, epochs=30, seed=0).network
    assert np.unique(again.weights[3:]).size <= 6
    assert np.all(few.network.connectivity.ties[3:] == again.connectivity.ties[3:])
    assert ((ng.settle(again, x).outputs > 0.5) == (y > 0.5)).all()


@pytest.mark.parametrize("levels", [0, 1, 1.5, "many"])
def test_levels_are_a_whole_number(levels):
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0))
    with pytest.raises(ng.ParameterError, match="levels is"):
        ng.quantise(network, levels)


def test_a_quantised_network_takes_a_fraction_of_the_bytes(tmp_path):
    network = ng.compile(ng.topologies.layered(64, (64,), 10, bias=True, scale=0.1, seed=0))
    few = ng.quantise(network, levels=16)
    sizes = [ng.write(one, tmp_path / f"{k}.packed").stat().st_size for k, one in enumerate((network, few.network))]
    assert sizes[1] < sizes[0] / 3
    assert ng.compile(ng.read(tmp_path / "1.packed")).weights.tobytes() == few.network.weights.tobytes()


def test_a_value_counts_as_often_as_it_is_there():
    levels, level = nearest_levels(np.array([0.0, 0.0, 0.0, 0.4, 5.0, 6.0, 6.0]), 2)
    assert levels == pytest.approx([0.1, 17.0 / 3.0])
    assert level.tolist() == [0, 0, 0, 0, 1, 1, 1]
    rng = np.random.default_rng(0)
    values = rng.choice(rng.normal(size=40), 2000, p=rng.dirichlet(np.full(40, 0.2)))
    levels, level = nearest_levels(values, 5)
    assert levels == pytest.approx([values[level == k].mean() for k in range(5)])
    assert np.array_equal(level, np.abs(values[:, None] - levels).argmin(axis=1))
