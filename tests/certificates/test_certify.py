"""What certify() refuses."""

from __future__ import annotations

import numpy as np
import pytest

from neurograph.certificates import Theorem, certify
from neurograph.equations.costs import Cost, cross_entropy, squared_error
from neurograph.errors import DataError, ParameterError
from neurograph.solvers.settle import settle
from tests.certificates.networks import LEAKY, network


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"phase": "clamped"}, "phase is 'clamped': expected 'free', 'nudged' or 'transposed'"),
        ({"beta": 1.0}, "beta is 1.0, but phase is 'free'"),
        ({"x": [[0.0]], "y": [[0.0]]}, "y is given, but phase is 'free'"),
        ({"phase": "nudged"}, "beta is 0"),
        ({"phase": "nudged", "beta": np.nan}, "beta is nan"),
        ({"phase": "nudged", "beta": 1.0, "x": [[0.0]]}, "x is given without y"),
        ({"phase": "nudged", "beta": 1.0, "y": [[0.0]]}, "y is given without x"),
        ({"cost": squared_error()}, "cost is given, but phase is 'free'"),
        ({"cost": "squared", "phase": "nudged", "beta": 1.0}, "cost is 'squared': expected one of"),
        ({"cost": cross_entropy(), "phase": "nudged", "beta": 1.0}, r"cost is cross_entropy.*expected a\(y\) - s"),
        ({"cost": Cost("(y - s)**2"), "phase": "nudged", "beta": 1.0}, "a factor of it belongs into beta"),
        ({"dt": 0.0}, "dt is 0.0"),
        ({"dt": np.inf}, "dt is inf"),
        ({"dt": "a"}, "dt is 'a': expected a finite number > 0, or None"),
        ({"phase": "nudged", "beta": "1"}, "beta is '1': expected a finite number"),
        ({"beta": [1.0]}, r"beta is \[1.0\]: expected a finite number"),
    ],
)
def test_arguments_that_do_not_go_together_are_named(options, words):
    with pytest.raises(ParameterError, match=words):
        certify(network([[0.0]], LEAKY), **options)


def test_data_and_network_are_checked():
    net = network([[0.0]], LEAKY)
    with pytest.raises(DataError, match="x has shape"):
        certify(net, [[1.0, 2.0]])
    with pytest.raises(DataError, match="y has shape"):
        certify(net, [[1.0]], y=[[1.0, 2.0]], phase="nudged", beta=1.0)
    with pytest.raises(ParameterError, match="expected a Network"):
        certify(net.to_graph())


def test_a_cost_of_ones_own_is_certified_at_the_equilibria_that_it_nudges_to():
    """The force tanh(y) - s: the invariant box, and what is proved of it, hold the states that settle() finds."""
    cost = Cost("s*s/2 - s*tanh(y)")
    net = network([[0.0, 0.5], [-0.5, 0.0]], LEAKY)
    x, y, beta = np.array([[0.3], [0.8]]), np.array([[2.0], [-1.0]]), 0.7
    options = {"phase": "nudged", "beta": beta, "y": y, "budget": 300.0}
    report, plain = certify(net, x, cost=cost, **options), certify(net, x, **options | {"y": np.tanh(y)})
    assert [(one.name, one.verdict, one.rate) for one in report] == [(one.name, one.verdict, one.rate) for one in plain]
    settled = settle(net, x, y=y, beta=beta, cost=cost)
    for sample, state in enumerate(settled.state):
        assert report["gershgorin"].function(sample).equilibrium == pytest.approx(state, abs=1e-5)


def test_a_bar_names_the_theorem_that_is_asked_and_leaves_nothing(capsys):
    certify(network([[0.0, 0.2], [0.3, 0.0]], LEAKY), progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "gershgorin: " in err
    assert "diagonal_lyapunov: " in err
    assert err.endswith("\r")
    assert err.rstrip("\r").rpartition("\r")[2].strip() == ""
    certify(network([[0.0, 0.2], [0.3, 0.0]], LEAKY))
    assert capsys.readouterr() == ("", "")


def test_the_budget_is_that_of_the_whole_call_and_what_is_left_goes_to_later_theorems(monkeypatch):
    given, answer = [], Theorem.answer

    def recorded(theorem, system, seconds, earlier=None):
        given.append(seconds)
        return answer(theorem, system, seconds, earlier)

    monkeypatch.setattr(Theorem, "answer", recorded)
    net = network([[0.0, 0.2], [0.3, 0.0]], LEAKY)
    report = certify(net, budget=1e5)
    assert given[0] == pytest.approx(1e5 / len(report.certificates), rel=1e-3)
    assert given == sorted(given)
    assert given[-1] == pytest.approx(1e5, rel=1e-2)
    said = certify(net, budget=1e-9)["m_matrix"].statement
    assert "its share of the budget" in said
    assert "certify(..., budget=4e-09) gives more" in said
