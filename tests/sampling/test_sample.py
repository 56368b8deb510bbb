import numpy as np
import pandas as pd
import pytest

import neurograph as ng
from tests.sampling.networks import machine


@pytest.mark.parametrize(("method", "thin"), [("gibbs", 1), ("flips", 0.5)])
def test_sampled_marginals_are_the_enumerated_ones(method, thin):
    network = machine(visible=8, hidden=4, scale=0.8, density=0.5, bias_node=True, seed=11)
    samples = ng.sample(network, samples=4000, chains=16, thin=thin, method=method, seed=0)
    exact = ng.exact_distribution(network).marginals
    free = network.connectivity.free
    assert (np.abs(samples.marginals - exact)[free] <= 4.0 * samples.standard_errors[free]).all()


def test_held_neurons_stay_and_the_others_are_drawn_given_them():
    network = machine(visible=5, hidden=3, seed=4)
    x = np.array([[1.0, np.nan, 0.0, np.nan, np.nan], [np.nan, 1.0, 1.0, 0.0, np.nan]])
    samples = ng.sample(network, x, samples=6000, chains=2, seed=1)
    assert samples.states.shape == (4, 6000, 8)
    for row in range(2):
        exact = ng.exact_distribution(network, x[row : row + 1]).marginals
        for chain in (2 * row, 2 * row + 1):
            assert np.abs(samples.means[chain] - exact).max() < 0.06
        given = ~np.isnan(x[row])
        assert np.array_equal(samples.outputs[2 * row, 17, given], x[row, given])


def test_a_chance_is_drawn_for_each_chain():
    network = machine(visible=2, seed=0)
    samples = ng.sample(network, [[0.25, np.nan]], samples=1, chains=4000, seed=0)
    assert samples.marginals[0] == pytest.approx(0.25, abs=0.03)


def test_columns_are_taken_by_name():
    network = machine(visible=3, seed=0)
    table = pd.DataFrame({2: [1.0], 0: [np.nan], 1: [0.0]})
    by_place = ng.sample(network, [[np.nan, 0.0, 1.0]], samples=20, seed=3)
    assert np.array_equal(ng.sample(network, table, samples=20, seed=3).states, by_place.states)


def test_what_a_mapping_or_a_table_does_not_name_is_free():
    network = machine(visible=3, seed=0)
    by_place = ng.sample(network, [[np.nan, 0.0, 1.0], [np.nan, 1.0, 1.0]], samples=20, seed=3).states
    for x in ({1: [0.0, 1.0], 2: 1}, pd.DataFrame({"2": [1.0, 1.0], "1": [0.0, 1.0]})):
        assert np.array_equal(ng.sample(network, x, samples=20, seed=3).states, by_place)
    with pytest.raises(ng.DataError, match=r"x has 'b', which no visible neuron is called: expected some of 0, 1, 2"):
        ng.sample(network, {"b": 1})
    with pytest.raises(ng.DataError, match="cannot be read as numbers"):
        ng.sample(network, {1: [0.0, 1.0], 2: [1.0, 1.0, 1.0]})
    assert ng.exact_distribution(network, {0: 1}).free == (1, 2)


def test_a_seed_gives_the_same_samples_and_a_start_is_where_chains_begin():
    network = machine(visible=6, seed=0)
    first = ng.sample(network, samples=20, chains=3, seed=5)
    assert np.array_equal(first.states, ng.sample(network, samples=20, chains=3, seed=5).states)
    strong = machine(visible=6, scale=200.0, seed=0)
    stuck = ng.sample(strong, samples=50, burn_in=200, chains=1, seed=0).last
    assert np.array_equal(ng.sample(strong, samples=1, burn_in=0, start=stuck, seed=1).last, stuck)


def test_burn_in_and_thin_drop_sweeps():
    network = machine(visible=4, seed=0)
    every = ng.sample(network, samples=30, burn_in=0, start=0, seed=2).states
    some = ng.sample(network, samples=4, burn_in=6, thin=3, start=0, seed=2).states
    assert np.array_equal(some[0], every[0, [8, 11, 14, 17]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"y": [[1.0]]}, ["y is given", "no targets", "held in x"]),
        ({"x": [[0.0, 1.0]]}, ["no free neuron", "NaN"]),
        ({"x": [[0.0, 2.0]]}, ["x[0, 1]", "2", "NaN"]),
        ({"x": [0.0, 1.0]}, ["(rows, 2)", "np.reshape(x, (-1, 2))"]),
        ({"x": [["a", "b"]]}, ["x cannot be read as numbers"]),
        ({"method": "glauber"}, ["'glauber'", "'gibbs' or 'flips'"]),
        ({"samples": 0}, ["samples is 0"]),
        ({"thin": 0.5}, ["thin is 0.5", "whole number"]),
        ({"method": "flips", "thin": 0.0}, ["thin is 0.0"]),
        ({"start": 0.5}, ["start holds something else than 0 and 1"]),
        ({"start": "uniform"}, ["start is 'uniform'", "'random'"]),
        ({"start": np.zeros(3)}, ["start has shape (3,)", "(nodes,) = (2,)"]),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, words):
    with pytest.raises((ng.DataError, ng.ParameterError)) as error:
        ng.sample(machine(visible=2), **arguments)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_samples_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setattr("neurograph._checks.available_memory", lambda: 10_000)
    with pytest.raises(ng.GraphTooLargeError, match="10000 samples of 1 chains"):
        ng.sample(machine(), samples=10_000)


@pytest.mark.parametrize("method", ["gibbs", "flips"])
def test_more_rows_change_nothing_of_the_first_wherever_they_start_and_whatever_is_drawn_of_x(method):
    network, x = machine(visible=5, hidden=3, seed=4), np.tile([0.5, 1.0, np.nan, 0.2, np.nan], (9, 1))
    few, many = (ng.sample(network, x[:rows], samples=20, method=method, seed=0).states for rows in (2, 9))
    assert np.array_equal(few, many[:2])
    one, some = (ng.sample(network, samples=20, chains=chains, method=method, seed=0).states for chains in (1, 70))
    assert np.array_equal(one, some[:1])


def test_bias_neurons_are_held_so_that_none_is_free_beside_held_visible_ones():
    network = machine(visible=2, bias_node=True)
    assert ng.sample(network, samples=1, seed=0).held[:, network.connectivity.bias_nodes].all()
    with pytest.raises(ng.ParameterError, match="a sweep has no free neuron"):
        ng.sample(network, [[0, 1]], seed=0)


@pytest.mark.parametrize("name", ["burn_in", "thin"])
def test_more_sweeps_than_can_be_counted_are_refused(name):
    with pytest.raises(ng.ParameterError, match=f"{name} is {2**70}: expected at most"):
        ng.sample(machine(2), seed=0, **{name: 2**70})
