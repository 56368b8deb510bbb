"""The triad census: how often three nodes are linked in each of the thirteen ways that link all three."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from neurograph.analysis.links import Links


def triad_census(links: Links) -> dict[str, float]:
    """Count the connected triads, by their names: mutual, asymmetric and null pairs, then a letter for the way.

    Sums over products of the matrices of mutual and one-way pairs: about a hundred times faster than networkx, which
    counts triad after triad. Self-loops are left out.

    References
    ----------
    Holland and Leinhardt, A method for detecting structure in sociometric data, American Journal of Sociology 76, 1970;
    Moody, Matrix methods for calculating the triad census, Social Networks 20, 1998.
    """
    # a is the adjacency matrix without self-loops, m that of mutual pairs, c = a - m that of one-way pairs; `out` and
    # `into` are the numbers of one-way edges from and into each node, `both` that of its mutual pairs.
    loops = links.pre == links.post
    a = links.valued(np.where(loops, 0.0, 1.0))
    a.eliminate_zeros()
    m = a.multiply(a.T).tocsr()
    c = (a - m).tocsr()
    c.eliminate_zeros()
    out, into, both = (np.asarray(each.sum(axis=axis)).ravel() for each, axis in ((c, 1), (c, 0), (m, 1)))

    def closed(first: sparse.csr_array, second: sparse.csr_array, third: sparse.csr_array) -> float:
        """Count i, j, k with i to j in the first, j to k in the second, i to k in the third."""
        return float((first @ second).multiply(third).sum())

    # Triads whose three pairs are all linked, each divided by the number of ways in which (i, j, k) finds it.
    full = {
        "030T": closed(c, c, c),
        "030C": closed(c, c, c.T) / 3,
        "120D": closed(c.T, c, m) / 2,
        "120U": closed(c, c.T, m) / 2,
        "120C": closed(c, c, m),
        "210": closed(m, m, c),
        "300": closed(m, m, m) / 6,
    }
    # Triads with two linked pairs: the pairs of links at a middle node, from its degrees, less those whose ends are
    # linked too, which are the triads above, once for each of their nodes that is such a middle.
    paths = {
        "021D": (out * (out - 1)).sum() / 2 - full["030T"] - full["120D"],
        "021U": (into * (into - 1)).sum() / 2 - full["030T"] - full["120U"],
        "021C": (into * out).sum() - full["030T"] - 3 * full["030C"] - full["120C"],
        "111D": (both * into).sum() - 2 * full["120D"] - full["120C"] - full["210"],
        "111U": (both * out).sum() - 2 * full["120U"] - full["120C"] - full["210"],
        "201": (both * (both - 1)).sum() / 2 - full["210"] - 3 * full["300"],
    }
    return {name: float(count) for name, count in (*paths.items(), *full.items())}
