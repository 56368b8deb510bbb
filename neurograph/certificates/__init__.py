"""What is proved of a compiled network: certify(), and one file a theorem."""

from neurograph._checks import public_names
from neurograph.certificates.base import Theorem
from neurograph.certificates.bounds.robustness_radius import NoRadiusError
from neurograph.certificates.certificate import Certificate
from neurograph.certificates.certify import certify
from neurograph.certificates.constraint import Constraint, Contracting, contracting
from neurograph.certificates.monotone_couplings import Monotone, monotone
from neurograph.certificates.report import Report, UnknownCertificateError
from neurograph.certificates.theorems import THEOREMS
from neurograph.certificates.trial import Trial, try_out
from neurograph.certificates.verdict import Verdict

__all__ = [
    "THEOREMS",
    "Certificate",
    "Constraint",
    "Contracting",
    "Monotone",
    "NoRadiusError",
    "Report",
    "Theorem",
    "Trial",
    "UnknownCertificateError",
    "Verdict",
    "certify",
    "contracting",
    "monotone",
    "try_out",
]

public_names(__name__, __all__)
