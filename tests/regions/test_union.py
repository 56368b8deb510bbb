import json

import numpy as np
import pytest

import neurograph as ng
from tests.regions.networks import network


def test_a_union_holds_what_each_of_its_regions_holds():
    net = network("relu", False, seed=3)
    starts = np.array([[0.2, 0.3], [0.45, 0.55], [0.7, 0.8]])
    regions = [ng.characterise(net, x, release=False, budget=20.0) for x in starts]
    words = regions[0].inequalities.words
    regions = [one for one in regions if one.inequalities.words == words]
    both = ng.regions.union(regions)
    x = np.random.default_rng(0).uniform(size=(500, 2))
    assert np.array_equal(both.contains(x), np.any([one.contains(x) for one in regions], axis=0))
    assert both.volume() >= max(one.volume() for one in regions) - 1e-12
    assert both.recheck(net)
    assert len(json.loads(both.to_json())["regions"]) == len(regions)
    assert "regions" in repr(both)


def test_what_does_not_go_together_is_refused():
    one = ng.characterise(network("relu", False, seed=3), [0.4, 0.5], release=False, budget=20.0)
    other = ng.characterise(network("relu", False, seed=4), [0.4, 0.5], release=False, budget=20.0)
    low = ng.characterise(
        network("relu", False, seed=3), [0.4, 0.5], release=False, budget=20.0, prove=ng.regions.bound("y0", most=99.0)
    )
    with pytest.raises(ng.ParameterError, match=r"regions\[1\] is of another network"):
        ng.regions.union([one, other])
    with pytest.raises(ng.ParameterError, match=r"regions\[1\] proves .* expected the same"):
        ng.regions.union([one, low])
    for wrong in ([], one, [3]):
        with pytest.raises(ng.ParameterError, match="expected a list of InputRegions"):
            ng.regions.union(wrong)
    with pytest.raises(ng.ParameterError, match="at most 16"):
        ng.regions.union([one] * 17).volume()
