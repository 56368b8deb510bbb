"""What a certificate says: all of it as JSON, and the same again of a changed network."""

import json

import pytest

from neurograph.certificates import Verdict, certify
from neurograph.errors import ParameterError
from tests.certificates.networks import SMOOTH, complete


@pytest.mark.parametrize("kind", SMOOTH)
def test_a_certificate_as_json_says_all_that_it_says(kind):
    report = certify(complete(SMOOTH[kind]), [[0.1, 0.2]], dt=0.1, level="strong")
    for certificate in report:
        said = json.loads(certificate.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        assert said["name"] == certificate.name
        assert said["verdict"] == certificate.verdict
        assert tuple(said["claims"]) == certificate.claims
        assert said["rate"] == certificate.rate
        assert said["digest"] == certificate.digest
        assert said["rigorous"] is certificate.rigorous
        assert len(said["nodes"]) == 4
        assert said["seconds"] >= 0.0


@pytest.mark.parametrize("kind", SMOOTH)
@pytest.mark.parametrize("phase", ["free", "nudged", "transposed"])
def test_to_recheck_is_to_ask_again(kind, phase):
    network = complete(SMOOTH[kind])
    beta = 0.2 if phase == "nudged" else 0.0
    other = network.with_weights(1.1 * network.weights)
    for certificate, fresh in zip(
        certify(network, phase=phase, beta=beta), certify(other, phase=phase, beta=beta), strict=True
    ):
        again = certificate.recheck(other)
        assert again.name == certificate.name
        assert again.digest == fresh.digest
        if again.verdict is Verdict.PROVED:
            assert fresh.verdict is Verdict.PROVED
        same = certificate.recheck(network)
        assert same.verdict is certificate.verdict
        assert (same.rate or 0.0) == pytest.approx(certificate.rate or 0.0, rel=1e-6)
    with pytest.raises(ParameterError, match="expected a Network"):
        certificate.recheck(other.to_graph())
