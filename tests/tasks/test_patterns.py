import dataclasses
import itertools
import math
import sys

import numpy as np
import pytest

import neurograph as ng
from neurograph import tasks

DRAWN = {"moons": tasks.moons, "circles": tasks.circles}


def distance_to_arc(point, centre, start, turn):
    """How far a point is from an arc of radius 1, by trying 3600 points of it."""
    angles = start + turn * np.linspace(0.0, 1.0, 3600)
    return np.hypot(*(point[:, None] - (centre + np.stack([np.cos(angles), np.sin(angles)], -1)).T[:, :, None])).min(0)


@pytest.mark.parametrize("bits", range(1, 7))
def test_parity_is_a_chain_of_xor(bits):
    x, y = tasks.parity(bits)
    patterns = list(itertools.product([0.0, 1.0], repeat=bits))
    odd = []
    for pattern in patterns:
        answer = False
        for bit in pattern:
            answer ^= bool(bit)
        odd.append([float(answer)])
    assert x.tolist() == [list(pattern) for pattern in patterns]
    assert y.tolist() == odd
    assert x.dtype == y.dtype == np.float64


@pytest.mark.parametrize(("name", "bits"), [("identity", 1), ("xor", 2)])
@pytest.mark.parametrize("one_hot", [False, True])
def test_parity_of_one_bit_is_identity_and_of_two_xor(name, bits, one_hot):
    for ours, theirs in zip(tasks.parity(bits, one_hot), tasks.logic(name, one_hot), strict=True):
        assert np.array_equal(ours, theirs)


def test_the_truth_tables_are_those_of_pythons_operators():
    for name, operator in {"xor": lambda a, b: a ^ b, "and": lambda a, b: a & b, "or": lambda a, b: a | b}.items():
        x, y = tasks.logic(name)
        assert y.ravel().tolist() == [operator(bool(a), bool(b)) for a, b in x]
    assert tasks.logic("not")[1].ravel().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "draw",
    [lambda hot: tasks.parity(4, hot), *(lambda hot, f=f: f(31, one_hot=hot, seed=7) for f in DRAWN.values())],
)
def test_one_hot_is_one_at_the_class(draw):
    (x, y), (same, hot) = draw(False), draw(True)
    assert np.array_equal(x, same)
    assert np.array_equal(hot, np.eye(2)[y.ravel().astype(int)])


def test_moons_without_noise_lie_on_their_half_circles():
    x, y = tasks.moons(samples=400, noise=0.0, seed=0)
    plane = x * [3.0, 1.5] + [-1.0, -0.5]
    lower = y.ravel() == 1
    assert distance_to_arc(plane[~lower].T, np.zeros(2), 0.0, math.pi).max() < 1e-3
    assert distance_to_arc(plane[lower].T, np.array([1.0, 0.5]), math.pi, math.pi).max() < 1e-3
    assert x.min(axis=0) == pytest.approx([0, 0], abs=2e-3)
    assert x.max(axis=0) == pytest.approx([1, 1], abs=2e-3)
    assert -1e-12 < x.min() < x.max() < 1 + 1e-12
    assert min(np.hypot(*(a - b)) for a in plane[lower] for b in plane[~lower]) > 0.4


@pytest.mark.parametrize("factor", [0.0, 0.3, 0.9])
def test_circles_without_noise_have_two_radii(factor):
    x, y = tasks.circles(samples=400, noise=0.0, factor=factor, seed=0)
    radius = np.hypot(*(x - 0.5).T)
    assert radius == pytest.approx(np.where(y.ravel() == 1, factor / 2, 0.5), abs=1e-12)
    outer = x[y.ravel() == 0]
    assert [np.sum((outer > 0.5) @ [2, 1] == k) for k in range(4)] == pytest.approx([50] * 4, abs=20)


@pytest.mark.parametrize(("draw", "scale"), [(tasks.moons, (3.0, 1.5)), (tasks.circles, (2.0, 2.0))])
def test_noise_is_what_it_says_before_scaling(draw, scale):
    clean, noisy = (draw(samples=4000, noise=noise, seed=3)[0] for noise in (0.0, 0.2))
    jitter = (noisy - clean) * scale
    assert jitter.std(axis=0) == pytest.approx([0.2, 0.2], rel=0.05)
    assert jitter.mean(axis=0) == pytest.approx([0.0, 0.0], abs=0.02)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("samples", [2, 3, 200])
