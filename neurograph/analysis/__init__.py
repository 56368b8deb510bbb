"""What network science measures of a graph: graph_metrics(), and random graphs to compare with."""

from __future__ import annotations

from neurograph.analysis.graph_metrics import GraphMetrics, graph_metrics

__all__ = ["GraphMetrics", "graph_metrics"]
