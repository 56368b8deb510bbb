"""A rule's programs, against the rule itself."""

import numpy as np
import pytest

from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.edge_terms import edge_terms
from neurograph.kernels.rule_programs import online_programs, weighed
from neurograph.learning.rule import ONLINE


def at_weights(terms, sums, w):
    found = np.empty(w.size)
    engine.run((weighed(terms, sums, w, found),))
    return found


def test_a_sum_of_products_has_a_program_for_each_end_of_each_term():
    programs = online_programs(Expression("pre*dpost - 0.1*w*post", ONLINE))
    assert (len(programs.pre), len(programs.post), programs.whole, programs.sums) == (2, 2, None, 2)
    # Of two edges: the sums over samples of pre dpost, and of -post.
    sums, w = np.array([[2.0, 3.0], [5.0, 7.0]]), np.array([1.0, -1.0])
    assert at_weights(programs.terms, sums, w) == pytest.approx([2.0 + 0.1 * 5.0, 3.0 - 0.1 * 7.0])


def test_another_rule_has_one_program():
    programs = online_programs(Expression("tanh(pre*dpost)", ONLINE))
    assert (programs.pre, programs.post, programs.sums) == ((), (), 1)
    assert programs.whole is not None
    assert at_weights(programs.terms, np.array([[2.0]]), np.array([9.0])).tolist() == [2.0]


def test_products_of_tables_add_up_to_the_rule_over_samples():
    random = np.random.default_rng(0)
    rule = Expression("(pre - 0.5*post)*dpost*w + pre**2", ONLINE)
    terms = edge_terms(rule, lambda symbol: symbol.removeprefix("d"))
    tables = {name: random.normal(size=(4, 7)) for name in ("pre", "post", "dpost")}
    # Of three nodes with edges, and one more that sends to the second alone, as its bias.
    indptr, pre, w = np.array([0, 1, 3, 4]), np.array([2, 0, 1, 1], np.int32), random.normal(size=5)
    sums = np.empty((len(terms), 5))
    for term, to in zip(terms, sums, strict=True):
        left, right = (np.broadcast_to(1.0 * side(**tables), (4, 7)).copy() for side in (term.pre, term.post))
        engine.products(indptr, pre, np.array([1]), left, right, to, 7)
    for edge, (source, post) in enumerate([(2, 0), (0, 1), (1, 1), (1, 2), (3, 1)]):
        values = {"pre": tables["pre"][source], "post": tables["post"][post], "dpost": tables["dpost"][post]}
        expected = np.broadcast_to(rule(**values, w=w[edge]), 7).sum()
        assert at_weights(terms, sums, w)[edge] == pytest.approx(expected, rel=1e-12)
