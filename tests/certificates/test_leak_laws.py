"""What the two leaks of DEEP settle before any theorem is asked, over all of the ladder."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurograph.certificates import Verdict, certify
from neurograph.equations import dynamics
from neurograph.network.compilation import compile
from tests.strategies import graphs_for

UNCONDITIONAL = {"contracting", "exponentially stable", "unique equilibrium", "asymptotically stable"}
QUICK = settings(max_examples=40, deadline=None)


def free_block(net):
    free = net.connectivity.free
    return net.jacobian(np.full(len(net.nodes), 0.5)).toarray()[np.ix_(free, free)]


@QUICK
@given(graph=graphs_for(dynamics.deep("signed"), max_free=5, ties=False, attributes=False), seed=st.integers(0, 999))
def test_the_signed_leak_without_edges_into_inputs_is_never_certified_without_leak(graph, seed):
    net = compile(graph, dynamics.deep("signed"))
    A = free_block(net)
    assert np.abs(A.sum(axis=0)).max() < 1e-12
    x = np.random.default_rng(seed).uniform(size=(2, net.connectivity.inputs.size))
    for certificate in certify(net, x, level="strong"):
        if certificate.scope == "all inputs":
            assert not (certificate.verdict is Verdict.PROVED and UNCONDITIONAL & set(certificate.claims))


@pytest.mark.parametrize("scale", [1.0, 1e3])
@QUICK
@given(graph=graphs_for(dynamics.deep("absolute"), max_free=5, ties=False, attributes=False), seed=st.integers(0, 999))
def test_the_absolute_leak_of_a_tenth_has_that_log_norm(scale, graph, seed):
    net = compile(graph, dynamics.deep("absolute", extra_leak=0.1))
    net = net.with_weights(scale * net.weights)
    A = free_block(net)
    bound = 1e-12 * max(1.0, np.abs(A).max())
    columns = A.diagonal() + np.abs(A - np.diag(A.diagonal())).sum(axis=0)
    assert columns.max() <= -0.1 + bound
    assert columns == pytest.approx(-0.1, abs=bound)  # free neurons send to free neurons alone
    x = np.random.default_rng(seed).uniform(size=(2, net.connectivity.inputs.size))
    report = certify(net, x, level="strong")
    assert report["absolute_leak"].rate == pytest.approx(0.1, abs=1e-12)
    assert not report.refutations
    for certificate in report.proved:  # no rung contradicts it: none claims more than the log-norm that is exact
        if certificate.norm == "l_1" and certificate.weights is None and certificate.scope == "all inputs":
            assert (certificate.rate or 0.0) <= 0.1 + 1e-12
