import pytest

import neurograph as ng
from neurograph.html.page import page
from neurograph.html.regions import regions
from tests.regions.networks import decided, network


def test_the_page_shows_what_is_proved_and_the_neurons_that_stay():
    net = decided("clip", False, 2)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    text = page(net, regions=[region])
    assert regions([region]) in text
    for label, piece in region.pattern.items():
        assert f"{label} {piece}" in text
    assert "<rect " in text
    assert region.digest in text
    assert page(net) == page(net, regions=[])


def test_regions_of_another_network_or_none_at_all_are_refused():
    net = decided("clip", False, 2)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    with pytest.raises(ng.ParameterError, match=r"regions\[0\] is of another network"):
        page(network("clip", False, seed=9), regions=[region])
    with pytest.raises(ng.ParameterError, match="no list of regions"):
        page(net, regions=region)
