import re

import numpy as np
import pytest

import neurograph as ng
from neurograph.learning.rule import SAMPLED, Rule
from neurograph.learning.rules import ONLINE_RULES, RULES


def test_a_sampled_rule_sees_its_two_ends_in_the_phases_that_it_names():
    assert ng.rules.variational_probability_flow().phases == ()
    assert ng.rules.contrastive_divergence(2).phases == ("model",)
    assert not ng.rules.contrastive_divergence().nudged
    assert set(ng.rules.minimum_probability_flow().expression.symbols) < set(SAMPLED)


def test_what_is_not_at_its_ends_is_refused():
    with pytest.raises(ng.LocalityError, match="a sampled rule uses 'energy'"):
        ng.Rule("pre_data*energy", kind="sampled")
    with pytest.raises(ng.LocalityError, match="a readout rule uses 'pre_data'"):
        ng.Rule("pre_data*post_free")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "drawn"}, "kind is 'drawn'"),
        ({"kind": "sampled", "average": True}, "average is True for a sampled rule"),
        ({"kind": "sampled", "sweeps": 0}, "sweeps is 0"),
        ({"kind": "sampled", "transposed": True}, "transposed is True"),
    ],
)
def test_wrong_arguments_are_refused(options, words):
    with pytest.raises(ng.ParameterError, match=words):
        ng.Rule("pre_data*post_data", **options)


def test_sweeps_are_of_sampled_rules_alone():
    with pytest.raises(ng.ParameterError, match="sweeps is 2 for a readout rule"):
        ng.Rule("pre_free", sweeps=2)


@pytest.mark.parametrize("a", [-2.0, 3.0, 0.0, -1e-7])
def test_a_number_stands_for_its_name_with_its_sign(a):
    pre = np.array([0.5, 2.0])
    for text in ("a*pre", "a**2*pre", "pre**a", "pre - a", "-a*pre", "pre/(1 + a**2)"):
        found = Rule(text, parameters={"a": a}).expression(pre=pre)
        assert np.array_equal(found, eval(text, {"a": a, "pre": pre})), text


def test_a_third_factor_alone_makes_a_rule_online():
    assert Rule("modulator*w").kind == "online"
    assert Rule("-w").kind == "readout"


@pytest.mark.parametrize("make", [*RULES.values(), *ONLINE_RULES.values()])
def test_every_rule_is_typeset_but_for_the_one_that_is_not_local(make):
    rule = make()
    latex = rule._repr_latex_()
    if rule.kind == "through time":
        assert latex is None
        return
    assert latex == rf"$\displaystyle {rule.latex()}$"
    assert latex.count("{") == latex.count("}")
    assert "W_{ij} = " in latex
    assert not re.search(r"pre_|post_|\^\{[^{}]*\}\^", latex)


def test_powers_of_marked_states_and_traces_are_typeset():
    rule = Rule("post_clamped**2*post_sent_nudged**2")
    assert rule.latex() == r"\Delta W_{ij} = \left(s_{j}^{c}\right)^{2} \left(f(s_{j}^{+})\right)^{2}"
    traced = Rule("a*pre_trace*dpost", traces={"pre_trace": "(pre - pre_trace)/tau"}, parameters={"a": 0.5, "tau": 2.0})
    change, trace = traced.latex().split(r",\quad ")
    assert change == r"\dot W_{ij} = 0.5 \dot s_{j} \mathrm{pre\_trace}"
    assert trace.startswith(r"\dot{\mathrm{pre\_trace}} = ")
