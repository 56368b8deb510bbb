"""Parameters, further variables and boxes that cannot be: a named error each, and what is kept of those that can."""

import pytest

import neurograph as ng
from neurograph.equations.checked import checked_box, checked_parameters, checked_variables
from neurograph.errors import ExpressionError, ParameterError


@pytest.mark.parametrize(
    ("variables", "kind", "words"),
    [
        ({"s": "-s"}, ExpressionError, ["variable 's' cannot be used", "s, I, b"]),
        ({"tau": "-tau"}, ExpressionError, ["variable 'tau' cannot be used"]),
        ({"tanh": "s"}, ExpressionError, ["variable 'tanh' cannot be used"]),
        ({"not a name": "s"}, ExpressionError, ["variable 'not a name'", "identifier"]),
        ({1: "s"}, ExpressionError, ["variable 1 ", "identifier"]),
        ({"a": None}, ExpressionError, ["variable 'a' has the equation None", "'(s - a)/tau'"]),
        ({"a": "  "}, ExpressionError, ["variable 'a' has the equation"]),
        ({"a": "(s - c)/tau"}, ExpressionError, ["variable 'a'", "uses 'c'", "tau"]),
        ({"a": "f(s)"}, ExpressionError, ["variable 'a'", "calls 'f'"]),
        ("a", ParameterError, ["variables is 'a'", "mapping of names to equations"]),
        (["a"], ParameterError, ["variables is ['a']"]),
        (dict.fromkeys("acdef", "s"), ParameterError, ["5 names", "at most 4"]),
    ],
)
def test_variables_that_cannot_be_are_refused(variables, kind, words):
    with pytest.raises(kind) as caught:
        ng.Dynamics("-s + I", variables=variables, parameters={"tau": 1.0})
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize("box", [(1.0, 0.0), (0.0, 0.0), (0.0,), 3.0, ("low", "high"), (0.0, float("nan"))])
def test_an_empty_box_is_refused(box):
    with pytest.raises(ParameterError, match=r"expected \(low, high\) with low < high, or None"):
        checked_box(box)


def test_what_can_be_is_kept():
    assert checked_box(None) is None
    assert checked_box([0, 2]) == (0.0, 2.0)
    assert checked_parameters({"tau": 2, "gain": 1.5}, ("s",)) == (("gain", 1.5), ("tau", 2.0))
    assert checked_variables({"c": "s - c", "a": "c - a"}, ("s",)) == (("c", "s - c"), ("a", "c - a"))
    with pytest.raises(ExpressionError, match="parameter 's' cannot be used"):
        checked_parameters({"s": 1.0}, ("s",))
    with pytest.raises(ParameterError, match="parameters is 3"):
        checked_parameters(3, ())
