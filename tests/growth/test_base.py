"""What every grower has: when edges come, how many, with which weights; and what is refused."""

import math

import numpy as np
import pytest

import neurograph as ng
from neurograph.growth.base import check_unscheduled, checked_grower
from neurograph.growth.insertion import grow_now
from tests.growth.networks import asked, sparse


def test_edges_come_every_so_many_epochs_until_the_end():
    grower = ng.growth.random(every=3, until=10)
    assert [epoch for epoch in range(20) if grower.due(epoch)] == [2, 5, 8]
    assert [epoch for epoch in range(5) if ng.growth.random().due(epoch)] == [0, 1, 2, 3, 4]


def test_the_share_falls_as_half_a_cosine():
    grower = ng.growth.random(until=10, decay="cosine")
    for epoch in range(12):
        wanted = (1 + math.cos(math.pi * min(epoch, 10) / 10)) / 2
        assert grower.share(epoch) == pytest.approx(wanted)
    assert ng.growth.random(until=10).share(5) == 1.0


def test_the_number_is_its_own_or_that_of_what_was_lost():
    fraction = ng.growth.random(fraction=0.25, until=10, decay="cosine")
    assert [fraction.number(100, 7, epoch) for epoch in (0, 5, 10)] == [25, 12, 0]
    assert ng.growth.random(count=9).number(100, 7, 3) == 9
    assert ng.growth.random().number(100, 7, 3) == 7
    assert ng.growth.returned().number(100, 7, 3) == 7
    counted = [grower.counted for grower in (fraction, ng.growth.random(count=1), ng.growth.random())]
    assert counted == [True, True, False]
    assert not ng.growth.returned().counted


def test_first_weights_are_a_number_or_drawn():
    network, rng = sparse(hidden=60), np.random.default_rng(0)
    weights = [one.weight for one in grow_now(network, ng.growth.random(weight=0.2), rng, 0, 5).added]
    assert weights == [0.2] * 5
    drawn = [one.weight for one in grow_now(network, ng.growth.random(weight=1, deviation=0.5), rng, 0, 2000).added]
    assert np.mean(drawn) == pytest.approx(1.0, abs=0.05)
    assert np.std(drawn) == pytest.approx(0.5, abs=0.05)


def test_a_grower_without_candidates_is_refused_by_name():
    network = sparse()
    full = grow_now(network, ng.growth.random(), np.random.default_rng(0), 0, 10**6).network
    for grower in (ng.growth.random(count=1), ng.growth.random(candidates=list(network.edges))):
        of = full if grower.candidates is None else network
        with pytest.raises(ng.ParameterError, match=r"grower is Random.*is an edge already"):
            grower.check(of, alone=True)
        assert grower.pool(asked(of)).size == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"fraction": 0.1, "count": 3}, "at most one"), ({"fraction": 0.0}, "fraction"), ({"count": 0}, "count"),
     ({"count": 1.5}, "count"), ({"weight": np.inf}, "weight"), ({"deviation": -1}, "deviation"),
     ({"every": 0}, "every"),
     ({"until": 0}, "until"), ({"decay": "linear"}, "'cosine' or None"), ({"decay": "cosine"}, "until=100"),
     ({"candidates": 0}, "candidates"), ({"candidates": True}, "candidates"), ({"candidates": "ab"}, "candidates")],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(arguments, said):
    with pytest.raises(ng.ParameterError, match=said):
        ng.growth.random(**arguments)


def test_what_is_no_grower_is_refused():
    with pytest.raises(ng.ParameterError, match=r"growth\.random\(fraction=0\.1\)"):
        checked_grower("random")


def test_a_schedule_is_of_epochs_and_not_of_rounds():
    check_unscheduled(ng.growth.random(count=2), "neurograph.grow")
    for arguments in ({"every": 2}, {"until": 5}):
        with pytest.raises(ng.ParameterError, match=f"grower has {next(iter(arguments))}.*neurograph.grow"):
            check_unscheduled(ng.growth.random(count=2, **arguments), "neurograph.grow")
