"""The named rules of binary neurons: what they ask for; what they descend is in test_drawn_phases.py."""

import pytest

import neurograph as ng
from neurograph.learning.rules import SAMPLED_RULES


@pytest.mark.parametrize("name", SAMPLED_RULES)
def test_a_rule_is_evaluated_on_drawn_states_after_so_many_sweeps(name):
    rule = SAMPLED_RULES[name](3)
    assert (rule.kind, rule.sweeps) == ("sampled", 3)
    assert rule.phases == (("model",) if name == "contrastive_divergence" else ())
    with pytest.raises(ng.ParameterError, match="sweeps is 0"):
        SAMPLED_RULES[name](0)


def test_only_visible_neurons_count_in_the_minimum_flow():
    seen = [ng.rules.minimum_probability_flow(), ng.rules.variational_probability_flow()]
    assert ["post_visible" in rule.symbols for rule in seen] == [True, False]
