"""Compression: the model's data, a short run of each part, and its tables."""

import numpy as np
import pytest

import neurograph as ng
from models import marino_2021
from models.marino_2021 import CODED, DATA, EXPECTED, FORMS, HEADER, PRUNED, WAYS, Cell

QUICK = {"pruned": (0, 90), "ways": [("none", 0), ("sharing", 8), ("probabilistic", 8)], "epochs": 4}


@pytest.mark.parametrize("name", DATA)
def test_the_data_are_two_classifications_and_two_regressions(name):
    split = marino_2021.data(name)
    network = marino_2021.build(name, 0)
    assert len(network.inputs) == split.x.shape[1] == split.x_test.shape[1]
    if name in marino_2021.REGRESSIONS:
        assert split.y.std() == pytest.approx(1.0)
        assert len(network.outputs) == 1
        ignorant = float(np.sqrt(np.mean(split.y_test**2)))  # who always answers the mean
        assert marino_2021.score(name, network) > 0.8 * ignorant
    else:
        assert len(network.outputs) == len(set(split.y.tolist()))
    layers = marino_2021.layers(network)
    assert [len(layer) for layer in layers] == [len(network.inputs), 100, 50, len(network.outputs)]
    assert ng.compression_report(network, layers).float32["dense"] == 4 * network.weights.size + 24


@pytest.mark.parametrize("name", ["breast cancer", "friedman"])
def test_a_quick_run_prunes_quantises_and_measures(name):
    found = marino_2021.cells(name, 0, **QUICK)
    assert list(found) == [(share, *way) for share in QUICK["pruned"] for way in QUICK["ways"]]
    for (share, method, _), cell in found.items():
        better = cell.score < 0.9 if name in marino_2021.REGRESSIONS else cell.score > 0.85
        assert better, (share, method)
        assert set(FORMS) <= set(cell.bytes)
    for way in QUICK["ways"]:
        assert found[90, *way].bytes["CSR"] < 0.13 * found[0, *way].bytes["CSR"]
    assert found[0, "sharing", 8].bytes["HAM"] < found[0, "none", 0].bytes["dense"] / 8
    assert found[90, "sharing", 8].bytes["packed"] < found[90, "none", 0].bytes["packed"] / 3
    rows = list(marino_2021.table(name, [found]))
    assert f"dense float32 {found[0, 'none', 0].bytes['dense']} bytes" in rows[0]
    assert all(len(row) <= 80 for row in rows)


def test_the_smallest_network_of_a_short_run_is_a_hundred_times_smaller():
    """With 60 hidden neurons and two epochs a phase, what it is accurate to is not asked: the bytes are."""
    found = marino_2021.smallest(0, epochs=4, hidden=(120, 60))
    assert set(found) == set(marino_2021.BARS) == set(marino_2021.SMALLEST)
    assert found["times smaller"] > 40.0
    assert abs(found["accuracy lost"]) < 0.3


def test_random_rounding_is_unbiased():
    assert marino_2021.deviation(3, draws=200) <= marino_2021.STANDARD_ERRORS


def test_every_row_that_is_expected_can_be_written():
    assert set(EXPECTED) == {(name, share, *way) for name in DATA for share in PRUNED for way in WAYS}
    sizes = dict.fromkeys(("dense", "CSC", *FORMS), 123456)
    for (name, *key), mean in EXPECTED.items():
        cell = Cell(mean.mean, sizes | {"zlib": 99999})
        row = marino_2021.line(tuple(key), mean, [cell] * 5)
        assert len(row) == len(HEADER) <= 80, name
        assert row.count("*") == len(CODED)
        assert "!" not in row
    assert "!" in marino_2021.line(tuple(key), mean, [Cell(mean.mean + 1.0, sizes), Cell(mean.mean + 1.001, sizes)])
    assert "*" not in marino_2021.line(tuple(key), None, [Cell(0.5, sizes | {"packed": 1, "HAM": 1, "sHAM": 1})])


def test_the_bars_are_what_is_expected():
    lost, times = (marino_2021.SMALLEST[name].mean for name in ("accuracy lost", "times smaller"))
    assert lost <= marino_2021.BARS["accuracy lost"]
    assert times >= marino_2021.BARS["times smaller"]
