import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Verdict
from tests.certificates.late import starts, stepped, with_delays
from tests.certificates.networks import SEEDS, network
from tests.certificates.test_conformance import KINDS

LINEAR = ng.Dynamics("I + b")
UNBOXED = {name: one for name, one in KINDS.items() if one.box is None and name != "relu"} | {
    "linear": ng.Dynamics("-s + I + b"),
    "both": ng.Dynamics("-2*s + tanh(I + b)", transfer="sin(s)"),
}


def asked(net, **words):
    return ng.certify(net, **words)["delay_margin"]


def delayed_loop(a, delay):
    """Build ds/dt = -a s(t - delay) + x."""
    net = network([[-a]], LINEAR)
    return with_delays(net, [delay if pre != "x" else 0.0 for pre, _ in net.edges])


@pytest.mark.parametrize("a", [0.25, 1.0, 4.0])
def test_of_one_neuron_the_longest_delay_is_below_the_true_one(a):
    """ds/dt = -a s(t - d) is stable exactly for a d < pi/2; the bound is a d < 1, beyond 1/e, where it oscillates."""
    for product in (1 / np.e, 0.999, 1.001, 0.99 * np.pi / 2):
        found = asked(delayed_loop(a, product / a))
        assert found.witness["d*"] == pytest.approx(1.0 / a, rel=1e-9)
        assert (found.verdict is Verdict.PROVED) == (product < 1.0)
        assert found.margin == pytest.approx((1.0 - product) / a, rel=1e-6)
    for product, dies in ((0.99, True), (0.97 * np.pi / 2, True), (1.05 * np.pi / 2, False)):
        net = delayed_loop(a, product / a)
        states = stepped(net, starts(net, 0.0, 4, 0), product / a / 200, 24000)[:, :, net.connectivity.free]
        assert (np.abs(states[-400:]).max() < 0.5 * np.abs(states[:400]).max()) == dies


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from(sorted(UNBOXED)), skew=st.booleans())
def test_no_network_below_its_longest_delay_fails_to_settle(seed, kind, skew):
    rng, n = np.random.default_rng(seed), int(np.random.default_rng(seed).integers(1, 6))
    W = rng.normal(size=(n, n)) * rng.choice([0.3, 1.0, 3.0]) / np.sqrt(n)
    W = (W - W.T) - np.diag(rng.uniform(0.0, 2.0, n)) if skew else W
    plain = network(W, UNBOXED[kind])
    lags = rng.integers(0, 101, len(plain.edges))  # in steps, each edge its own
    witness = asked(with_delays(plain, lags)).witness
    if not 0.0 < witness.get("d*", 0.0) < np.inf:
        return
    unit = min(0.99 * witness["d*"] / witness["largest delay"], 0.02)
    net = with_delays(plain, lags * unit)
    found = asked(net)
    assert found.verdict is Verdict.PROVED
    assert found.claims == ("unique equilibrium", "exponentially stable")
    x = rng.normal(size=1)
    mu = -found.witness["mu_2"]
    steps = int(min(20_000, 30.0 / mu / unit))
    states = stepped(net, starts(net, x, 4, seed), unit, steps)[:, :, net.connectivity.free]
    apart = np.ptp(states, axis=1).max(axis=-1)
    assert apart[-1] <= 1e-2 * apart[0] + 1e-9 or apart[-1] < apart[steps // 2] < apart[0]
    if found.rate is not None and found.rate * unit * steps > 3.0:
        assert apart[-1] <= 100.0 * np.exp(-found.rate * unit * steps) * apart[0] + 1e-9


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_longest_delay_of_a_linear_network_is_below_the_first_that_has_a_root_on_the_axis(seed):
    """With -s + W s(t - d), each eigenvalue l of W gives the first d at which z + 1 = l exp(-z d) has z = i w."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    W = rng.normal(size=(n, n))
    W = W - W.T - rng.uniform(0.0, 2.0) * np.eye(n)
    first = np.inf
    for one in np.linalg.eigvals(W):
        if abs(one) <= 1.0:
            continue
        for w in (np.sqrt(abs(one) ** 2 - 1.0), -np.sqrt(abs(one) ** 2 - 1.0)):
            turn = np.angle(one) - np.angle(1.0 + 1j * w)  # w d, up to whole turns
            turn = np.mod(turn, 2.0 * np.pi) if w > 0 else np.mod(turn, -2.0 * np.pi)
            first = min(first, turn / w)
    plain = network(W, ng.Dynamics("-s + I + b"))
    found = asked(with_delays(plain, [0.0 if pre == "x" else 1e-3 for pre, _ in plain.edges]))
    assert 0.0 < found.witness["d*"] <= first


def test_the_symmetric_part_bears_the_delay_that_all_couplings_may_have():
    plain = network([[-1.0, 2.0], [-2.0, -1.0]], ng.Dynamics("-s + I + b"))
    bears = ng.certify(plain)["symmetric_part"].margins["delays"]
    for share, proved in ((0.999, True), (1.001, False)):
        found = asked(with_delays(plain, [0.0 if pre == "x" else share * bears for pre, _ in plain.edges]))
        assert (found.verdict is Verdict.PROVED) == proved
        assert found.witness["d*"] == pytest.approx(bears)
    assert f"delays of the couplings up to {bears:.4g}" in str(ng.certify(plain)["symmetric_part"])


def test_what_is_not_covered_is_said():
    W = [[-1.0, 2.0], [-2.0, -1.0]]
    boxed = network(W, ng.Dynamics("-s + I + b", box=(0.0, 1.0)))
    assert "clipped to a box" in asked(with_delays(boxed, [0.1] * len(boxed.edges))).statement
    unstable = network(np.abs(W), ng.dynamics.additive("relu"))
    assert "even without delays" in asked(with_delays(unstable, [0.1] * len(unstable.edges))).statement
    plain = network(W, ng.Dynamics("-s + I + b"))
    found = asked(with_delays(plain, [9.0] * len(plain.edges)))
    assert found.verdict is Verdict.UNKNOWN
    assert "and here it is 9" in found.statement
    assert found.margin < 0.0
    assert asked(plain).statement.startswith("Not applicable")
    turned = ng.certify(with_delays(plain, [9.0] * len(plain.edges)), phase="transposed")
    assert "has no delays" in turned["delay_margin"].statement
