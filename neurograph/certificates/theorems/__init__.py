"""The theorems, one file each, cheap to strong: the ladder of certify()."""

from neurograph.certificates.base import Theorem
from neurograph.certificates.theorems.absolute_leak import AbsoluteLeak
from neurograph.certificates.theorems.delay_independent import DelayIndependent
from neurograph.certificates.theorems.delay_margin import DelayMargin
from neurograph.certificates.theorems.detailed_balance import DetailedBalance
from neurograph.certificates.theorems.diagonal_lyapunov import DiagonalLyapunov
from neurograph.certificates.theorems.dobrushin import Dobrushin
from neurograph.certificates.theorems.embedding import Embedding
from neurograph.certificates.theorems.energy import EnergyDescent
from neurograph.certificates.theorems.gershgorin import Gershgorin
from neurograph.certificates.theorems.invariant_box import InvariantBox
from neurograph.certificates.theorems.lure import Lure
from neurograph.certificates.theorems.m_matrix import MMatrix
from neurograph.certificates.theorems.norm_conservation import NormConservation
from neurograph.certificates.theorems.p_matrix import PMatrix
from neurograph.certificates.theorems.quadratic import QuadraticLyapunov
from neurograph.certificates.theorems.spectral_abscissa import SpectralAbscissa
from neurograph.certificates.theorems.spectral_gap import SpectralGap
from neurograph.certificates.theorems.symmetric_part import SymmetricPart

THEOREMS: dict[str, Theorem] = {
    theorem.name: theorem
    for theorem in (
        PMatrix(),
        Gershgorin(),
        MMatrix(),
        DelayIndependent(),
        AbsoluteLeak(),
        InvariantBox(),
        Embedding(),
        SymmetricPart(),
        DelayMargin(),
        DiagonalLyapunov(),
        EnergyDescent(),
        SpectralAbscissa(),
        Lure(),
        QuadraticLyapunov(),
        NormConservation(),
        DetailedBalance(),
        Dobrushin(),
        SpectralGap(),
    )
}
"""Every :class:`Theorem` by name, cheap to strong: what :func:`neurograph.certify` asks, up to its `level`.

Examples
--------
>>> [name for name, theorem in THEOREMS.items() if theorem.level == "strong"]
['lure', 'quadratic_lyapunov']
"""
