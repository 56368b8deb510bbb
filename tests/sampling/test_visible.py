import numpy as np
import pytest

import neurograph as ng
from neurograph.sampling.visible import binary_values, checked_visible
from tests.sampling.networks import machine


def test_numbers_in_between_are_drawn_and_the_others_stay():
    x = np.array([[0.0, 1.0, np.nan, 0.5]] * 2000)
    drawn = binary_values(x, np.random.default_rng(0))
    assert np.array_equal(drawn[:, :2], x[:, :2])
    assert np.isnan(drawn[:, 2]).all()
    assert set(drawn[:, 3]) == {0.0, 1.0}
    assert drawn[:, 3].mean() == pytest.approx(0.5, abs=0.05)


def test_whole_numbers_draw_nothing():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    binary_values(np.array([[0.0, 1.0]]), rng)
    assert rng.bit_generator.state == before


def test_missing_numbers_may_be_refused():
    with pytest.raises(ng.DataError, match=r"x\[0, 1\].*is nan: expected 0, 1, or a chance"):
        checked_visible(machine(2), [[0.0, np.nan]], missing=False)


@pytest.mark.parametrize("chance", [0.1, 0.5, 0.97])
def test_a_number_in_between_is_the_chance_of_a_1(chance):
    drawn = binary_values(np.full((40000, 1), chance), np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(chance, abs=4.0 * (chance * (1.0 - chance) / 40000) ** 0.5)


def test_complex_numbers_are_refused_though_their_imaginary_parts_are_0():
    x = np.array([[1.0 + 0j, 0.0]])
    for call in (ng.sample, ng.train, ng.exact_distribution, ng.log_likelihood):
        with pytest.raises(ng.DataError, match="x cannot be read as numbers: expected"):
            call(machine(2), x)
