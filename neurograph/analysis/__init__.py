"""What a network scientist asks of a graph: graph_metrics(), and the random graphs that it is held against."""

from __future__ import annotations

from neurograph.analysis.graph_metrics import GraphMetrics, graph_metrics

__all__ = ["GraphMetrics", "graph_metrics"]
