"""Traps that theorems of stability fell into: no rung of the ladder may."""

import ast
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurograph
from neurograph.certificates import Verdict, certify
from neurograph.equations import dynamics
from neurograph.equations.neuron import Dynamics
from tests.certificates.networks import matrix, network

CONVERGING = {"contracting", "exponentially stable", "asymptotically stable", "convergent", "nonexpansive"}
TWO = [[2.0, -2.0], [2.0, -1.0]]
"""A = W - I = [[1, -2], [2, -2]] is Hurwitz, with two equilibria once it is clipped."""

RING = 3.0 * np.roll(-np.eye(3), 1, axis=0)
"""Three neurons, each inhibiting the next: I - W is a P-matrix, and the network oscillates."""


def strong(net, **options):
    return certify(net, level="strong", budget=300.0, **options)


def claimed(report):
    return {claim for certificate in report.proved for claim in certificate.claims}


@pytest.mark.parametrize("options", [{}, {"phase": "transposed"}, {"phase": "nudged", "beta": 0.3}])
def test_a_hurwitz_matrix_does_not_settle_once_it_is_clipped(options):
    net = network(TWO, dynamics.vector_field())
    assert np.linalg.eigvals(matrix(net)).real.max() < 0.0
    report = strong(net, **options)
    assert claimed(report) <= {"box invariant"}
    assert report["p_matrix"].verdict is Verdict.REFUTED


def test_a_hurwitz_matrix_settles_without_a_box_and_only_then():
    assert strong(network(TWO, Dynamics("-s + I + b")))["lure"].verdict is Verdict.PROVED
    wide = strong(network(TWO, Dynamics("-s + I + b", box=(-1e6, 1e6))))
    assert claimed(wide) <= {"box invariant"}
    assert wide["p_matrix"].verdict is Verdict.REFUTED


@pytest.mark.parametrize("kind", [dynamics.vector_field(), dynamics.additive("clip"), dynamics.additive("tanh")])
@pytest.mark.parametrize("gain", [1.0, 1.01])
def test_one_equilibrium_is_not_convergence(kind, gain):
    net = network(gain * RING, kind)
    claims = {claim for certificate in strong(net) for claim in certificate.claims}
    assert not claims & CONVERGING


def test_the_ring_has_one_equilibrium_and_a_limit_cycle():
    A = RING - np.eye(3)
    assert all(np.linalg.det(-A[np.ix_(c, c)]) > 0 for c in ([0], [0, 1], [1, 2], [0, 2], [0, 1, 2]))
    net = network(RING, dynamics.additive("tanh"))
    flow = solve_ivp(lambda _, s: net.drift(np.concatenate([[0.0], s])[None])[0, 1:], (0.0, 80.0), [0.1, 0.0, 0.0])
    late = flow.y[:, flow.t > 60.0]
    assert np.all(np.ptp(late, axis=1) > 0.5)


def test_what_rests_on_a_quadratic_norm_promises_nothing_about_delays():
    W = np.array([[0.0, 0.5], [-0.5, 0.0]])
    report = strong(network(W, dynamics.vector_field()))
    for name in ("symmetric_part", "diagonal_lyapunov"):
        assert report[name].verdict is Verdict.PROVED
        assert "delays" not in report[name].margins
    assert "delays" in report["gershgorin"].margins


def test_unequal_leaks_of_the_rate_form_are_not_taken_for_equal():
    skew = np.array([[0.0, 4.0], [-4.0, 0.0]])
    kind = Dynamics("-leak*s + tanh(I + b)", parameters={"leak": 1.0})
    assert strong(network(skew, kind, leak=[1.0, 1.0]))["diagonal_lyapunov"].verdict is Verdict.PROVED
    assert strong(network(skew, kind, leak=[1.0, 1.5]))["diagonal_lyapunov"].verdict is Verdict.UNKNOWN


def test_eigenvalues_are_never_sought_by_shift_and_invert():
    for path in (Path(neurograph.__file__).parent / "certificates").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert "sigma" not in [keyword.arg for keyword in node.keywords], path.name
