"""Sparse training: the first graphs, a short run of each way, and the tables."""

import numpy as np
import pytest

from models import evci_2020
from models.digits_table import HEADER
from models.evci_2020 import BARS, COLUMNS, EXPECTED, GROWERS, PRUNERS, RATES, Run

SHORT = 6


@pytest.fixture(scope="module")
def short():
    return {way: [evci_2020.run(way, seed, SHORT) for seed in (0, 1)] for way in RATES}


def test_the_first_graph_is_a_twentieth_of_the_complete_one_drawn_by_the_roles_of_its_ends():
    """Of equal chances 68.5 edges would end at outputs; by Erdos-Renyi's they are 171 of 507, give or take 10."""
    whole, networks = evci_2020.build(0, 1.0), [evci_2020.build(seed) for seed in range(4)]
    assert len(whole.edges) == 10138
    for network in networks:
        assert network.weights.size == 507
        assert set(network.edges) <= set(whole.edges)
    into = [sum(post.startswith("y") for _, post in network.edges) for network in networks]
    assert 150 < np.mean(into) < 190
    assert set(networks[0].edges) != set(networks[1].edges)
    again = evci_2020.build(1)
    assert list(again.edges) == list(networks[1].edges)
    assert np.array_equal(again.weights, networks[1].weights)


@pytest.mark.parametrize("way", ["static", *GROWERS])
def test_sparse_training_holds_the_number_of_edges_after_every_epoch(short, way):
    for run in short[way]:
        assert run.edges == (507,) * SHORT
        assert 0 <= run.idle < 507


@pytest.mark.parametrize("way", PRUNERS)
def test_pruning_from_dense_ends_with_as_many_edges_and_never_has_fewer(short, way):
    for run in short[way]:
        assert run.edges[0] == 10138
        assert run.edges[-1] == 507
        assert sorted(run.edges, reverse=True) == list(run.edges)


def test_every_way_has_the_same_epochs():
    assert evci_2020.FIRST + evci_2020.ROUNDS * ((evci_2020.EPOCHS - evci_2020.FIRST) // 10) == evci_2020.EPOCHS
    for way in ("static", *GROWERS):
        assert evci_2020.training(way)["epochs"] == evci_2020.EPOCHS


def test_edges_that_move_by_the_rule_learn_more_than_those_that_stay(short):
    static, rigl = (np.mean([run.accuracy for run in short[way]]) for way in ("static", "RigL"))
    assert rigl > static + 0.01


def test_what_is_expected_reaches_the_bars_and_can_be_written():
    assert list(EXPECTED) == list(RATES)
    mean = {way: expected.mean for way, expected in EXPECTED.items()}
    said = evci_2020.compared(mean)
    assert all(said[way].endswith(": reached") for way in ("static", "dense, pruned by magnitude"))
    for way in said:
        worse = mean | {"RigL": mean[way] - BARS["below pruned"] - 1e-6 if way in PRUNERS else mean[way]}
        assert evci_2020.compared(worse)[way].endswith("MISSED")
    rows = list(evci_2020.lines([{way: Run(mean[way], (10138, 507), 3, 4.0) for way in RATES}] * 5))
    assert sum(row.endswith(" inside") for row in rows) == len(RATES)
    assert max(map(len, rows)) <= len(HEADER) == 80
    assert all(len(row) == len(COLUMNS) for row in rows if row.endswith("4.0"))
    quick = list(evci_2020.lines([{way: Run(mean[way], (10138, 507), 3, 4.0) for way in RATES}], quick=True))
    assert not any(word in row for row in quick for word in ("inside", "OUTSIDE", "reached", "MISSED"))
