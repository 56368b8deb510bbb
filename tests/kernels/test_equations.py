"""The programs of a neuron and of a cost: those that are asked for, and no others."""

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS
from neurograph.kernels.equations import NAMES, equations


def made(dynamics, cost=None, *names):
    *programs, further = equations(dynamics, cost, frozenset(names))
    assert further == ()
    return {name for name, program in zip(NAMES, programs, strict=True) if program is not None}


def test_a_node_that_sends_its_state_needs_no_transfer():
    assert made(ng.dynamics.vector_field()) == {"drift"}
    assert made(ng.dynamics.hopfield()) == {"drift", "transfer"}


def test_a_leak_is_there_where_the_drift_is_linear_in_the_state():
    for make in DYNAMICS.values():
        dynamics = make()
        assert ("leak" in made(dynamics, None, "leak")) == (dynamics.leak is not None)


def test_slopes_come_where_they_are_asked_for():
    tanh = ng.dynamics.additive("tanh")
    assert made(tanh, None, "slope_s", "slope_I", "transfer_slope") == {"drift", "slope_s", "slope_I", "transfer_slope"}


def test_a_cost_with_a_normaliser_brings_what_its_shares_need():
    tanh = ng.dynamics.additive("tanh")
    assert made(tanh, ng.costs.squared_error()) == {"drift", "force"}
    assert made(tanh, ng.costs.cross_entropy()) == {"drift", "force", "normaliser"}
    assert made(tanh, ng.costs.cross_entropy(), "force_slope") == {
        "drift", "force", "normaliser", "force_slope", "force_coupling", "normaliser_slope",
    }  # fmt: skip


def test_each_further_variable_has_a_drift_and_what_s_has():
    adapting = ng.Dynamics("-s + tanh(I - a - c)", variables={"a": "s - a", "c": "I - c**3"})
    *_, further = equations(adapting, None, frozenset({"slope_s"}))
    assert [[one is not None for one in programs] for programs in further] == [[True, False, True]] * 2
    linear = ng.Dynamics("-s + tanh(I - a)", variables={"a": "s - a"})
    assert [one is not None for one in equations(linear, None, frozenset({"leak"}))[-1][0]] == [True, True, False]


def test_the_same_equations_are_the_same_programs():
    one, other = (equations(ng.dynamics.additive("tanh"), ng.costs.squared_error(), frozenset()) for _ in range(2))
    assert one is other
