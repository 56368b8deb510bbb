"""One training run as it goes, epoch after epoch: the only thing in the house that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats, frozen
from neurograph.equations.costs import Cost, error
from neurograph.errors import DataError, DivergenceError, ParameterError
from neurograph.learning.phases import Phases, drawn_strength, raise_diverged, run_phases, weight_change
from neurograph.network.inputs import checked_inputs, checked_targets, starting_state
from neurograph.network.network import Network, check_symmetric
from neurograph.pruning import Pruner, Removed
from neurograph.pruning.base import Task
from neurograph.pruning.removal import prune_now
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Equilibrium
from neurograph.solvers.settle import raise_divergence
from neurograph.training.config import TrainingConfig
from neurograph.training.fit import Fit, Memory


class Run:
    """A network that learns."""

    def __init__(
        self, network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig, rng: np.random.Generator
    ) -> None:
        check_symmetric(network, config.rule.name if config.rule.symmetric else None)
        self.network = network if config.keep is None else config.keep.project(network)
        self.config, self.rng = config, rng
        self.x, self.y = checked_data(network, x, y, config)
        self.samples, self.held_out = self._split()
        self.validation = self._checked_validation()
        self.batch_size = config.batch(self.samples.size)
        if self.batch_size > self.samples.size:
            left = f", {self.held_out.size} of them held out for validation" if self.held_out.size else ""
            raise DataError(
                f"batch_size is {self.batch_size} but x has {self.x.shape[0]} samples{left}: expected at most as many, "
                "or None for all at once"
            )
        words = config.start if isinstance(config.start, str) else ""
        self.warm, self.drawn = words == "warm", words == "uniform"
        self.start = starting_state(network, self.x, 0.0 if self.warm or self.drawn else config.start, rng)
        self.state = self.start.copy()
        self.memory = config.optimiser.begin(network.weights.size + network.connectivity.biased.size)
        self.removed: list[Removed] = []
        validated = () if self.validation is None else ("validation_cost", "validation_error")
        kept = () if config.keep is None else ("rate",)
        self.history: dict[str, list[float]] = {
            name: [] for name in ("cost", "error", "edges", "settled", "learned", *validated, *kept)
        }
        self.best, self.best_cost, self.best_epoch = self.network, np.inf, -1
        self.finished = ""

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.history["cost"])

    def _split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of the samples to learn from, and of those that only validate."""
        count, share = self.x.shape[0], self.config.validation
        if share is None or isinstance(share, tuple):
            return np.arange(count), np.empty(0, np.int64)
        held = max(1, round(float(share) * count))
        if held >= count:
            raise DataError(f"validation is {share!r} of {count} samples, which leaves none to learn from")
        order = self.rng.permutation(count)
        return np.sort(order[held:]), np.sort(order[:held])

    def _checked_validation(self) -> tuple[Floats, Floats] | None:
        given = self.config.validation
        if isinstance(given, tuple):
            if len(given) != 2:
                raise ParameterError(f"validation has {len(given)} parts: expected a share, or a pair (x, y)")
            return checked_data(self.network, given[0], given[1], self.config)
        return None if given is None else (self.x[self.held_out], self.y[self.held_out])

    def remember(self, fit: Fit) -> None:
        """Go on where a fit ended."""
        if fit.state.shape != self.state.shape:
            raise DataError(
                f"x has {self.x.shape[0]} samples, but the fit had {fit.state.shape[0]}: expected the same x"
            )
        if set(fit.history) != set(self.history):
            raise ParameterError(
                "the fit and this call are not both with validation, or both without: expected the same"
            )
        if fit.memory.held_out.size != self.held_out.size:
            raise ParameterError(
                f"validation holds {self.held_out.size} samples of x out, but the fit held out "
                f"{fit.memory.held_out.size}: expected the same validation"
            )
        sizes = [np.shape(part) for part in fit.memory.optimiser]
        if sizes != [np.shape(part) for part in self.memory]:
            raise ParameterError(
                f"optimiser is {self.config.optimiser!r}, which is of another kind than the fit's: expected the same"
            )
        self.state, self.memory = fit.state.copy(), fit.memory.optimiser
        self.rng = restored_generator(fit.memory.generator)
        self.removed = list(fit.removed)
        self.history = {name: fit.history[name].tolist() for name in self.history}
        self.best, self.best_cost, self.best_epoch = fit.best, fit.memory.best_cost, fit.memory.best_epoch
        self.hold_out(fit.memory.held_out)

    def hold_out(self, held_out: NDArray[np.int64]) -> None:
        """Hold these samples of x out for validation."""
        self.held_out = held_out
        self.samples = np.setdiff1d(np.arange(self.x.shape[0]), held_out)
        self.validation = self._checked_validation()

    def fit(self) -> Fit:
        """Return what there is now."""
        memory = Memory(
            self.memory, dict(self.rng.bit_generator.state), self.held_out, self.best_cost, self.best_epoch,
            self.finished,
        )  # fmt: skip
        history = {name: np.array(values) for name, values in self.history.items()}
        best = self.network if self.validation is None else self.best
        return Fit(self.network, best, history, tuple(self.removed), self.state.copy(), memory)

    def epoch(self) -> None:
        """Go once through the samples, and see whether this was enough."""
        settled, learned, epoch = 0.0, 0, self.epochs
        for samples in self._batches():
            phases = self._phases(samples)
            settled += phases.settled * samples.size
            learned += int(np.count_nonzero(phases.learned))
            self.state[samples] = phases.free.state
            self.update(phases, epoch)
        if self.config.pruner is not None:
            self._prune(self.config.pruner, epoch)
        outputs, y = self.state[np.ix_(self.samples, self.network.connectivity.outputs)], self.y[self.samples]
        values = {
            "cost": self.config.cost.mean(outputs, y),
            "error": error(outputs, y),
            "edges": float(self.network.weights.size),
            "settled": settled / self.samples.size,
            "learned": learned / self.samples.size,
        }
        if self.validation is not None:
            outputs = self._validated(self.validation[0]).outputs
            values["validation_cost"] = self.config.cost.mean(outputs, self.validation[1])
            values["validation_error"] = error(outputs, self.validation[1])
        if self.config.keep is not None:
            values["rate"] = self.config.keep.certificate(self.network).rate or 0.0
        for name, value in values.items():
            self.history[name].append(value)
        self._judge()

    def _judge(self) -> None:
        """Keep the best network, and say whether the run has ended."""
        epoch, last = self.epochs - 1, {name: values[-1] for name, values in self.history.items()}
        watched = last.get("validation_cost", last["cost"])
        if watched < self.best_cost:
            self.best, self.best_cost, self.best_epoch = self.network, watched, epoch
        if self.config.patience is not None and epoch - self.best_epoch >= self.config.patience:
            self.finished = f"stopped, no better for {self.config.patience} epochs"
        target = self.config.target_cost
        if target is not None and last["cost"] <= target:
            now = self.config.solver.solve(self.network, Phase(self._start(self.samples)))
            if self.config.cost.mean(now.outputs, self.y[self.samples]) <= target:
                self.finished = f"stopped at a cost of {target:g}"

    def _validated(self, x: Floats) -> Equilibrium:
        """Settle the network as it is now on the samples that only validate, from `start` if it says where, or 0."""
        start: Any = 0.0 if self.warm or self.drawn else self.config.start
        if np.ndim(start) == 2:  # one start for each sample of the run's own x
            start = self.start[self.held_out] if self.held_out.size else 0.0
        return self.config.solver.solve(self.network, Phase(starting_state(self.network, x, start, None)))

    def _prune(self, pruner: Pruner, epoch: int) -> None:
        before = self.network.connectivity.edge_ids
        task = Task(self.state[self.samples], self.y[self.samples], self.config.cost, self.config.solver)
        gone = prune_now(self.network, pruner, self.rng, epoch, task, self.config.keep)
        self.network = gone.network
        stays = np.isin(before, self.network.connectivity.edge_ids)
        stays = np.concatenate([stays, np.ones(self.network.connectivity.biased.size, np.bool_)])
        self.memory = tuple(part if part.ndim == 0 else part[stays] for part in self.memory)
        self.removed.extend(gone.removed)

    def _batches(self) -> list[NDArray[np.int64]]:
        count, size = self.samples.size, self.batch_size
        if size == count:
            return [self.samples]
        order = self.samples[self.rng.permutation(count)]
        return [order[first : first + size] for first in range(0, count, size)]

    def _phases(self, samples: NDArray[np.int64]) -> Phases:
        config, solver = self.config, self.config.solver
        free = solver.solve(self.network, Phase(self._start(samples)))
        raise_divergence(free, solver, samples=samples)
        beta = drawn_strength(config.rule, config.strength, samples.size, self.rng)
        phases = run_phases(config.rule, free, self.y[samples], beta, config.cost, solver)
        raise_diverged(config.rule, phases, solver, samples)
        return phases

    def _start(self, samples: NDArray[np.int64]) -> Floats:
        if self.warm:
            return self.state[samples]
        if self.drawn:
            return starting_state(self.network, self.x[samples], "uniform", self.rng)
        return self.start[samples]

    def update(self, phases: Phases, epoch: int) -> None:
        """Change weights and biases by what the phases of a batch ended in."""
        network, connectivity = self.network, self.network.connectivity
        change, bias_change = weight_change(self.config.rule, phases)
        count, own = network.weights.size, connectivity.biased
        if connectivity.constrained:
            change = np.where(connectivity.plastic, change, 0.0)
        values = np.concatenate([network.weights, network.biases[own]])
        changes = np.concatenate([change, bias_change])
        with np.errstate(over="ignore", invalid="ignore"):  # said below, with the edge's name
            moved, self.memory = self.config.optimiser.step(values, changes, self.memory, count, epoch)
            moved = moved.astype(network.dtype)
        if not np.isfinite(moved).all():
            self._raise_lost(changes, moved, epoch)
        weights, biases = moved[:count].copy(), network.biases.copy()
        if connectivity.constrained:
            weights = self._constrained(weights)
        biases[own] = moved[count:]
        self.network = replace(network, weights=frozen(weights), biases=frozen(biases))
        if self.config.keep is not None:
            self.network = self.config.keep.project(self.network)

    def _constrained(self, weights: Floats) -> Floats:
        """Leave the weights that are not plastic, and keep the signs of the others."""
        connectivity = self.network.connectivity
        sign = connectivity.signs[connectivity.pre]
        weights[((sign > 0) & (weights < 0)) | ((sign < 0) & (weights > 0))] = 0.0
        return np.where(connectivity.plastic, weights, self.network.weights)

    def _raise_lost(self, changes: Floats, moved: Floats, epoch: int) -> None:
        """Name the first weight or bias that is not finite, and whether the rule or the step made it so."""
        network, lost = self.network, ~np.isfinite(changes)
        place = int(np.flatnonzero(lost if lost.any() else ~np.isfinite(moved))[0])
        count = network.weights.size
        what = (
            f"the weight of edge {network.edges[place]!r}"
            if place < count
            else f"the bias of node {network.nodes[network.connectivity.biased[place - count]]!r}"
        )
        if lost.any():
            raise DivergenceError(
                f"the rule {self.config.rule.name} changes {what} by {changes[place]} in epoch {epoch}: expected a "
                f"finite number; look for a division by 0 or the like in {self.config.rule.change!r}, or lower the "
                "learning rate"
            )
        raise DivergenceError(
            f"{what} is {moved[place]} after an update in epoch {epoch}: expected a finite number; lower the learning "
            "rate, or give the optimiser a max_step"
        )


