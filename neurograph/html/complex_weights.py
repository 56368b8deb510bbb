"""Complex weights as the page shows them: drawn by their moduli, and written out among the facts of an edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import EdgeTable
from neurograph.pruning.base import LoggedEdge

FACT = "complex weight"
"""What the number itself is called among the facts."""


def with_moduli(table: EdgeTable) -> EdgeTable:
    """Return a graph of complex weights with their moduli for weights, and what they are as text."""
    texts = np.empty(table.weights.size, object)
    texts[table.given] = [f"{weight:.4g}" for weight in table.weights.tolist()]
    edges = table.of_edges().having(**{FACT: Column(texts)})
    return replace(table, weights=np.abs(table.weights), edge_attributes=edges)


def moduli_logged(log: Sequence[Any]) -> list[Any]:
    """Return a log with the moduli of its weights; what is no entry stays, to be refused."""
    return [replace(one, weight=abs(one.weight)) if isinstance(one, LoggedEdge) else one for one in log]
