"""What a training run learns, and how: all of it that stays the same from the first epoch to the last."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.errors import ParameterError
from neurograph.network.compilation import check_symmetric
from neurograph.network.connectivity import Connectivity
from neurograph.network.inputs import checked_inputs, checked_targets, starting_state
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Plan


@dataclass(frozen=True, eq=False)
class Problem:
    """The samples of a run and its configuration, checked against each other.

    Attributes
    ----------
    config : TrainingConfig
    x : array (samples, inputs)
    y : array (samples, outputs)
    start : array (samples, nodes)
        Where the free phases begin that are neither warm nor drawn: at `config.start`, or at 0.
    given : (array, array) or None
        The same of other samples, which only validate, and their targets.
    seen, plans : dict
        Working memory: by the size of a batch, the last connectivity, and that of the last plan, with it.
    """

    config: TrainingConfig
    x: Floats
    y: Floats
    start: Floats
    given: tuple[Floats, Floats] | None
    seen: dict[int, Connectivity] = field(default_factory=dict, repr=False)
    plans: dict[int, tuple[Connectivity, Plan | None]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> Problem:
        """Return what a network is to learn.

        Raises
        ------
        DataError
            If x or y does not fit the network.
        GraphError
            If the rule needs symmetric edges, and they are not tied.
        ParameterError
            If another argument does not fit.
        """
        check_symmetric(network, config.rule.name if config.rule.symmetric else None)
        inputs, targets = checked_data(network, x, y, config)
        given = None
        if isinstance(config.validation, tuple):
            parts = len(config.validation)
            if parts != 2:
                raise ParameterError(f"validation has {parts} parts: expected a share, or a pair (x, y)")
            others, wanted = checked_data(network, *config.validation, config)
            rows = np.ndim(config.fixed_start) == 2  # one start for each sample of the run's own x
            given = starting_state(network, others, 0.0 if rows else config.fixed_start, None), wanted
        return cls(config, inputs, targets, starting_state(network, inputs, config.fixed_start, None), given)

    def samples(self, held_out: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of the samples to learn from."""
        every = np.arange(self.x.shape[0])
        return np.setdiff1d(every, held_out) if held_out.size else every

    def plan(self, network: Network, batch: int) -> Plan | None:
        """Return the plan of an update of a network by a batch of some size; None where the parts go one by one.

        It is made at the second update of that kind, for it costs more than one by its parts.
        """
        if self.seen.get(batch) is not network.connectivity:
            self.seen[batch] = network.connectivity
            return None
        if self.plans.get(batch, (None,))[0] is not network.connectivity:
            self.plans[batch] = network.connectivity, Plan.of(network, self.config, batch)
        return self.plans[batch][1]

    def validation(self, held_out: NDArray[np.int64]) -> tuple[Floats, Floats] | None:
        """Return the starts and the targets of the samples that only validate, if there are any."""
        if self.config.validation is None:
            return None
        return (self.start[held_out], self.y[held_out]) if self.given is None else self.given


def checked_data(network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> tuple[Floats, Floats]:
    """Return x and y as arrays that go with the network and the cost, or raise."""
    inputs = checked_inputs(network, x)
    return inputs, checked_targets(network, y, inputs.shape[0], config.cost)
