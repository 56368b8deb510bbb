"""The control: pairs drawn whatever their neurons do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph.growth.base import Asked, Choice, Numbered


@dataclass(frozen=True)
class Random(Numbered):
    """Grow edges at random, each candidate with the same probability: the control for every other grower.

    With a pruner of small weights beside it, it is sparse evolutionary training [1]_.

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
    The score in the log is the probability of a draw, one over the number of candidates.

    References
    ----------
    .. [1] Mocanu, Mocanu, Stone, Nguyen, Gibescu, Liotta, Scalable training of artificial neural networks with adaptive
       sparse connectivity inspired by network science, Nature Communications 9, 2383, 2018.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.random(inputs=2, hidden=8, outputs=1, density=0.2, seed=0))
    >>> grown = ng.grow(network, ng.growth.random(count=10), seed=0)
    >>> grown.network.weights.size - network.weights.size
    10
    >>> x, y = ng.tasks.logic("xor")
    >>> evolving = {"pruner": ng.pruning.magnitude(0.3), "grower": ng.growth.random(deviation=0.1)}
    >>> fit = ng.train(network, x, y, **evolving, epochs=5, target_cost=None, seed=0)
    >>> fit.history["edges"] == network.weights.size
    array([ True,  True,  True,  True,  True])
    """

    def choose(self, asked: Asked) -> Choice:
        """Draw from the candidates."""
        pool = self.pool(asked)
        codes = asked.rng.permutation(pool.drawn(min(asked.count, pool.size), asked.rng))
        return Choice(codes, np.full(codes.size, 1.0 / max(pool.size, 1)), f"drawn from {pool.size} candidates")


random = Random
