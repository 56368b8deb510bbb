"""Variational probability flow: the checks of the model, every row of its table from one seed, its experiment."""

import numpy as np
import pytest

import neurograph as ng
from models import liu_2017
from models.expected import Mean


@pytest.mark.parametrize("seed", [7, 8])
def test_the_sampler_is_that_of_the_energy(seed):
    found = liu_2017.checks(seed)
    assert found.keys() == liu_2017.ASKED.keys()
    for name, value in found.items():
        assert value <= liu_2017.ASKED[name], name


@pytest.mark.parametrize("case", liu_2017.EXPECTED)
def test_each_row_gives_what_is_expected_and_reaches_its_bar(case):
    found = liu_2017.measured(case, 20)
    expected = liu_2017.EXPECTED[case]
    assert abs(found - expected.mean) <= 8.0 * expected.std
    if case in liu_2017.BARS:
        better = found <= liu_2017.BARS[case] if case.startswith("infill") else found >= liu_2017.BARS[case]
        assert better
    written = liu_2017.row(case, expected, np.array([found, found]))
    assert len(written) <= 80
    assert "NO" not in written


def test_a_bar_that_is_missed_is_said():
    assert "NO" in liu_2017.row("infill, VPF", Mean(0.2, 0.1, 10), np.array([0.2, 0.21]))
    assert "NO" in liu_2017.row("recovery, correlation", Mean(0.2, 0.1, 10), np.array([0.9, 0.98]))


def test_bars_and_stripes_of_three_by_three_are_fourteen_and_of_four_by_four_thirty():
    assert len(liu_2017.bars_and_stripes()) == 14
    assert len(liu_2017.bars_and_stripes(4)) == 30
    assert -np.log(30) < -2.85 < -np.log(14)  # a likelihood of 30 patterns cannot be above the first


def test_the_machines_are_what_they_are_called():
    plain, joined = liu_2017.build(0), liu_2017.build(0, hidden_edges=True)
    assert len(plain.outputs) == 64
    assert plain.weights.size == 2 * (64 * 63 // 2 + 64 * 32)
    assert joined.weights.size == 96 * 95
    assert liu_2017.teacher(3).weights.size == 36


def test_a_path_of_a_directed_teacher_takes_both_terms():
    correlation, asymmetry = liu_2017.asymmetric(20)
    assert correlation > 0.98
    assert asymmetry < 0.1
    symmetric, directed = liu_2017.flip_terms(20, directed=False), liu_2017.flip_terms(20, directed=True)
    assert symmetric["flow"] > 0.95
    assert directed["both"] > 0.98
    assert directed["both"] > max(directed["flow"], directed["flips"]) + 0.05


def test_images_keep_the_half_that_is_given():
    x = ng.tasks.digits().x_test[:3]
    filled = liu_2017.filled(liu_2017.build(0), x, 0)
    assert np.array_equal(filled[:, :32], x[:, :32] >= 0.5)