def test_classes_have_equal_shares_in_an_order_drawn_from_the_seed(draw, samples):
    x, y = draw(samples=samples, seed=5)
    assert x.shape == (samples, 2)
    assert y.sum() == samples // 2
    assert all(np.array_equal(a, b) for a, b in zip((x, y), draw(samples=samples, seed=5), strict=True))
    assert not np.array_equal(x, draw(samples=samples, seed=6)[0])
    assert not np.array_equal(x, draw(samples=samples)[0])
    rng = np.random.default_rng(5)
    assert np.array_equal(x, draw(samples=samples, seed=rng)[0])
    assert not np.array_equal(x, draw(samples=samples, seed=rng)[0])


def test_neighbours_in_the_list_are_not_of_alternating_classes():
    _, y = tasks.moons(samples=200, seed=0)
    assert 30 < y[::2].sum() < 70


def test_digits_are_split_as_promised():
    split = tasks.digits()
    assert split.x_train.shape == (1437, 64)
    assert split.x_test.shape == (360, 64)
    assert split.y_train.shape == (1437,)
    assert split.y_test.shape == (360,)
    assert split.y_train.dtype == np.int64
    assert split.x_train.min() == split.x_test.min() == 0.0
    assert split.x_train.max() == split.x_test.max() == 1.0
    whole, part = (
        np.bincount(labels, minlength=10) for labels in (np.append(split.y_train, split.y_test), split.y_test)
    )
    assert np.all(np.abs(part - whole * 360 / 1797) < 1.0)


def test_digits_of_both_parts_are_all_of_scikit_learns():
    from sklearn.datasets import load_digits

    split = tasks.digits(seed=4)
    pixels, labels = load_digits(return_X_y=True)
    rows = np.column_stack([np.vstack([split.x_train, split.x_test]) * 16, np.append(split.y_train, split.y_test)])
    given = np.column_stack([pixels, labels])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, given))


def test_a_seed_is_a_split():
    first, again, other = tasks.digits(0), tasks.digits(seed=0), tasks.digits(1)
    assert np.array_equal(first.x_test, again.x_test)
    assert np.array_equal(first.y_train, again.y_train)
    assert not np.array_equal(first.x_test, other.x_test)
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.x_test = other.x_test


def test_without_scikit_learn_one_sentence_names_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ng.MissingPackageError, match=r'scikit-learn.*pip install "neurograph-simulator\[sklearn\]"'):
        tasks.digits()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tasks.parity(0), r"bits is 0: expected a whole number >= 1"),
        (lambda: tasks.parity(17), r"bits is 17: expected a whole number from 1 to 16"),
        (lambda: tasks.parity(2.0), r"bits is 2\.0: expected a whole"),
        (lambda: tasks.parity(True), r"bits is True: expected a whole"),
        (lambda: tasks.parity(3, one_hot=1), r"one_hot is 1: expected True or False"),
        (lambda: tasks.moons(1), r"samples is 1: expected a whole number >= 2, one for each class"),
        (lambda: tasks.moons(noise=-0.1), r"noise is -0\.1: .*>= 0"),
        (lambda: tasks.moons(seed=-1), r"seed is -1: .*>= 0"),
        (lambda: tasks.moons(one_hot="yes"), r"one_hot is 'yes'"),
        (lambda: tasks.circles(samples=2.5), r"samples is 2\.5"),
        (lambda: tasks.circles(noise=math.nan), r"noise is nan"),
        (lambda: tasks.circles(factor=1.0), r"factor is 1\.0: expected a finite number >= 0 and < 1"),
        (lambda: tasks.circles(factor=-0.5), r"factor is -0\.5"),
        (lambda: tasks.digits(seed=-1), r"seed is -1"),
        (lambda: tasks.digits(seed=2**32), r"seed is 4294967296: expected a whole number from 0 to 4294967295"),
        (lambda: tasks.digits(seed=None), r"seed is None: expected a whole number >= 0"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(call, message):
    with pytest.raises(ng.ParameterError, match=message):
        call()
