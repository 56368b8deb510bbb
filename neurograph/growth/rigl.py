"""The grower of edges that the training rule would change most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurograph.errors import ParameterError
from neurograph.growth.base import Asked, Choice, Numbered
from neurograph.growth.reading import Reading, check_readable
from neurograph.learning import rules
from neurograph.learning.rule import Rule
from neurograph.network.network import Network


@dataclass(frozen=True)
class Rigl(Numbered):
    r"""Grow the edges that the training rule would change most, were they there with weight 0.

    With :func:`neurograph.pruning.magnitude` beside it, ``every``, ``until`` and ``decay="cosine"``, it is the method
    of the paper [1]_.

    Parameters
    ----------
    rule : Rule, optional
        Which rule is asked; default: that by which the network is trained. It must be one that is read out of final
        states, as all but those along a phase are.
    every, until, decay
        When, in training: see :class:`neurograph.growth.Grower`.
    candidates, weight, deviation
        From where, and with which weights: see :class:`neurograph.growth.NewEdges`. Every pair of 10,000
        nodes is 100 million: ``candidates=1_000_000`` asks about as many, drawn anew each time.
    fraction, count
        How many come: see :class:`neurograph.growth.Numbered`.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    The candidates of the largest score come:

    .. math:: S_{ij} = \left| \langle \Delta W_{ij} \rangle \right|

    the size of the rule's mean change over samples, with W_ij the weight of an edge from i to j, read at the two ends
    of the pair: the phases are run on the network as it is, for an edge of weight 0 changes no state. By the default
    rule it is the size of the derivative of the cost with respect to W_ij, but for neurons at a bound, which it lifts
    (``rules.asymmetric_ep(lift=0.0)`` does not), and the edges come along which the cost falls fastest. The size of a
    weight counts as what a neuron leaks by only once it is there: at weight 0 its derivative is taken as 0. Of a pair
    that comes in both directions, tied, it is the change of the weight that they share.

    References
    ----------
    .. [1] Evci, Gale, Menick, Castro, Elsen, Rigging the lottery: making all tickets winners, ICML 2020,
       arXiv 1911.11134.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> network = ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.3, seed=0))
    >>> grown = ng.grow(network, ng.growth.rigl(count=4), x, y, seed=0)
    >>> scores = [one.score for one in grown.added]
    >>> scores == sorted(scores, reverse=True), min(scores) > 0.0  # those that would help most come first
    (True, True)
    """

    rule: Rule | None = None

    needs_x: ClassVar[bool] = True
    needs_y: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ("rate",)

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if self.rule is not None and not isinstance(self.rule, Rule):
            raise ParameterError(
                f"rule is {self.rule!r}: expected one of neurograph.rules, such as rules.asymmetric_ep()"
            )

    def check(self, network: Network, alone: bool, paired: bool = False, rule: Rule | None = None) -> None:
        """Refuse a rule that cannot be asked about pairs too."""
        super().check(network, alone, paired, rule)
        check_readable(self._asked(rule), self)

    def _asked(self, learned: Rule | None) -> Rule:
        return self.rule or learned or rules.asymmetric_ep()

    def choose(self, asked: Asked) -> Choice:
        """Choose the pairs of the largest changes."""
        pool, rule = self.pool(asked), self._asked(None if asked.task is None else asked.task.rule)
        reading = Reading.of(rule, asked, self)
        codes, scores = pool.best(asked.count, lambda pre, post: np.abs(reading.changes(pre, post)))
        return Choice(codes, scores, f"largest change by {rule.name}")


rigl = Rigl
