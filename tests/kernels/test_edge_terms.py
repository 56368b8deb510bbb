"""Rules as sums of products, against the rules themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurograph.equations.expression import Expression
from neurograph.kernels.edge_terms import MOST_TERMS, edge_terms
from neurograph.learning.rule import ONLINE
from neurograph.learning.rules import RULES

NAMES = ("pre", "post", "dpre", "dpost", "w")


def side(symbol):
    return "w" if symbol == "w" else "pre" if symbol.lstrip("d").startswith("pre") else "post"


def value(terms, values):
    return sum(float(term.pre(**values) * term.post(**values) * term.w(**values)) for term in terms)


PARTS = st.recursive(
    st.sampled_from(["pre", "post", "dpre", "dpost", "w", "2.0", "tanh(pre)", "exp(-post*post)", "(1 + w*w)"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda text: f"-{text}")
        | inner.map(lambda text: f"({text})**2")
        | inner.map(lambda text: f"({text})/(1 + w*w)")
    ),
    max_leaves=6,
)


@given(PARTS, st.integers(0, 100))
def test_the_terms_add_up_to_the_rule(text, seed):
    rule = Expression(text, NAMES)
    terms = edge_terms(rule, side)
    if terms is None:
        return
    assert len(terms) <= MOST_TERMS
    values = dict(zip(NAMES, np.random.default_rng(seed).uniform(-1, 1, 5), strict=True))
    assert value(terms, values) == pytest.approx(float(rule(**values)), rel=1e-9, abs=1e-9)
    for term in terms:
        for of in ("pre", "post", "w"):
            assert {side(symbol) for symbol in getattr(term, of).symbols} <= {of}


def readout_side(symbol):
    return {"w": "w", "beta": "post"}.get(symbol, symbol.partition("_")[0])


@pytest.mark.parametrize("name", RULES)
def test_every_named_rule_is_at_most_two_products(name):
    rule = RULES[name]().expression
    assert len(edge_terms(rule, side if rule.vocabulary == ONLINE else readout_side)) <= 2


@pytest.mark.parametrize("text", ["tanh(pre*post)", "pre*post/(pre + post)", "abs(pre - post)", "(pre - post)**0.5"])
def test_a_rule_that_is_no_sum_of_products_has_no_terms(text):
    assert edge_terms(Expression(text, NAMES), side) is None
