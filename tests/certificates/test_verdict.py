"""How theorems end, the levels, and the order of the claims."""

import pytest

import neurograph as ng
from neurograph.certificates import THEOREMS, Verdict, certify
from neurograph.certificates.verdict import CLAIMS, CONTRACTION, LEVELS
from neurograph.equations import dynamics
from neurograph.errors import ParameterError


def test_a_verdict_is_its_word():
    assert [str(verdict) for verdict in Verdict] == ["PROVED", "REFUTED", "UNKNOWN"]
    assert Verdict("PROVED") is Verdict.PROVED
    with pytest.raises(ValueError, match="MAYBE"):
        Verdict("MAYBE")


def test_every_claim_is_ranked_after_those_that_imply_it():
    rank = {claim: place for place, claim in enumerate(CLAIMS)}
    assert len(rank) == len(CLAIMS)
    assert rank["contracting"] == 0 == min(rank[claim] for claim in CONTRACTION)
    for stronger, weaker in (
        ("contracting", "exponentially stable"),
        ("exponentially stable", "asymptotically stable"),
        ("asymptotically stable", "convergent"),
        ("contracting", "nonexpansive"),
    ):
        assert rank[stronger] < rank[weaker]


def test_a_level_takes_in_those_before_it():
    network = ng.compile(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0), dynamics.additive("tanh"))
    names = [[certificate.name for certificate in certify(network, level=level)] for level in LEVELS]
    assert set(names[0]) < set(names[1]) <= set(names[2])
    assert names[2] == [theorem.name for theorem in THEOREMS.values() if "rate" in theorem.kinds]
    assert certify(network).certificates[-1].name in names[1]
    with pytest.raises(ParameterError, match="level is 'slow': expected one of 'fast', 'standard', 'strong'"):
        certify(network, level="slow")
    with pytest.raises(ParameterError, match="budget is 0"):
        certify(network, budget=0.0)
