"""What every certificate carries, and the system that theorems are asked about in each phase."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings

import neurograph as ng
from neurograph.certificates import THEOREMS, Theorem, Verdict, certify
from neurograph.certificates.system import System
from neurograph.equations import dynamics
from tests.certificates.networks import SEEDS, SMOOTH, complete


def test_a_hub_does_not_keep_its_row_norm_when_activity_returns():
    hub = np.zeros((9, 9))
    hub[1:, 0] = 0.95
    network = ng.compile(ng.topologies.from_matrix(hub.T, inputs=[], outputs=[8]), dynamics.additive("tanh"))
    assert certify(network)["gershgorin"].rate == pytest.approx(0.05)
    assert certify(network)["gershgorin"].norm == "l_inf"
    back = certify(network, phase="transposed")["gershgorin"]
    assert back.verdict is Verdict.UNKNOWN


def test_the_absolute_leak_contracts_in_the_other_norm_when_activity_returns():
    network = complete(SMOOTH["deep"], 3, 2.0)
    free, back = certify(network)["absolute_leak"], certify(network, phase="transposed")["absolute_leak"]
    assert (free.norm, back.norm) == ("l_1", "l_inf")
    assert back.rate == free.rate
    A = network.jacobian(np.full(len(network.nodes), 0.5)).toarray()
    A = A[np.ix_(network.connectivity.free, network.connectivity.free)].T
    assert max(A[j, j] + np.abs(np.delete(A[j], j)).sum() for j in range(len(A))) <= -back.rate + 1e-12
    critical = certify(complete(dynamics.deep("absolute"), 3), phase="transposed")["absolute_leak"]
    assert set(critical.claims) <= {"unique equilibrium", "nonexpansive"}


def test_the_response_of_a_transposed_phase_has_the_eigenvalues_of_the_free_one():
    network, x = complete(SMOOTH["tanh"]), [[0.3, -0.2]]
    free, back = certify(network, x), certify(network, x, phase="transposed")
    assert back["spectral_abscissa"].rate == pytest.approx(free["spectral_abscissa"].rate)
    nudged = certify(network, x, y=[[1.0]], phase="transposed", beta=0.5)["spectral_abscissa"]
    assert nudged.verdict is Verdict.UNKNOWN
    assert "give beta = 0" in nudged.statement


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_what_a_certificate_bears_it_bears(seed):
    rng = np.random.default_rng(seed)
    network = complete(dynamics.vector_field(), seed, 0.15)
    free = network.connectivity.free
    for certificate in certify(network).proved:
        margins = certificate.margins
        if "contracting" not in certificate.claims:
            continue
        assert margins["noise amplification"] == pytest.approx(1.0 / certificate.rate)
        again = certify(network, phase="nudged", beta=-0.999 * margins["nudging"])[certificate.name]
        assert again.verdict is Verdict.PROVED
        weights = np.ones(free.size) if certificate.weights is None else certificate.weights
        change = rng.normal(size=(free.size, free.size))
        order = {"l_1": 1, "l_2": 2, "l_inf": np.inf}[certificate.norm]
        size = np.linalg.norm(weights[:, None] * change / weights, order)
        A = network.jacobian(np.full(len(network.nodes), 0.5)).toarray()[np.ix_(free, free)]
        A = A + 0.999 * margins["weight change"] / size * change
        assert log_norm(weights[:, None] * A / weights, certificate.norm) < 0.0


def log_norm(A, norm):
    if norm == "l_2":
        return np.linalg.eigvalsh((A + A.T) / 2).max()
    A = A.T if norm == "l_1" else A
    return max(A[j, j] + np.abs(np.delete(A[j], j)).sum() for j in range(len(A)))


class Ponders(Theorem):
    """Thinks until its time is spent."""

    name = "ponders"
    scope = "all inputs"
    assumptions = ("time",)
    reference = "none."
    does_not_cover = "anything."

    def examine(self, system, deadline):
        while True:
            deadline.check()


def test_a_theorem_that_runs_out_of_time_says_so():
    system = System(complete(SMOOTH["tanh"]), None, None, 0.0, None)
    found = Ponders().answer(system, 0.02)
    assert found.verdict is Verdict.UNKNOWN
    assert found.statement.startswith("Out of time: 0.02 s, its share of the budget; certify(")
    assert 0.02 <= found.seconds < 1.0


@pytest.mark.parametrize("theorem", [*THEOREMS.values(), Ponders()], ids=lambda theorem: theorem.name)
def test_the_docstring_of_a_theorem_ends_with_its_source(theorem):
    assert inspect.getdoc(theorem).endswith(f"\n\nReferences\n----------\n{theorem.reference}")


def test_how_far_weights_may_change_is_said_where_they_do_not_leak_too():
    tanh, leaky = (certify(complete(SMOOTH[name], 3, 0.1))["gershgorin"] for name in ("tanh", "deep"))
    assert tanh.margins["weight change"] == pytest.approx(tanh.rate)  # over max dg/dI max f' = 1
    assert "weight change" not in leaky.margins
