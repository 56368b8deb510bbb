"""What certify() returns: the certificates of one network, and their table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from neurograph._checks import width, wrapped
from neurograph.certificates.base import Certificate
from neurograph.certificates.system import network_digest
from neurograph.certificates.verdict import CLAIMS, SCOPES, VERDICT_COLOURS, Verdict
from neurograph.drawing.card import Carded, Html, folded, marked, paragraph, table
from neurograph.errors import ParameterError
from neurograph.network.network import Network

HEADER = ["certificate", "verdict", "scope", "shown", "rate", "largest dt"]

SHOWN = 3
"""Column of the table that is broken into lines."""

INAPPLICABLE = "Not applicable"
"""How the statement begins of a theorem that does not apply; the table leaves such theorems out."""


class UnknownCertificateError(ParameterError, KeyError):
    """A report is asked for a certificate that it does not have."""

    __str__ = Exception.__str__  # KeyError would quote the message


@dataclass(frozen=True, eq=False, repr=False)
class Report(Carded):
    """The certificates of one network, cheap to strong; ``print(report)`` is a table.

    Attributes
    ----------
    certificates : tuple of Certificate
        In the order of the ladder; ``report["gershgorin"]`` gives one by its name.
    subject : str
        The network and the phase, in a line.
    network_digest : str
        A hash of the network that was certified: its equations, roles, edges, weights, delays, biases and parameters.
    """

    certificates: tuple[Certificate, ...]
    subject: str
    network_digest: str

    def check(self, network: Network) -> None:
        """Refuse to be shown with another network than the one that was certified.

        Raises
        ------
        ParameterError
            If the network has other equations, edges, weights, delays, biases or parameters.
        """
        found = network_digest(network)
        if found != self.network_digest:
            raise ParameterError(
                f"report is of another network: it was made of {self.subject} with the hash {self.network_digest}, and "
                f"this is {network!r} with the hash {found}; expected neurograph.certify of the network that is shown"
            )

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
        parts = [*wrapped(self._title), "", *wrapped(self.claim), *(l for one in self._against for l in wrapped(one))]
        parts += ["", *_table(self._applicable), ""]
        for certificate in self._applicable:
            parts += wrapped(f"{certificate.name}: {certificate.statement}", 4)
            parts += wrapped(certificate.euler or "", 4, 4)
        return "\n".join([*parts, *wrapped(self._inapplicable, 4)])

    @property
    def _title(self) -> str:
        return f"Stability of {self.subject} (hash {self.network_digest})"

    @property
    def _against(self) -> list[str]:
        return [
            f"Against it: {', '.join(one.claims)} ({one.name}). This does not cover {one.does_not_cover}"
            for one in self.refutations
        ]

    @property
    def _applicable(self) -> list[Certificate]:
        return [certificate for certificate in self.certificates if not certificate.statement.startswith(INAPPLICABLE)]

    @property
    def _inapplicable(self) -> str:
        names = [one.name for one in self.certificates if one.statement.startswith(INAPPLICABLE)]
        return f'{INAPPLICABLE} here: {", ".join(names)}; print(report["{names[0]}"]) says why.' if names else ""

    def _parts(self) -> Iterator[Html]:
        yield paragraph(self._title)
        for sentence in self._against:
            yield paragraph(sentence)
        rows = [(row[0], marked(row[1], VERDICT_COLOURS[one.verdict]), *row[2:], one.margin)
                for one in self._applicable for row in [_row(one)]]  # fmt: skip
        yield table([*HEADER, "margin"], rows)
        said = [(one.name, f"{one.statement} {one.euler or ''}") for one in self._applicable]
        yield folded("What each says", Html("".join(paragraph(f"{name}: {text}") for name, text in said)))
        yield paragraph(self._inapplicable)


def _weakness(certificate: Certificate) -> tuple[float, ...]:
    """Order the proved: wider scope, then stronger claim, then larger rate come first; a box alone comes last."""
    return (
        certificate.claims == ("box invariant",),
        SCOPES.index(certificate.scope),
        min(CLAIMS.index(claim) for claim in certificate.claims),
        -round(certificate.rate or 0.0, 9),
        -certificate.margins.get("weight change", 0.0),
    )


def _table(certificates: Sequence[Certificate]) -> list[str]:
    """Return the lines of the table; what is shown is broken into lines of what the other columns leave."""
    rows = [HEADER, *map(_row, certificates)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    widths[SHOWN] = min(widths[SHOWN], width() - sum(widths) + widths[SHOWN] - 2 * (len(HEADER) - 1))
    lines = []
    for row in [HEADER, ["-" * one for one in widths], *rows[1:]]:
        broken = [textwrap.wrap(cell, widths[SHOWN]) if column == SHOWN else [cell] for column, cell in enumerate(row)]
        for cells in zip_longest(*broken, fillvalue=""):
            padded = (cell.ljust(one) for cell, one in zip(cells, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return lines


def _row(certificate: Certificate) -> list[str]:
    """Return the cells of a certificate."""
    claims = ", ".join(certificate.claims) or "-"
    numbers = ("-" if number is None else f"{number:.4g}" for number in (certificate.rate, certificate.largest_dt))
    return [certificate.name, str(certificate.verdict), certificate.scope, claims, *numbers]
