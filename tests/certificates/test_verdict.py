"""Verdicts, levels and claims: what every theorem says is one of those that are explained."""

import numpy as np

import neurograph as ng
from neurograph.certificates.verdict import CLAIMS, LEVELS, Verdict


def test_a_verdict_is_its_own_word():
    assert [str(one) for one in Verdict] == ["PROVED", "REFUTED", "UNKNOWN"]


def test_every_theorem_has_a_level_and_claims_only_what_is_explained():
    network = ng.compile(ng.topologies.complete(2, 3, 1, scale=0.1, seed=0), ng.dynamics.deep(extra_leak=0.5))
    report = ng.certify(network, np.zeros((1, 2)), level="strong")
    claimed = {claim for one in report for claim in one.claims}
    assert {"contracting", "unique equilibrium", "exponentially stable"} <= claimed <= set(CLAIMS)
    assert {theorem.level for theorem in ng.certificates.THEOREMS.values()} == set(LEVELS)
