"""Few levels, against nearest means and the known error of a normal variable."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.compression.quantise import nearest_levels, quantile_levels, rounded_at_random


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


@pytest.mark.parametrize("levels", [2, 5, 16])
def test_the_expectation_of_a_value_that_is_rounded_at_random_is_the_value(levels):
    """Within 4 standard errors of the mean of 20,000, which a number that is one of two is known to have."""
    rng, draws = np.random.default_rng(0), 20_000
    w = rng.normal(size=60)
    ends = quantile_levels(w, levels)
    rounded = ends[rounded_at_random(np.tile(w, draws), ends, rng.random(60 * draws))].reshape(draws, 60)
    low, high = rounded.min(axis=0), rounded.max(axis=0)
    assert np.all((low <= w) & (w <= high))
    assert np.all((rounded == low) | (rounded == high))
    assert np.all(np.abs(rounded.mean(axis=0) - w) <= 4.0 * np.sqrt((w - low) * (high - w) / draws) + 1e-12)
    assert np.unique(rounded).size == levels
    assert (high > low).sum() >= 60 - levels


def test_the_expectation_of_a_weight_of_a_network_is_the_weight():
    network = ng.compile(ng.topologies.layered(4, (8,), 3, feedback=False, seed=0))
    rng, w, draws = np.random.default_rng(0), network.weights, 400
    few = np.array([ng.quantise(network, 4, method="probabilistic", seed=rng).network.weights for _ in range(draws)])
    ends = np.quantile(w, np.linspace(0.0, 1.0, 4))
    above = np.clip(np.searchsorted(ends, w, side="right"), 1, 3)
    low, high = ends[above - 1], ends[above]
    error = np.sqrt((w - low) * (high - w) / draws)
    assert np.all(np.abs(few.mean(axis=0) - w) <= 4.0 * error + 1e-12)
    assert (error > 0.0).sum() > 40


def test_the_intervals_are_between_quantiles():
    values = np.random.default_rng(0).normal(size=1001)
    ends = quantile_levels(values, 5)
    assert ends == pytest.approx(np.quantile(values, [0.0, 0.25, 0.5, 0.75, 1.0]))
    counts = np.histogram(values, ends)[0]
    assert counts.tolist() == pytest.approx([250] * 4, abs=1)
    assert quantile_levels(values[:4], 5).tolist() == sorted(values[:4])
    single = quantile_levels(values.astype(np.float32).astype(np.float64), 7, np.float32)
    assert np.array_equal(single, single.astype(np.float32))
    equal = np.repeat([0.0, 1.0, 2.0], [1, 100, 1])
    assert quantile_levels(equal, 2).tolist() == [0.0, 2.0]
    assert quantile_levels(np.repeat([0.0, 1.0, 2.0, 3.0], [1, 100, 1, 1]), 3).tolist() == [0.0, 1.0, 3.0]


def test_a_value_goes_up_where_the_number_drawn_is_below_its_share_of_the_interval():
    ends = np.array([0.0, 1.0, 4.0])
    values = np.array([0.0, 0.3, 0.3, 1.0, 1.0, 1.9, 1.9, 4.0])
    drawn = np.array([0.0, 0.29, 0.31, 0.0, 0.99, 0.29, 0.31, 0.99])
    assert rounded_at_random(values, ends, drawn).tolist() == [0, 1, 0, 1, 1, 2, 1, 2]
    assert rounded_at_random(np.array([3.0]), np.array([3.0]), drawn[:1]).tolist() == [0]


def test_tied_edges_are_rounded_together_and_a_seed_says_how():
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=2, hidden=8, outputs=2, bias="neurons", seed=0))
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    few = [ng.quantise(network, 4, method="probabilistic", seed=seed).network for seed in (0, 0, 1)]
    assert np.array_equal(few[0].weights, few[1].weights)
    assert not np.array_equal(few[0].weights, few[2].weights)
    _, first, group = np.unique(network.connectivity.ties, return_index=True, return_inverse=True)
    assert first.size < network.weights.size
    assert np.array_equal(few[0].weights, few[0].weights[first][group])


def test_levels_that_were_drawn_learn_on():
    x, y = ng.tasks.logic("xor")
    fit = ng.train(ng.compile(ng.topologies.complete(2, 5, 1, bias=True, seed=0)), x, y, seed=0)
    few = ng.quantise(fit.network, 8, method="probabilistic", seed=0)
    assert few.network.dtype == fit.network.dtype
    again = ng.train(few.network, x, y, epochs=30, seed=0).network
    assert np.unique(again.weights).size <= 8
    single = ng.quantise(ng.compile(fit.network, dtype="float32"), 8, method="probabilistic", seed=0)
    assert set(single.network.weights) <= set(single.levels.astype(np.float32))


def test_other_methods_are_refused():
    network = ng.compile(ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0))
    with pytest.raises(ng.ParameterError, match="method is 'kmeans': expected 'sharing' or 'probabilistic'"):
        ng.quantise(network, 4, method="kmeans")


@pytest.mark.parametrize("method", ["sharing", "probabilistic"])
def test_nodes_keep_their_sign(method):
    graph = ng.topologies.dale(ng.topologies.complete(2, 10, 1, bias=True, seed=0), seed=0)
    network = ng.compile(graph)
    few = ng.quantise(network, 9, method, seed=0)
    assert np.unique(few.network.weights).size <= 9
    assert few.levels.tolist() == sorted(few.levels)
    assert set(few.network.weights) == set(few.levels)
    signs = {node: given.get("sign") for node, given in graph.nodes(data=True)}
    for (pre, _), weight in zip(few.network.edges, few.network.weights, strict=True):
        assert signs[pre] != "excitatory" or weight > 0
        assert signs[pre] != "inhibitory" or weight < 0
    assert few.error < 0.7 * np.std(network.weights)
    again = ng.train(few.network, *ng.tasks.logic("xor"), epochs=3, seed=0).network
    assert np.unique(again.weights).size <= 9
    with pytest.raises(ng.ParameterError, match="levels is 5: expected a whole number >= 6, two for"):
        ng.quantise(network, 5, method)


def test_levels_have_names_that_no_edge_left_alone_has():
    graph = nx.DiGraph()
    graph.add_node("y", role="output")
    for k, weight in enumerate([-1.0, -0.75, -0.125, 0.125, 0.75, 1.0]):
        graph.add_node(k, role="input")
        graph.add_edge(k, "y", weight=weight)
    few = ng.quantise(ng.compile(graph), 3).network
    assert np.sum(few.weights == 0.0) == 2
    again = ng.quantise(few, 2).network
    assert np.array_equal(again.weights, few.weights)
    ties = again.connectivity.ties
    assert not set(ties[again.weights == 0.0]) & set(ties[again.weights != 0.0])


def test_a_level_is_the_mean_beside_an_outlier():
    values = np.concatenate([[-1e12], np.linspace(0.001, 0.003, 9)])
    used, place = nearest_levels(values, 3)
    for k, level in enumerate(used):
        assert level == pytest.approx(values[place == k].mean(), rel=1e-14)


def test_a_subnormal_is_rounded_by_its_share():
    unit = 5e-324
    values, drawn = np.full(999, 2 * unit), np.linspace(0.0, 1.0, 1000)[:-1]
    up = rounded_at_random(values, np.array([unit, 4 * unit]), drawn)
    assert up.mean() == pytest.approx(1 / 3, abs=2e-3)
