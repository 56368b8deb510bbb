"""What pruners share: rounds, weak edges, the lowest scores."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.pruning.base import Added, AddedEdges, Removed, RemovedEdges, checked_pruner, lowest, weak
from neurograph.pruning.removal import prune_now
from tests.pruning.networks import star


@pytest.mark.parametrize("rounds", [1, 3, 7])
@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.9, 1.0])
def test_rounds_add_up_to_the_fraction_and_take_the_same_share_each(fraction, rounds):
    first = now = 100_000
    shares = []
    for number in range(rounds):
        part = ng.pruning.magnitude(fraction).in_round((number + 1) / rounds, first, now)
        shares.append(part.fraction)
        now -= round(part.fraction * now)
    assert now == pytest.approx(first * (1.0 - fraction), abs=1)
    assert shares == pytest.approx(
        [1.0 - (1.0 - fraction) ** (1 / rounds)] * rounds if fraction < 1.0 else shares, abs=1e-3
    )


def test_a_pruner_without_a_fraction_is_the_same_in_every_round():
    pruner = ng.pruning.boltzmann(0.1)
    assert pruner.in_round(0.5, 10, 7) is pruner


def test_weak_edges_are_those_up_to_the_bound():
    assert weak(star([0.0, -0.5, 0.6, -2.0, 0.25]), 0.5).tolist() == [0, 1, 4]


def test_the_lowest_of_some_edges_come_in_rising_order():
    scores = np.array([0.3, 0.1, 0.2, 0.0, 0.1])
    chosen = lowest(np.array([0, 1, 2, 4]), scores, "low", count=3)
    assert chosen.edges.tolist() == [1, 4, 2]
    assert chosen.scores.tolist() == [0.1, 0.1, 0.2]


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("boltzmann", {"tolerance": 0.1, "temperature": 2.0}),
        ("magnitude", {"fraction": None, "threshold": 0.1}),
        ("saliency", {"fraction": 0.1, "nudge": "error"}),
        ("proximal", {"strength": 0.1}),
        ("random", {"fraction": 0.1}),
    ],
)
def test_arguments_keep_their_order(name, named):
    assert ng.pruning.PRUNERS[name](*named.values()) == ng.pruning.PRUNERS[name](**named)


def test_what_is_no_pruner_is_refused():
    with pytest.raises(ng.ParameterError, match=r"pruner is 0\.5: expected one of neurograph\.pruning"):
        checked_pruner(0.5)


def test_the_log_is_a_tuple_of_removed_edges_that_are_made_when_they_are_looked_at():
    network = star([0.1, -0.3, 0.2, 0.5])
    one = prune_now(network, ng.pruning.magnitude(0.5), np.random.default_rng(0), 0)
    two = prune_now(one.network, ng.pruning.magnitude(threshold=0.4), np.random.default_rng(0), 1)
    log = one.removed + two.removed
    assert isinstance(log, RemovedEdges)
    first = "among the 50.0% of smallest |w|"
    assert log == (
        Removed(("x0", "y"), 0, 0.1, 0.1, first),
        Removed(("x2", "y"), 0, 0.2, 0.2, first),
        Removed(("x1", "y"), 1, -0.3, 0.3, "|w| <= 0.4"),
    )
    assert log == tuple(log)
    assert log != log[:2] + log[:1]
    assert RemovedEdges.none(network) == ()
    assert RemovedEdges.none(network) + log == log
    assert one.removed + one.removed == tuple(one.removed) * 2
    assert len((one.removed + one.removed).reasons) == 2


def test_the_log_of_the_edges_that_came_is_another_one_of_the_same_form():
    network = star([0.1, -0.3, 0.2, 0.5])
    gone = prune_now(network, ng.pruning.magnitude(0.5), np.random.default_rng(0), 0).removed
    came = AddedEdges(gone.columns, gone.nodes, gone.reasons)
    assert came == tuple(Added(one.edge, one.epoch, one.weight, one.score, one.reason) for one in gone)
    assert came != gone
    assert Added(*vars(gone[0]).values()) != gone[0]
    both = gone + came
    assert isinstance(both, tuple)
    assert both == tuple(gone) + tuple(came)
    assert repr(came[0]).startswith("Added(edge=('x0', 'y'), epoch=0, weight=0.1, ")
    assert AddedEdges.none(network) + came == came
    assert isinstance(AddedEdges.none(network) + came, AddedEdges)
    assert AddedEdges.none(network).columns[3].dtype == network.dtype
