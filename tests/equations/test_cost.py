"""A cost of one's own: what its equations may be, and what follows from them."""

import pytest

import neurograph as ng
from neurograph.equations.costs import Cost, squared_error


def test_a_cost_that_cannot_be_is_refused():
    with pytest.raises(ng.ExpressionError, match="target"):
        Cost("(target - s)**2")
    with pytest.raises(ng.ParameterError, match="force is missing"):
        Cost("-y*log_share", normaliser="s")
    with pytest.raises(ng.ExpressionError, match="log_share"):
        Cost("-y*log_share")
    with pytest.raises(ng.ExpressionError, match="'y' cannot be used"):
        Cost("(y - s)**2", parameters={"y": 1.0})
    with pytest.raises(ng.ParameterError, match="has no shares"):
        squared_error().answer_shares([[1.0]])


WRONG = {
    "the sign": ({"value": "(y - s)**2/2", "force": "s - y"}, r"force is 's - y', .* value .*, -0.11; leave force"),
    "a factor": ({"value": "R*(y - s)**2/2", "force": "y - s", "parameters": {"R": 1.01}}, "leave force out"),
    "a parameter": (
        {"value": "-y*log_share", "force": "y - exp(log_share)", "normaliser": "2*s", "shares": True},
        "force is 'y - exp.log_share.', .*; mend one of the two",
    ),
    "targets that need not be shares": (
        {"value": "-y*log_share", "force": "y - exp(log_share)", "normaliser": "s"}, r"targets \[-0.4, 1.1, -0.7\]"
    ),
    "only where s is above 1": ({"value": "relu(s - 1)", "force": "0*s"}, "force is '0.s'"),
    "only in (0, 1)": ({"value": "-y*log(s)", "force": "1/s"}, "force is '1/s'"),
    "a bound too small": (
        {"value": "-y*log_share", "force": "y - exp(log_share)", "normaliser": "s", "curvature": "0.24",
         "shares": True},
        "curvature is '0.24', that is 0.24: expected a bound .* reach 0.25 on output 0 at the outputs .*; enlarge it",
    ),
    "a bound that is none": ({"value": "(y - s)**2/2", "force": "y - s", "curvature": "-1"}, "curvature is '-1'"),
}  # fmt: skip


@pytest.mark.parametrize(("cost", "message"), WRONG.values(), ids=WRONG)
def test_a_force_or_curvature_that_the_value_does_not_have_is_refused(cost, message):
    with pytest.raises(ng.ParameterError, match=message):
        Cost(**cost)


@pytest.mark.parametrize("right", [
    {"value": "-y*log(s) - (1 - y)*log(1 - s)", "force": "y/s - (1 - y)/(1 - s)"},
    {"value": "abs(y - s)", "force": "sign(y - s)"},
    {"value": "(y - s)**20", "force": "20*(y - s)**19"},
    {"value": "exp(30*s)", "force": "-30*exp(30*s)"},
    {"value": "R*(y - s)**2/2", "force": "R*(y - s)", "parameters": {"R": 1e-9}},
    {"value": "R*(y - s)**2/2", "force": "R*(y - s)", "parameters": {"R": 1e9}},
    {"value": "-y*log_share + s**2", "force": "y - exp(log_share) - 2*s", "normaliser": "s", "shares": True},
], ids=lambda cost: cost["value"])  # fmt: skip
def test_a_force_that_is_the_values_is_taken(right):
    assert Cost(**right).force == right["force"]
