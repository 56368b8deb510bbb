"""The grower of edges between neurons that are active together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurograph.growth.base import Asked, Choice, Numbered
from neurograph.growth.reading import Reading
from neurograph.learning.rule import Rule

HEBB = Rule("pre_free*post_free", name="Hebb's rule")


@dataclass(frozen=True)
class Activity(Numbered):
    r"""Grow the edges between neurons that are active together, as Hebb has it.

    Parameters
    ----------
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

    Notes
    -----
    Of neurons that are active together the connection grows [1]_. The candidates of the largest score come:

    .. math:: S_{ij} = \langle s_i s_j \rangle

    the mean over samples of the product of the free states of the presynaptic node i and the postsynaptic node j; of a
    pair that comes in both directions the sum over both. In [2]_ it is that of a state and a gradient.

    References
    ----------
    .. [1] Hebb, The organization of behavior, Wiley 1949.
    .. [2] Dai, Yin, Jha, NeST: a neural network synthesis tool based on a grow-and-prune paradigm, IEEE Trans.
       Computers 68(10), 2019, arXiv 1711.02017.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, _ = ng.tasks.logic("xor")
    >>> network = ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, seed=0))
    >>> grown = ng.grow(network, ng.growth.activity(count=4), x, seed=0)
    >>> state, places = ng.settle(network, x).state, {node: place for place, node in enumerate(network.nodes)}
    >>> pre, post = (places[node] for node in grown.added[0].edge)
    >>> bool(abs(grown.added[0].score - (state[:, pre] * state[:, post]).mean()) < 1e-9)
    True
    """

    needs_x: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ("rate",)

    def choose(self, asked: Asked) -> Choice:
        """Choose the pairs of the largest products."""
        pool, reading = self.pool(asked), Reading.of(HEBB, asked, self)
        codes, scores = pool.best(asked.count, reading.changes)
        return Choice(codes, scores, "largest mean product of states")


activity = Activity