def checked_data(network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> tuple[Floats, Floats]:
    """Return x and y as arrays that go with the network and the cost, or raise."""
    inputs = checked_inputs(network, x)
    targets = checked_targets(network, y, inputs.shape[0])
    if config.cost.shares:
        _check_shares(network, config.cost, targets)
    return inputs, targets


def _check_shares(network: Network, cost: Cost, targets: Floats) -> None:
    """Refuse targets that are no distribution over several outputs."""
    if targets.shape[1] < 2:
        raise ParameterError(
            f"cost is {cost!r}, but the network has one output, {network.outputs[0]!r}: expected one for each "
            "class, or costs.squared_error()"
        )
    wrong = np.flatnonzero((targets < 0).any(axis=1) | (np.abs(targets.sum(axis=1) - 1.0) > 1e-6))
    if wrong.size:
        raise DataError(
            f"y[{wrong[0]}] is {targets[wrong[0]].tolist()}: expected targets >= 0 that add up to 1, or class labels, "
            f"for {cost!r}"
        )


def restored_generator(state: dict[str, Any]) -> np.random.Generator:
    """Return the random numbers that go on from a state of a bit generator."""
    rng = np.random.Generator(getattr(np.random, state["bit_generator"])())
    rng.bit_generator.state = state
    return rng
