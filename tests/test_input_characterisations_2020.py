"""Regions of inputs: what the model measures, of one small network each."""

import numpy as np

import neurograph as ng
from models import input_characterisations_2020 as model


def test_the_rows_of_the_table_are_those_that_are_expected():
    one = model.Outcome(1.0, 2.0, 0.5, 0, 1.0, 0.5, 0.0, 0.1, 0.6)
    for case in ("moons", "digits"):
        text = "\n".join(model.table(case, [[one, one]]))
        assert "asked 1.5" in text
        assert "violations" in text
        quick = "\n".join(model.table(case, [[one, one]], quick=True))
        assert not any(word in quick for word in ("expected", "asked 1.5", "inside", "OUTSIDE"))


def test_a_region_of_digits_is_larger_than_the_single_patterns_and_sound():
    network, x, domain = model.learned("digits", 0)
    region = ng.characterise(network, x[0], domain=domain, budget=12.0)
    assert region.volume() - region.pattern_volume >= np.log(model.LEAST)
    assert model.violations(network, region, seed=0, count=2000) == 0
    assert not model.left_by_pruning(network, region) < 0.0
    assert model.by_intervals(network, region) < region.volume()


def test_the_ball_of_a_certificate_is_where_the_answer_stays():
    graph = ng.topologies.complete(2, 4, 1, bias="neurons", seed=0)
    network = model.KEEP.project(ng.compile(graph, ng.dynamics.vector_field()))
    x0, report = np.array([0.3, 0.6]), ng.certify(network)
    radius = model.ball(report, x0)
    around = x0 + radius * np.random.default_rng(0).uniform(-0.999, 0.999, (500, 2))
    outputs = ng.settle(network, np.vstack([x0, around])).outputs[:, 0]
    assert radius > 0.0
    assert len(set((outputs > 0.5).tolist())) == 1
