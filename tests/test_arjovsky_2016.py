"""Unitary evolution networks: the checks of the model, its rival, and short runs."""

import numpy as np
import pytest

import neurograph as ng
from models import arjovsky_2016
from models.arjovsky_2016 import ADDING, ASKED, COPYING, MOST
from neurograph.simulation.turning import Turning


@pytest.fixture(scope="module")
def trained():
    return arjovsky_2016.learn(COPYING, 0, updates=80)


def test_every_check_is_within_what_is_asked(trained):
    found = arjovsky_2016.checks(7, trained)
    assert found.keys() == ASKED.keys()
    for name, value in found.items():
        assert value <= ASKED[name], name


def test_after_80_updates_symbols_are_recalled_far_better_than_by_chance(trained):
    x, y = arjovsky_2016.samples(COPYING, 100, np.random.default_rng(5))
    found = arjovsky_2016.judged(COPYING, ng.simulate(trained, x).outputs, y)
    assert found.keys() == MOST[COPYING].keys()
    assert found["cross-entropy"] < 10 * np.log(8) / 120
    assert found["1 - recall"] < 0.6
    assert arjovsky_2016.score(COPYING, found) == 1.0 - found["1 - recall"]


@pytest.mark.parametrize("case", MOST)
def test_the_rival_has_as_many_parameters(case):
    network = arjovsky_2016.build(0, case)
    count = arjovsky_2016.parameters_of(network)
    assert count == Turning.of(network).size
    model = arjovsky_2016.rival(case, 0, updates=1)
    own = sum(part.size for part in model.parts.values())
    bigger = model.units + 1
    ends = len(network.inputs) + len(network.outputs)
    assert own <= count < bigger * (bigger + ends + 1) + len(network.outputs)


def test_the_rival_has_the_gradient_of_central_differences():
    model = arjovsky_2016.TanhNetwork(0, 2, 3, 60)
    rng, cost = np.random.default_rng(0), ng.costs.cross_entropy()
    x, y = rng.normal(size=(2, 6, 2)), rng.dirichlet(np.ones(3), (2, 4))

    def value():
        return cost.mean(model.outputs(x)[:, -4:].reshape(-1, 3), y.reshape(-1, 3))

    for name, slopes in model.slopes(x, y, cost).items():
        part = model.parts[name]
        for place in np.ndindex(part.shape):
            kept, ends = part[place], []
            for bump in (1e-6, -1e-6):
                part[place] = kept + bump
                ends.append(value())
            part[place] = kept
            assert slopes[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_the_table_says_what_is_asked():
    found = [{"mean squared error": 0.05}, {"mean squared error": 0.07}]
    others = [{"mean squared error": 0.17}]
    (line,) = arjovsky_2016.summary(ADDING, found, others)
    assert line.split() == ["mean", "squared", "error", "<=", "0.08", "0.0600", "yes", "0.1700"]
    assert len(line) <= 80
    assert "NO" in arjovsky_2016.summary(ADDING, others, found)[0]
    (quick,) = arjovsky_2016.summary(ADDING, found, others, quick=True)
    assert quick.split() == ["mean", "squared", "error", "-", "0.0600", "-", "0.1700"]


def test_what_is_expected_is_of_every_task():
    assert set(arjovsky_2016.EXPECTED) == set(MOST)
