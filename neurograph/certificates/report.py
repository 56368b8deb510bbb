"""What certify() returns: the certificates of one network, and their table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from neurograph.certificates.base import SCOPES, Certificate
from neurograph.certificates.verdict import CLAIMS, Verdict
from neurograph.errors import ParameterError

WIDTH = 98
"""Columns of the table."""

INAPPLICABLE = "Not applicable"
"""How the statement begins of a theorem that does not apply; the table leaves such theorems out."""


class UnknownCertificateError(ParameterError, KeyError):
    """A report is asked for a certificate that it does not have."""

    __str__ = Exception.__str__  # KeyError would quote the message


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """The certificates of one network, cheap to strong; ``print(report)`` is a table.

    Attributes
    ----------
    certificates : tuple of Certificate
        In the order of the ladder; ``report["gershgorin"]`` gives one by its name.
    subject : str
        The network and the phase, in a line.
    """

    certificates: tuple[Certificate, ...]
    subject: str

    def __getitem__(self, name: str) -> Certificate:
        """Return a certificate by its name.

        Raises
        ------
        UnknownCertificateError
            A ParameterError and a KeyError, if there is none of this name.
        """
        for certificate in self.certificates:
            if certificate.name == name:
                return certificate
        names = ", ".join(repr(certificate.name) for certificate in self.certificates)
        raise UnknownCertificateError(f"certificate {name!r} is not in the report: expected one of {names}")

    def __iter__(self) -> Iterator[Certificate]:
        """Iterate over the certificates."""
        return iter(self.certificates)

    def __len__(self) -> int:
        """Count the certificates."""
        return len(self.certificates)

    @property
    def proved(self) -> tuple[Certificate, ...]:
        """Those with the verdict PROVED, strongest first."""
        found = [certificate for certificate in self.certificates if certificate.verdict is Verdict.PROVED]
        return tuple(sorted(found, key=lambda one: (*_weakness(one), -self.certificates.index(one))))

    @property
    def refutations(self) -> tuple[Certificate, ...]:
        """Those with the verdict REFUTED; each says of what."""
        return tuple(certificate for certificate in self.certificates if certificate.verdict is Verdict.REFUTED)

    @property
    def claim(self) -> str:
        """The strongest proved claim, in one sentence."""
        if not self.proved:
            return "Nothing is proved."
        best = self.proved[0]
        where = "near the equilibria of these inputs" if best.scope == "local" else f"for {best.scope}"
        rate = "" if best.rate is None else f", at the rate {best.rate:.4g}"
        weighted = "" if best.weights is None else "weighted "
        norm = "" if best.norm is None else f" in the {weighted}{best.norm} norm"
        return f"Proved {where}: {', '.join(best.claims)}{rate}{norm} ({best.name})."

    def __repr__(self) -> str:
        """Return a line on the outcome."""
        counts = [f"{sum(c.verdict is verdict for c in self.certificates)} {verdict}" for verdict in Verdict]
        return f"Report({', '.join(counts)}: {self.claim})"

    def __str__(self) -> str:
        """Draw the table, and under it what each certificate says."""
        parts = [*_wrapped(f"Stability of {self.subject}"), "", *_wrapped(self.claim)]
        for certificate in self.refutations:
            parts += _wrapped(
                f"Against it: {', '.join(certificate.claims)} ({certificate.name}). This does not cover "
                f"{certificate.does_not_cover}"
            )
        inapplicable = [
            certificate for certificate in self.certificates if certificate.statement.startswith(INAPPLICABLE)
        ]
        shown = [certificate for certificate in self.certificates if certificate not in inapplicable]
        parts += ["", *_table(shown), ""]
        for certificate in shown:
            parts += _wrapped(f"{certificate.name}: {certificate.statement}", 4)
            parts += _wrapped(certificate.euler or "", 4, 4)
        if inapplicable:
            names = ", ".join(certificate.name for certificate in inapplicable)
            parts += _wrapped(f'{INAPPLICABLE} here: {names}; print(report["{inapplicable[0].name}"]) says why.', 4)
        return "\n".join(parts)


def _weakness(certificate: Certificate) -> tuple[float, ...]:
    """Order the proved: wider scope, then stronger claim, then larger rate come first; a box alone comes last."""
    return (
        certificate.claims == ("box invariant",),
        SCOPES.index(certificate.scope),
        min(CLAIMS.index(claim) for claim in certificate.claims),
        -round(certificate.rate or 0.0, 9),
        -certificate.margins.get("weight change", 0.0),
    )


def _wrapped(text: str, hanging: int = 0, first: int = 0) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=" " * first, subsequent_indent=" " * hanging, break_on_hyphens=False
    )


def _table(certificates: Sequence[Certificate]) -> list[str]:
    header = ["certificate"], ["verdict"], ["scope"], ["shown"], ["rate"], ["largest dt"]
    rows = [header, *(_row(certificate) for certificate in certificates)]
    widths = [max(len(line) for row in rows for line in row[column]) for column in range(len(header))]
    rows.insert(1, tuple(["-" * width] for width in widths))
    lines = []
    for row in rows:
        for cells in zip_longest(*row, fillvalue=""):
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return lines


def _row(certificate: Certificate) -> tuple[list[str], ...]:
    """Return the cells of a certificate, each as lines."""
    claims = textwrap.wrap(", ".join(certificate.claims), 34) or ["-"]
    numbers = ["-" if number is None else f"{number:.4g}" for number in (certificate.rate, certificate.largest_dt)]
    return [certificate.name], [str(certificate.verdict)], [certificate.scope], claims, [numbers[0]], [numbers[1]]
