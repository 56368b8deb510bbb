"""What a training run learns, and how: all of it that stays the same from the first epoch to the last."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import error
from neurograph.errors import ParameterError
from neurograph.graphs.labelled import shown
from neurograph.learning.optimiser import OptimiserState
from neurograph.learning.phases import Phases, drawn_strength, raise_diverged, run_phases
from neurograph.learning.rule import Rule, check_rule_of_phases
from neurograph.network.compilation import check_symmetric
from neurograph.network.connectivity import Connectivity
from neurograph.network.inputs import checked_inputs, checked_targets, starting_state
from neurograph.network.network import Network
from neurograph.pruning.base import Task
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import raise_divergence
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Plan, Update
from neurograph.training.update import first_optimiser_state, updated


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
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig) -> Problem:
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
        if y is None:
            raise ParameterError(
                f"y is missing: expected the targets of the outputs {shown(network.outputs)}, or class labels, for "
                "each sample of x"
            )
        check_rule_of_rates(config.rule)
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

    def first_optimiser_state(self, network: Network) -> OptimiserState:
        """Return what the optimiser remembers before the first update."""
        return first_optimiser_state(network, self.config.optimiser)

    def task(self, states: Floats, samples: NDArray[np.int64]) -> Task | None:
        """Return what pruners and growers may ask about: the samples, from the last states (samples, nodes) on."""
        config = self.config
        return Task(states[samples], self.y[samples], config.cost, config.solver, config.rule, config.strength)

    def update(
        self,
        network: Network,
        optimiser_state: OptimiserState,
        states: Floats,
        batch: NDArray[np.int64],
        rng: np.random.Generator,
        epoch: int,
    ) -> Update:
        """Return what the samples of a batch lead to, whose last states are among `states` (samples, nodes)."""
        config = self.config
        start = self._start(network, states, batch, rng)
        beta, plan = drawn_strength(config.rule, config.strength, batch.size, rng), self.plan(network, batch.size)
        update = None
        if plan is not None:
            update = plan.update(network, optimiser_state, start, self.y[batch], beta, epoch)
        if update is None:
            phases = self._phases(network, start, beta, batch)
            update = Update(*updated(network, config, optimiser_state, phases, epoch), phases)
        return update

    def measured(
        self,
        network: Network,
        states: Floats,
        samples: NDArray[np.int64],
        held_out: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> dict[str, float]:
        """Return what an epoch adds to the history, as far as the network and the states (samples, nodes) say."""
        config, outputs, y = self.config, states[samples][:, network.connectivity.outputs], self.y[samples]
        values = {"cost": config.cost.mean(outputs, y), "error": error(outputs, y)}
        values["edges"] = float(network.weights.size)
        validation = self.validation(held_out)
        if validation is not None:
            start, wanted = validation
            outputs = self._outputs(network, start)
            values["validation_cost"] = config.cost.mean(outputs, wanted)
            values["validation_error"] = error(outputs, wanted)
        if config.keep is not None:
            values["rate"] = config.keep.certificate(network).rate or 0.0
        return values

    def cost_now(self, network: Network, states: Floats, samples: NDArray[np.int64], rng: np.random.Generator) -> float:
        """Return the mean cost of the samples, settled once more."""
        outputs = self._outputs(network, self._start(network, states, samples, rng))
        return self.config.cost.mean(outputs, self.y[samples])

    def _outputs(self, network: Network, start: Floats) -> Floats:
        """Return the outputs of samples (batch, outputs), settled from `start` (batch, nodes)."""
        return self.config.solver.solve(network, Phase(start)).outputs

    def _phases(self, network: Network, start: Floats, beta: float | Floats, batch: NDArray[np.int64]) -> Phases:
        """Run the free phase of a batch, and the others that the rule asks for."""
        config, solver = self.config, self.config.solver
        free = solver.solve(network, Phase(start))
        raise_divergence(free, solver, samples=batch)
        phases = run_phases(config.rule, free, self.y[batch], beta, config.cost, solver)
        raise_diverged(config.rule, phases, solver, batch)
        return phases

    def _start(self, network: Network, states: Floats, batch: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Return where the free phase of some samples starts (batch, nodes)."""
        if not isinstance(self.config.start, str):
            return self.start[batch]
        if self.config.start == "warm":
            return states[batch]
        return starting_state(network, self.x[batch], self.config.start, rng)


def check_rule_of_rates(rule: Rule) -> None:
    """Refuse a rule of other neurons than rates."""
    if rule.kind not in ("readout", "online"):
        raise ParameterError(
            f"rule is {rule.name}, which is not one of rates: expected one of their phases, such as "
            "rules.asymmetric_ep()"
        )
    check_rule_of_phases(rule)


def checked_data(network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> tuple[Floats, Floats]:
    """Return x and y as arrays that go with the network and the cost, or raise."""
    check_rule_of_rates(config.rule)
    inputs = checked_inputs(network, x)
    return inputs, checked_targets(network, y, inputs.shape[0], config.cost)
