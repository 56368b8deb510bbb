"""What a training run learns, by the kind of its neurons."""

from __future__ import annotations

from numpy.typing import ArrayLike

from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig
from neurograph.training.in_time import Sequences
from neurograph.training.problem import Problem

PROBLEMS: dict[str, type[Problem]] = {"rate": Problem, "unitary": Sequences}
"""The class of what a network learns, by the kind of its neurons."""


def problem_of(network: Network, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig) -> Problem:
    """Return what a network is to learn.

    Raises
    ------
    DataError, GraphError, ParameterError
        If something does not go with the network, or with each other.
    """
    network = checked_network(network, *EVERY_KIND)
    return PROBLEMS[network.dynamics.kind].of(network, x, y, config)
