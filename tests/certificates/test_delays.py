"""Certificates of networks with delays: what stays, what does not, and that nothing is claimed that is not so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import Verdict
from neurograph.certificates.verdict import ABOUT_EQUILIBRIA
from tests.certificates.late import starts, stepped, with_delays
from tests.certificates.networks import SEEDS, network
from tests.certificates.test_conformance import KINDS

MOVING = {"exponentially stable", "asymptotically stable"}
SKEW = np.array([[0.0, 3.0], [-3.0, 0.0]])
LINEAR = ng.Dynamics("-s + I + b")


def of_couplings(plain, delay):
    """Set a delay at the edges among free nodes."""
    return with_delays(plain, [0.0 if pre == "x" else delay for pre, _ in plain.edges])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, scale=st.sampled_from([0.2, 0.5, 1.5]), most=st.sampled_from([5, 200]))
def test_what_is_claimed_of_a_network_with_delays_is_so(kind, seed, scale, most):
    rng, dynamics, dt = np.random.default_rng(seed), KINDS[kind], 0.02
    n = int(rng.integers(1, 5))
    W = scale * rng.normal(size=(n, n)) * (1.0 if dynamics.self_loops else 1.0 - np.eye(n))
    plain = network(W + W.T if dynamics.symmetric else W, dynamics)
    net = with_delays(plain, dt * rng.integers(0, most + 1, len(plain.edges)))
    x = rng.normal(size=(1, 1))
    late = ng.certificates.system.System(net, None, None, 0.0, None).delays is not None
    report = ng.certify(net, x, level="strong", dt=dt)
    for found in report:
        allowed = {*ABOUT_EQUILIBRIA, *(found.theorem.despite_delays)}
        assert not late or set(found.claims) <= allowed
        assert (found.verdict is Verdict.UNKNOWN) == (not found.claims)
        assert (found.verdict is Verdict.PROVED) == (found.euler is not None)
        assert found.statement.endswith(".")
        assert found.rate is None or found.norm is not None or found.scope == "local"
    if not late:
        return
    states = stepped(net, starts(net, x[0], 6, seed), dt, 4000)[:, :, net.connectivity.free]
    apart = np.ptp(states, axis=1).max(axis=-1)
    if any(set(found.claims) & MOVING for found in report):
        assert apart[-1] < max(1e-6, 0.5 * apart[2000])
    box = report["invariant_box"]
    if box.claims and apart[-1] < 1e-6:
        assert np.all(states[-1] >= box.witness["low"] - 1e-6)
        assert np.all(states[-1] <= box.witness["high"] + 1e-6)


def test_a_network_that_settles_without_delays_and_swings_with_them_keeps_its_equilibrium_alone():
    plain = network(SKEW, LINEAR)
    before, after = (ng.certify(one, [[0.3]], level="strong") for one in (plain, of_couplings(plain, 0.5)))
    assert before["symmetric_part"].claims == ("contracting", "unique equilibrium", "exponentially stable")
    found = after["symmetric_part"]
    assert (found.verdict, found.claims, found.rate, found.norm) == (
        Verdict.PROVED,
        ("unique equilibrium",),
        None,
        None,
    )
    assert found.margins == {}
    assert found.statement.startswith(
        "Shown with the delays of this network: unique equilibrium, for equilibria do not"
    )
    assert "not shown: contracting, exponentially stable, for which see delay_independent" in found.statement
    assert "Without them: Any two states" in found.statement
    assert after["spectral_abscissa"].verdict is Verdict.UNKNOWN
    assert "Shown without the delays of this network, not with them: expon" in after["spectral_abscissa"].statement
    assert after.claim == "Proved for all inputs: unique equilibrium (lure)." or "unique equilibrium" in after.claim
    assert not any(set(one.claims) & MOVING for one in after)
    net = of_couplings(plain, 0.5)
    swings = stepped(net, starts(net, 0.3, 2, 0), 0.01, 4000)
    assert np.abs(swings[-200:]).max() > 10.0 * np.abs(swings[:200]).max()
    slow = ng.certify(of_couplings(plain, 0.02))
    assert slow.claim.startswith("Proved for all inputs: unique equilibrium, exponentially stable, at the rate 0.")
    assert slow.claim.endswith("(delay_margin).")


def test_several_equilibria_stay_several():
    plain = network([[0.0, 2.0], [2.0, 0.0]], ng.dynamics.vector_field())
    found = ng.certify(of_couplings(plain, 1.0))["p_matrix"]
    assert (found.verdict, found.claims) == (Verdict.REFUTED, ("several equilibria for some bias",))
    assert found.statement == ng.certify(plain)["p_matrix"].statement


def test_bounds_of_all_trajectories_know_no_delay():
    plain = network([[0.0, -2.0], [2.0, 0.0]], ng.dynamics.additive("sigmoid"))
    x = [[6.0]]
    before, after = (ng.certify(one, x, dt=0.1) for one in (plain, of_couplings(plain, 5.0)))
    for name in ("embedding", "invariant_box"):
        assert after[name].claims == before[name].claims
        assert after[name].euler == before[name].euler
    assert after["embedding"].verdict is Verdict.PROVED
    assert after["embedding"].radius(x) == before["embedding"].radius(x)


def test_a_certificate_that_is_asked_again_knows_of_the_delays():
    plain = network(0.1 * SKEW, ng.dynamics.additive("tanh"))
    first, late = ng.certify(plain, [[0.3]]), of_couplings(plain, 0.5)
    for name in ("gershgorin", "m_matrix", "symmetric_part", "diagonal_lyapunov"):
        assert "contracting" in first[name].claims
        assert first[name].recheck(late).claims == ("unique equilibrium",)
        assert first[name].recheck(late).digest != first[name].digest
        assert ng.certify(late, [[0.3]])[name].recheck(plain).claims == first[name].claims
    assert ng.certificates.contracting(0.05).holds(late)  # as it settles, without them


def test_no_function_of_the_state_is_given_with_delays():
    plain = network(0.1 * SKEW, ng.dynamics.additive("tanh"))
    report = ng.certify(of_couplings(plain, 0.5), [[0.3]])
    for name in ("symmetric_part", "diagonal_lyapunov", "delay_independent"):
        with pytest.raises(
            ng.ParameterError, match=r"has delays, with which no function .* remove the attribute 'delay'"
        ):
            report[name].function()


def test_a_transposed_phase_says_of_delays_what_holds_of_its_equilibria():
    plain = network(0.1 * SKEW, LINEAR)
    report = ng.certify(of_couplings(plain, 0.5), phase="transposed")
    assert report["gershgorin"].claims == ("unique equilibrium",)
    for name in ("delay_independent", "delay_margin"):
        assert "has no delays" in report[name].statement


def test_the_table_and_the_certificate_tell_the_delays_apart():
    report = ng.certify(of_couplings(network(0.2 * SKEW, ng.dynamics.additive("tanh")), 0.5))
    text = " ".join(str(report).split())
    assert "Whatever the delays, every state goes to the one equilibrium of its input, like exp(-" in text
    assert "delays of the couplings up to inf" in str(report["delay_independent"])
    assert "each delay is the same at all times" in str(report["delay_margin"])
    assert all(len(line) <= 100 for line in str(report).splitlines())
