"""The measures of a graph, one function for each section of the table."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from neurograph.analysis.links import Links
from neurograph.analysis.triads import triad_census

Measured = dict[str, float]

SMALL = 100
"""Most nodes for which every eigenvalue is computed."""


def size(links: Links, rng: np.random.Generator) -> Measured:
    """Count nodes and edges."""
    possible = links.nodes * (links.nodes - 1)
    return {
        "nodes": links.nodes,
        "edges": links.pre.size,
        "density": links.pre.size / possible if possible else np.nan,
        "share of positive weights": float(np.mean(links.weights > 0.0)) if links.pre.size else np.nan,
    }


def degrees(links: Links, rng: np.random.Generator) -> Measured:
    """Return degrees, and strengths: sums of absolute weights."""
    measured: Measured = {}
    for name, ends in (("in", links.post), ("out", links.pre)):
        for what, values in (("degree", None), ("strength", np.abs(links.weights))):
            sums = np.bincount(ends, values, minlength=links.nodes)
            measured |= {f"{name}-{what}, median": float(np.median(sums)), f"{name}-{what}, largest": float(sums.max())}
    return measured


def components(links: Links, rng: np.random.Generator) -> Measured:
    """Count weak and strong components, and the nodes of the largest strong one."""
    weak, _ = connected_components(links.adjacency, connection="weak")
    strong, label = connected_components(links.adjacency, connection="strong")
    return {
        "weak components": float(weak),
        "strong components": float(strong),
        "largest strong component": float(np.bincount(label).max()),
    }


def paths(links: Links, rng: np.random.Generator) -> Measured:
    """Return the lengths of the shortest paths from inputs to outputs, in edges."""
    if not links.inputs.size or not links.outputs.size:
        return {"outputs reached by an input": np.nan, "path from input to output": np.nan, "longest of them": np.nan}
    lengths = shortest_path(links.adjacency, unweighted=True, indices=links.inputs)[:, links.outputs]
    found = lengths[np.isfinite(lengths)]
    return {
        "outputs reached by an input": float(np.mean(np.isfinite(lengths))),
        "path from input to output": float(found.mean()) if found.size else np.nan,
        "longest of them": float(found.max()) if found.size else np.nan,
    }


def feedback(links: Links, rng: np.random.Generator) -> Measured:
    """Return the measures of feedback: loops of up to three edges, edges on a cycle, the spectral radius."""
    # With a the adjacency matrix without self-loops, a cycle of two edges is counted twice in trace(a^2), one of three
    # edges three times in trace(a^3). An edge is on a cycle where both its ends are in one strong component.
    own = links.pre == links.post
    a = links.valued(np.where(own, 0.0, 1.0))
    a.eliminate_zeros()
    two = a @ a
    _, label = connected_components(a, connection="strong")
    circling = (label[links.pre] == label[links.post]) & (np.bincount(label)[label[links.pre]] > 1) | own
    pairs = int(np.sum(~own))
    return {
        "reciprocity": float(two.diagonal().sum()) / pairs if pairs else np.nan,
        "loops of one edge": float(own.sum()),
        "loops of two": float(two.diagonal().sum()) / 2,
        "loops of three": float((two.multiply(a.T)).sum()) / 3,
        "share of edges on a cycle": float(circling.mean()) if circling.size else np.nan,
        "spectral radius": _spectral_radius(links.valued(np.where(circling, links.weights, 0.0))),
    }


def _spectral_radius(weights: sparse.csr_array) -> float:
    """Return the largest absolute eigenvalue; the weights on no cycle, which change none, are 0."""
    weights.eliminate_zeros()
    inside = np.flatnonzero(np.diff(weights.indptr))
    if not inside.size:
        return 0.0
    block = weights[inside][:, inside]
    if inside.size > SMALL:
        try:
            found = eigs(block, k=6, return_eigenvectors=False, v0=np.ones(inside.size), tol=1e-8)
            return float(np.abs(found).max())
        except ArpackNoConvergence:
            pass  # many eigenvalues of nearly this size: all of them are computed
    return float(np.abs(np.linalg.eigvals(block.toarray())).max())


def modules(links: Links, rng: np.random.Generator) -> Measured:
    """Return the modularity of the absolute weights that Louvain's method finds, and its number of modules."""
    if not np.any(links.weights):
        return {"modularity": np.nan, "modules": np.nan}
    graph = nx.from_scipy_sparse_array(abs(links.valued(links.weights)), create_using=nx.DiGraph)
    found = nx.community.louvain_communities(graph, seed=int(rng.integers(2**31)))
    return {"modularity": float(nx.community.modularity(graph, found)), "modules": float(len(found))}


def motifs(links: Links, rng: np.random.Generator) -> Measured:
    """Count the connected triads."""
    return {f"triad {name}": count for name, count in triad_census(links).items()}


SECTIONS: dict[str, Callable[[Links, np.random.Generator], Measured]] = {
    "size": size,
    "degrees": degrees,
    "components": components,
    "paths": paths,
    "feedback": feedback,
    "modules": modules,
    "motifs of three nodes": motifs,
}
"""The sections of the table; each function returns its rows."""
