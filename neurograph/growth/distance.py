"""The grower of short edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from neurograph._arrays import Floats
from neurograph._checks import checked_number, finite_number
from neurograph.errors import GraphError
from neurograph.graphs.columns import Column
from neurograph.growth.base import Asked, Choice, Numbered
from neurograph.growth.candidates import Codes
from neurograph.learning.rule import Rule
from neurograph.network.network import Network


@dataclass(frozen=True)
class Distance(Numbered):
    r"""Grow edges at random, short ones sooner than long ones.

    Parameters
    ----------
    length : float
        The length scale, in the unit of the nodes' attribute ``position``; above 0.
    every, until, decay
        When, in training: see :class:`neurograph.growth.Grower`.
    candidates, weight, deviation
        From where, and with which weights: see :class:`neurograph.growth.NewEdges`.
    fraction, count
        How many come: see :class:`neurograph.growth.Numbered`.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    GraphError
        As it is used, if a node has no position, or another than 2 or 3 numbers.

    Notes
    -----
    One edge is drawn after the other, each candidate that is left with the probability [1]_

    .. math:: p_{ij} \propto \exp(-d_{ij} / \ell)

    with d the distance between the two nodes, which carry their place in the attribute ``position``, 2 or 3 numbers,
    and :math:`\ell` the length. The right side is the score in the log. Drawn is, as in [2]_, the largest of length
    times Gumbel noise less d.

    References
    ----------
    .. [1] Kaiser, Hilgetag, Spatial growth of real-world networks, Physical Review E 69, 036103, 2004.
    .. [2] Yellott, The relationship between Luce's choice axiom, Thurstone's theory of comparative judgment, and the
       double exponential distribution, J. Mathematical Psychology 15, 1977.

    Examples
    --------
    >>> import numpy as np, neurograph as ng
    >>> graph = ng.topologies.random(inputs=2, hidden=58, outputs=1, density=0.02, seed=0)
    >>> for place, node in enumerate(graph):
    ...     graph.nodes[node]["position"] = (place % 8, place // 8)
    >>> near, far = (ng.grow(ng.compile(graph), ng.growth.distance(length=l, count=200), seed=0) for l in (1.0, 100.0))
    >>> def mean_distance(growth):
    ...     ends = ([graph.nodes[node]["position"] for node in one.edge] for one in growth.added)
    ...     return np.mean([np.hypot(*np.subtract(*pair)) for pair in ends])
    >>> bool(mean_distance(near) < 0.6 * mean_distance(far))
    True
    """

    length: float

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        checked_number("length", self.length, above=0.0)

    def check(self, network: Network, alone: bool, paired: bool = False, rule: Rule | None = None) -> None:
        """Refuse nodes without a position too."""
        super().check(network, alone, paired, rule)
        node_positions(network)

    def choose(self, asked: Asked) -> Choice:
        """Draw pairs without putting any back: the largest keys length g - d, g from a Gumbel distribution."""
        places, pool = node_positions(asked.network), self.pool(asked)

        def keys(pre: Codes, post: Codes) -> Floats:
            return self.length * asked.rng.gumbel(size=pre.size) - _apart(places, pre, post)

        codes, _ = pool.best(asked.count, keys)
        post, pre = np.divmod(codes, pool.nodes)
        with np.errstate(over="ignore"):  # of a probability that is 0
            scores = np.exp(-_apart(places, pre, post) / self.length)
        return Choice(codes, scores, "drawn by exp(-distance/length)")


def _apart(places: Floats, pre: Codes, post: Codes) -> Floats:
    return np.asarray(reduce(np.hypot, (axis[pre] - axis[post] for axis in places.T)))


def node_positions(network: Network) -> Floats:
    """Return where the nodes are (nodes, 2 or 3).

    Raises
    ------
    GraphError
        If one says it not, or otherwise than the others.
    """
    table = network.connectivity.table
    given = table.of_nodes().get("position", Column.absent(len(table.nodes))).cells()
    places = [_numbers(one) for one in given]
    size = next((len(one) for one in places if one is not None), 2)
    for node, value, place in zip(table.nodes, given, places, strict=True):
        if place is None or len(place) != size:
            said = "no attribute 'position'" if value is None else f"the position {value!r}"
            raise GraphError(
                f"node {node!r} has {said}: expected {size} numbers, such as graph.nodes[{node!r}]['position'] = "
                f"{(0.0,) * size!r}, for growth.distance joins nodes by how far apart they are"
            )
    return np.array(places, np.float64).reshape(len(places), size)


def _numbers(value: object) -> list[float] | None:
    """Return 2 or 3 finite numbers, or None for anything else."""
    try:
        found = [finite_number(one) for one in value]  # type: ignore[attr-defined]
    except TypeError:
        return None
    numbers = [one for one in found if one is not None]
    return numbers if len(numbers) == len(found) and len(found) in (2, 3) else None


distance = Distance
