"""What is proved, as a table of the page."""

from __future__ import annotations

from html import escape

from neurograph.certificates import Certificate, Report


def certificates(report: Report) -> str:
    """Return the section of the certificates: the strongest claim, and what each theorem says."""
    rows = "\n".join(map(_row, report))
    return (
        '<section id="certificates">\n<h2>Stability</h2>\n'
        f"<p>{escape(report.claim)}</p>\n"
        f'<p class="soft">Of the network with the hash {report.network_digest}.</p>\n'
        "<table>\n<thead><tr><th>Certificate</th><th>Verdict</th><th>Shown</th></tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</section>\n"
    )


def _row(certificate: Certificate) -> str:
    verdict = str(certificate.verdict)
    numbers = [
        f"{name} {number:.4g}"
        for name, number in (("rate", certificate.rate), ("largest dt", certificate.largest_dt))
        if number is not None
    ]
    name = escape(certificate.name).replace("_", "_<wbr>")
    shown = escape(", ".join(certificate.claims) or "nothing")
    below = f"<small>{', '.join(numbers)}</small>" if numbers else ""
    texts = [certificate.statement, certificate.euler, f"Does not cover {certificate.does_not_cover}"]
    words = "".join(f"<p>{escape(text)}</p>" for text in texts if text)
    return (
        f"<tr><td>{name}<small>{certificate.scope}</small></td>"
        f'<td class="{verdict.lower()}">{verdict}</td>'
        f"<td>{shown}{below}"
        f"<details><summary>what it says</summary>{words}</details></td></tr>"
    )
