import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.neuron import Dynamics, pressed
from neurograph.errors import ExpressionError, ParameterError


def test_the_leak_is_found_where_the_drift_is_linear_in_s():
    assert ng.dynamics.deep("signed", extra_leak=0.5).leak(w_out=2.0, extra_leak=0.5) == 2.5
    assert ng.dynamics.vector_field().leak() == 1.0
    assert ng.dynamics.additive("tanh").leak() == 1.0
    assert Dynamics("-s**3 + I").leak is None
    assert Dynamics("-s*I").leak is None


def test_parameters_are_frozen_and_the_mapping_stays_the_users():
    given = {"tau": 2.0}
    dynamics = Dynamics("-s/tau + I", parameters=given)
    given["tau"] = 3.0
    assert dynamics.defaults == {"tau": 2.0}


@pytest.mark.parametrize(
    ("arguments", "error", "culprit"),
    [
        ({"drift": "-s + W"}, ExpressionError, "'W'"),
        ({"drift": "-s + I", "transfer": "I"}, ExpressionError, "'I'"),
        ({"drift": "-s + I", "box": (1.0, 0.0)}, ParameterError, "(1.0, 0.0)"),
        ({"drift": "-s + I", "box": (0.0,)}, ParameterError, "(0.0,)"),
        ({"drift": "-s + I", "parameters": {"s": 1.0}}, ExpressionError, "'s'"),
        ({"drift": "-s + I", "parameters": {"tanh": 1.0}}, ExpressionError, "'tanh'"),
        ({"drift": "-s + I", "parameters": {"a b": 1.0}}, ExpressionError, "'a b'"),
        ({"drift": "-s + I", "parameters": {"tau": float("nan")}}, ParameterError, "'tau'"),
        ({"drift": "-s + I", "parameters": {"tau": "fast"}}, ParameterError, "'fast'"),
        ({"drift": "-s + I", "parameters": "tau"}, ParameterError, "parameters is 'tau': expected a mapping of names"),
        ({"drift": "-s + I", "parameters": 0.5}, ParameterError, "parameters is 0.5: expected a mapping of names"),
    ],
)
def test_a_wrong_dynamics_is_refused_by_name(arguments, error, culprit):
    with pytest.raises(error) as caught:
        Dynamics(**arguments)
    assert culprit in str(caught.value)


def test_plain_values_that_are_no_dynamics_are_refused():
    with pytest.raises(ParameterError, match="keys"):
        Dynamics.from_dict({"drift": "-s"})


@pytest.mark.parametrize("box", [(0.0, 1.0), (-0.7, 0.3), (5.1, 6.2), (0.0, float("inf")), (-1e-9, 1e-9)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_state_is_pressed_against_its_bound_whatever_rounding_does_to_it(box, dtype):
    for end, side in zip(box, (-1, 1), strict=True):
        if np.isinf(end):
            continue
        unit = np.finfo(dtype).eps * max(min(box[1] - box[0], 1.0), abs(end))
        states = np.array([end, end - side * unit, end + side * unit], dtype)
        assert pressed(states, np.full(3, side * 0.8), *box).tolist() == [side] * 3
        assert pressed(states, np.full(3, -side * 0.8), *box).tolist() == [0] * 3
        assert pressed(states, np.zeros(3), *box).tolist() == [0] * 3
    inside = np.array([0.3 * box[0] + 0.7 * min(box[1], 10.0)], dtype)
    assert pressed(inside, np.array([9.0]), *box).tolist() == [0]


def test_a_state_that_decays_to_the_bound_is_not_pressed_against_it():
    states = np.array([1e-3, 1e-17, 1e-30, 1e-300])
    assert pressed(states, -20 * states, 0.0, 1.0).tolist() == [0] * 4


@pytest.mark.parametrize("box", [("a", "b"), (0.0,), (0.0, 1.0, 2.0), 1.0, (1.0, 0.0), (0.0, float("nan"))])
def test_a_box_is_two_numbers_the_first_the_lower(box):
    with pytest.raises(ParameterError, match=r"box is .*: expected \(low, high\) with low < high, or None"):
        Dynamics("-s", box=box)


def test_an_end_of_a_wide_box_is_met_as_nearly_as_one_of_a_narrow_box():
    unit = 4.0 * np.finfo(np.float64).eps
    for width in (1.0, 10.0):
        assert pressed([0.9 * unit, 1.1 * unit], [-1.0, -1.0], 0.0, width).tolist() == [-1, 0]


def test_a_notebook_typesets_every_dynamics():
    for one in (
        ng.dynamics.deep(),
        ng.dynamics.binary(),
        ng.dynamics.unitary(),
        Dynamics("-s", variables={"a": "s - a"}),
    ):
        assert one._repr_latex_() == rf"$\displaystyle {one.latex()}$"
