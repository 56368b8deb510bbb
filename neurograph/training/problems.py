"""What a training run learns, by the kind of its neurons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from neurograph.learning import rules
from neurograph.learning.rule import Rule
from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig, TrainingOptions
from neurograph.training.in_time import Sequences
from neurograph.training.problem import Problem
from neurograph.training.sampled import SampledProblem
from neurograph.training.state import TrainingState

PROBLEMS: dict[str, type[Problem]] = {"rate": Problem, "binary": SampledProblem, "unitary": Sequences}
"""The class of what a network learns, by the kind of its neurons."""


RULES: dict[str, Callable[[], Rule]] = {
    "rate": rules.asymmetric_ep,
    "binary": rules.variational_probability_flow,
    "unitary": rules.through_time,
}
"""What makes the rule of each kind, where none is named."""


def with_rule(options: TrainingOptions, network: Any) -> TrainingOptions:
    """Return the options with the rule of the neurons' kind, where none is named; `network` may be a state of a run."""
    known = network.network if isinstance(network, TrainingState) else network
    if options.get("rule") is None and isinstance(known, Network):
        return {**options, "rule": RULES[known.dynamics.kind]()}
    return options


def problem_of(network: Network, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig) -> Problem:
    """Return what a network is to learn.

    Raises
    ------
    DataError, GraphError, ParameterError
        If something does not go with the network, or with each other.
    """
    network = checked_network(network, *EVERY_KIND)
    return PROBLEMS[network.dynamics.kind].of(network, x, y, config)
