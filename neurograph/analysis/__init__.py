"""What a network scientist asks of a graph: anatomy(), and the random graphs that it is held against."""

from __future__ import annotations

from neurograph.analysis.graph_metrics import Anatomy, anatomy

__all__ = ["Anatomy", "anatomy"]
