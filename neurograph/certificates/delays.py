"""What stays of a certificate where couplings have delays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from neurograph.certificates.system import System
from neurograph.certificates.verdict import Verdict


def changed_by_delays(system: System, claims: tuple[str, ...], held: Collection[str], statement: str) -> dict[str, Any]:
    """Return which attributes of a certificate are others because of delays; `held` are claims that stay all the same.

    Theorems are about the system without delays, but for those that say otherwise.
    """
    stay = tuple(claim for claim in claims if claim in held)
    if system.delays is None or stay == claims:
        return {}
    lost = ", ".join(claim for claim in claims if claim not in held)
    changes: dict[str, Any] = {"rate": None, "norm": None, "weights": None, "margins": {}, "largest_dt": None}
    if not stay:
        said = f"Shown without the delays of this network, not with them: {lost}. Without them: {statement}"
        return changes | {"verdict": Verdict.UNKNOWN, "claims": (), "euler": None, "statement": said}
    said = (
        f"Shown with the delays of this network: {', '.join(stay)}, for equilibria do not depend on them; not shown: "
        f"{lost}, for which see delay_independent and delay_margin. Without them: {statement}"
    )
    return changes | {"claims": stay, "euler": system.euler(None), "statement": said}
