import numpy as np
import pytest

import neurograph as ng
from neurograph.regions import bound, decision, linear
from tests.regions.networks import network

OUTPUTS = np.array([0.7, 0.2])


def test_the_decision_is_that_the_largest_output_stays_the_largest():
    net = network("clip", False)
    found = decision().on(net, OUTPUTS)
    assert found.rows.tolist() == [[1.0, -1.0]]
    assert found.at(OUTPUTS) == pytest.approx([0.5])
    assert found.words == ("y0 > y1",)


@pytest.mark.parametrize(("value", "word"), [(0.7, "y0 > 0.5"), (0.2, "y0 < 0.5")])
def test_the_decision_of_a_single_output_is_its_side_of_a_half(value, word):
    found = decision().on(network("clip", False, outputs=1), np.array([value]))
    assert found.words == (word,)
    assert found.at([value]) == pytest.approx([abs(value - 0.5)])


def test_bounds_and_linear_inequalities_are_rows_of_the_outputs():
    net = network("clip", False)
    assert bound("y1", most=0.25).on(net, OUTPUTS).at(OUTPUTS) == pytest.approx([0.05])
    assert bound("y0", least=0.3).on(net, OUTPUTS).at(OUTPUTS) == pytest.approx([0.4])
    assert linear({"y0": 2.0, "y1": -1.0}, 0.5).on(net, OUTPUTS).at(OUTPUTS) == pytest.approx([0.7])


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: bound("y0"), "least is None and most is None"),
        (lambda: bound("y0", least=0.1, most=0.3), "expected one of the two"),
        (lambda: bound("y0", least=np.nan), "least is nan"),
        (lambda: linear({}), "weights is {}"),
        (lambda: linear({"y0": np.inf}), "is inf"),
        (lambda: bound("h0", least=0.1).on(network("clip", False), OUTPUTS), "names 'h0', which is no output"),
    ],
)
def test_what_is_no_property_is_refused(made, words):
    with pytest.raises(ng.ParameterError, match=words):
        made()
