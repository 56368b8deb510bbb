"""The measures of a graph, one function for each section of the table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from neurograph.analysis.communities import communities, modularity
from neurograph.analysis.links import Links
from neurograph.analysis.triads import WEDGES, triad_census

Measured = dict[str, float]

SMALL = 100
"""Most nodes for which every eigenvalue is computed."""

SOURCES = 512
"""Most inputs of a large graph from which paths are followed."""

ROUGH = 0.01
"""Relative residual of the largest eigenvalue of a large graph."""


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
    if links.large:
        lengths = _lengths(links, rng.permutation(links.inputs)[:SOURCES])
    else:
        lengths = shortest_path(links.adjacency, unweighted=True, indices=links.inputs)[:, links.outputs]
    found = lengths[np.isfinite(lengths)]
    return {
        "outputs reached by an input": float(np.mean(np.isfinite(lengths))),
        "path from input to output": float(found.mean()) if found.size else np.nan,
        "longest of them": float(found.max()) if found.size else np.nan,
    }


def _lengths(links: Links, sources: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the lengths of the shortest paths (sources, outputs); infinite where there is none."""
    # A breadth-first search from 64 sources at once: bit k of a node's word is whether source k has reached it.
    back = links.adjacency.T.tocsr()
    entered = np.flatnonzero(np.diff(back.indptr))
    lengths = np.full((sources.size, links.outputs.size), np.inf)
    for first in range(0, sources.size, 64):
        part = sources[first : first + 64]
        bits = np.arange(part.size, dtype=np.uint64)[:, None]
        reached = np.zeros(links.nodes, np.uint64)
        reached[part] = np.uint64(1) << bits[:, 0]
        for step in range(1, links.nodes + 1):
            fresh = np.zeros_like(reached)
            fresh[entered] = np.bitwise_or.reduceat(reached[back.indices], back.indptr[entered])
            fresh &= ~reached
            if not fresh.any():
                break
            reached |= fresh
            lengths[first : first + 64][(fresh[links.outputs] >> bits & np.uint64(1)).astype(np.bool_)] = step
    return lengths


def feedback(links: Links, rng: np.random.Generator) -> Measured:
    """Return the measures of feedback: loops of up to three edges, edges on a cycle, the spectral radius."""
    # Mutual edges stand twice among the edges and their reverses. A cycle of three edges is in each of the triads 030C,
    # 120C and 210, and two are in 300. An edge is on a cycle where both its ends are in one strong component.
    own = links.pre == links.post
    pre, post = links.pre[~own], links.post[~own]
    both = np.sort(np.concatenate([pre * links.nodes + post, post * links.nodes + pre]))
    mutual = float(np.count_nonzero(both[1:] == both[:-1]))
    census = links.once(triad_census, rng)
    _, label = connected_components(links.adjacency, connection="strong")
    circling = (label[links.pre] == label[links.post]) & (np.bincount(label)[label[links.pre]] > 1) | own
    return {
        "reciprocity": mutual / pre.size if pre.size else np.nan,
        "loops of one edge": float(own.sum()),
        "loops of two": mutual / 2,
        "loops of three": census["030C"] + census["120C"] + census["210"] + 2 * census["300"],
        "share of edges on a cycle": float(circling.mean()) if circling.size else np.nan,
        "spectral radius": _spectral_radius(links, circling),
    }


def _spectral_radius(links: Links, circling: NDArray[np.bool_]) -> float:
    """Return the largest absolute eigenvalue; the weights on no cycle, which change none, are 0."""
    if links.large and links.random:
        return np.nan
    weights = links.valued(np.where(circling, links.weights, 0.0))
    weights.eliminate_zeros()
    inside = np.flatnonzero(np.diff(weights.indptr))
    if not inside.size:
        return 0.0
    block = weights[inside][:, inside]
    if inside.size > SMALL:
        tol, ncv, most = (ROUGH, 60, 10) if links.large else (1e-8, None, None)
        try:
            found = eigs(block, k=6, v0=np.ones(inside.size), ncv=ncv, maxiter=most, tol=tol, return_eigenvectors=False)
            return float(np.abs(found).max())
        except ArpackNoConvergence as error:  # many eigenvalues of nearly this size: all of them are computed
            if links.large:
                return float(np.abs(error.eigenvalues).max(initial=0.0)) or np.nan
    return float(np.abs(np.linalg.eigvals(block.toarray())).max())


def modules(links: Links, rng: np.random.Generator) -> Measured:
    """Return the modularity of the absolute weights that Louvain's method finds, and its number of modules."""
    if not np.any(links.weights) or (links.large and links.random):
        return {"modularity": np.nan, "modules": np.nan}
    label = communities(links, rng)
    return {"modularity": modularity(links, label), "modules": float(np.unique(label).size)}


def motifs(links: Links, rng: np.random.Generator) -> Measured:
    """Count the connected triads."""
    return {f"triad {name}": count for name, count in links.once(triad_census, rng).items()}


def sampled(links: Links) -> str:
    """Return in words which measures of a large graph are sampled, and how many of what; nothing of a small one."""
    if not links.large:
        return ""
    sources = f"paths from {SOURCES:,} of {links.inputs.size:,} inputs; " if links.inputs.size > SOURCES else ""
    return (
        f"of more than {links.most:,} edges, {sources}closed triads and loops of three from {WEDGES:,} pairs of links "
        "of each kind at a node, the open triads from them and the degrees; spectral radius with a residual of "
        f"{ROUGH:.0%}, or missing; modules by a search in which half of the nodes move at once; neither of these two "
        "of random graphs, whose edges are dealt at once"
    )


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
