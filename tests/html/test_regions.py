import re

import numpy as np
import pytest

import neurograph as ng
from neurograph.html.page import page
from neurograph.html.regions import COLOURS, EDGE, SIDE, regions
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


def test_each_cell_is_shaded_by_its_answer():
    net = decided("clip", False, 2)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    low, high = (np.array([end[k] for end in (*region.box, *region.domain, region.x0)]) for k in (0, 1))
    ends = np.array([[low.min(), low.max()], [high.min(), high.max()]])
    drawn = re.findall(r'<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)" fill="(#\w+)"', regions([region]))
    area = sum(float(width) * float(height) for _, _, width, height, _ in drawn)
    assert area == pytest.approx((SIDE - 2 * EDGE) ** 2)
    for left, top, width, height, colour in drawn[:: max(1, len(drawn) // 20)]:
        share = np.array([float(left) + float(width) / 2 - EDGE, SIDE - EDGE - float(top) - float(height) / 2])
        point = ends[:, 0] + share / (SIDE - 2 * EDGE) * (ends[:, 1] - ends[:, 0])
        outputs = ng.settle(net, [point]).outputs[0]
        answer = int(outputs[0] > 0.5) if outputs.size == 1 else int(outputs.argmax())
        assert colour == COLOURS[answer]


def test_regions_of_another_network_or_none_at_all_are_refused():
    net = decided("clip", False, 2)
    region = ng.characterise(net, [0.45, 0.55], release=False, budget=20.0)
    with pytest.raises(ng.ParameterError, match=r"regions\[0\] is of another network"):
        page(network("clip", False, seed=9), regions=[region])
    with pytest.raises(ng.ParameterError, match="no list of regions"):
        page(net, regions=region)
