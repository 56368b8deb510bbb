"""What is measured of a graph, one function a section of the table."""

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
"""Most nodes of which every eigenvalue is computed."""


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
    """Return degrees, and strengths: summed absolute weights."""
    measured: Measured = {}
    for name, ends in (("in", links.post), ("out", links.pre)):
        degree = np.bincount(ends, minlength=links.nodes)
        strength = np.bincount(ends, np.abs(links.weights), minlength=links.nodes)
        measured |= {f"{name}-degree, median": float(np.median(degree)), f"{name}-degree, largest": float(degree.max())}
        measured |= {
            f"{name}-strength, median": float(np.median(strength)),
            f"{name}-strength, largest": float(strength.max()),
        }
    return measured


def components(links: Links, rng: np.random.Generator) -> Measured:
    """Count components, and the nodes of the largest one in which every node reaches every other."""
    weak, _ = connected_components(links.adjacency, connection="weak")
    strong, label = connected_components(links.adjacency, connection="strong")
    return {
        "weak components": float(weak),
        "strong components": float(strong),
        "largest strong component": float(np.bincount(label).max()),
    }


def paths(links: Links, rng: np.random.Generator) -> Measured:
    """Return how many edges the shortest paths from inputs to outputs have."""
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
    """Return what runs in circles: loops of up to three edges, edges on a cycle, the spectral radius of the weights."""
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
    """Return the largest size of an eigenvalue; edges on no cycle, which change none, are 0."""
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
            pass  # many eigenvalues of nearly this size: all are computed
    return float(np.abs(np.linalg.eigvals(block.toarray())).max())


def modules(links: Links, rng: np.random.Generator) -> Measured:
    """Return the modularity that Louvain's method finds, with the sizes of the weights."""
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
"""The sections of the table; each function gives its rows."""
