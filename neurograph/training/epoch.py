"""One epoch of training: settle, nudge, change the weights, prune; from one state of a run to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats, frozen
from neurograph.equations.costs import Cost, error
from neurograph.errors import DataError, DivergenceError, ParameterError
from neurograph.learning.phases import Phases, drawn_strength, raise_diverged, run_phases, weight_change
from neurograph.network.inputs import checked_inputs, checked_targets, starting_state
from neurograph.network.network import Network, check_symmetric
from neurograph.pruning.base import Task
from neurograph.pruning.removal import prune_now
from neurograph.solvers.base import Phase
from neurograph.solvers.settle import raise_divergence
from neurograph.training.config import TrainingConfig
from neurograph.training.state import TrainingState, restored_generator


@dataclass(frozen=True, eq=False)
class Problem:
    """What never changes in a run: how it goes, and on which data.

    Attributes
    ----------
    config : TrainingConfig
    x : array (samples, inputs)
    y : array (samples, outputs)
    start : array (samples, nodes)
        Where each sample's free phase starts, unless it is drawn anew or goes on from the last one.
    validation : (x, y) or None
        Other samples that only validate.
    """

    config: TrainingConfig
    x: Floats
    y: Floats
    start: Floats
    validation: tuple[Floats, Floats] | None = None

    @classmethod
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike, config: TrainingConfig) -> Problem:
        """Check the data against the network and the other arguments.

        Raises
        ------
        DataError
            If x or y does not fit the network.
        GraphError
            If edges have to be symmetric and are not tied.
        """
        check_symmetric(network, config.rule.name if config.rule.symmetric else None)
        inputs, targets = checked_data(network, x, y, config)
        start: Any = 0.0 if config.start_in_words else config.start
        given = config.validation
        other = None
        if isinstance(given, tuple):
            if len(given) != 2:
                raise ParameterError(f"validation has {len(given)} parts: expected a share, or a pair (x, y)")
            other = checked_data(network, given[0], given[1], config)
        return cls(config, inputs, targets, starting_state(network, inputs, start, None), other)

    def learned_from(self, held_out: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of the samples that are not held out."""
        return np.setdiff1d(np.arange(self.x.shape[0]), held_out)

    def validated_on(self, held_out: NDArray[np.int64]) -> tuple[Floats, Floats] | None:
        """Return the samples that only validate, if there are any."""
        if isinstance(self.config.validation, float | int):
            return self.x[held_out], self.y[held_out]
        return self.validation


def begin(problem: Problem, network: Network, rng: np.random.Generator) -> TrainingState:
    """Return the state before the first epoch: the samples to validate drawn, the network as `keep` asks for it.

    Raises
    ------
    DataError
        If too few samples are left to learn from.
    ParameterError
        If no weights would keep what `keep` asks for.
    """
    config, count, share = problem.config, problem.x.shape[0], problem.config.validation
    network = network if config.keep is None else config.keep.project(network)
    held_out = np.empty(0, np.int64)
    if share is not None and not isinstance(share, tuple):
        held = max(1, round(float(share) * count))
        if held >= count:
            raise DataError(f"validation is {share!r} of {count} samples, which leaves none to learn from")
        held_out = np.sort(rng.permutation(count)[:held])
    size = config.batch(count - held_out.size)
    if size > count - held_out.size:
        left = f", {held_out.size} of them held out for validation" if held_out.size else ""
        raise DataError(
            f"batch_size is {size} but x has {count} samples{left}: expected at most as many, or None for all at once"
        )
    parameters = network.weights.size + network.connectivity.biased.size
    optimiser_state = config.optimiser.begin(parameters)
    generator = dict(rng.bit_generator.state)
    return TrainingState(network, network, (), (), problem.start, optimiser_state, generator, held_out)


def check_same_run(problem: Problem, state: TrainingState, fresh: TrainingState) -> None:
    """Refuse to go on from a state of another kind of run than one that would begin `fresh`.

    Raises
    ------
    DataError
        If it had other samples.
    ParameterError
        If it was with another validation, or another kind of optimiser.
    """
    if state.state.shape != fresh.state.shape:
        raise DataError(
            f"x has {problem.x.shape[0]} samples, but the fit had {state.state.shape[0]}: expected the same x"
        )
    if ("validation_cost" in state.history) != (problem.config.validation is not None):
        raise ParameterError("the fit and this call are not both with validation, or both without: expected the same")
    if ("rate" in state.history) != (problem.config.keep is not None):
        raise ParameterError("the fit and this call are not both with keep, or both without: expected the same")
    if state.held_out.size != fresh.held_out.size:
        raise ParameterError(
            f"validation holds {fresh.held_out.size} samples of x out, but the fit held out {state.held_out.size}: "
            "expected the same validation"
        )
    if [np.shape(part) for part in state.optimiser_state] != [np.shape(part) for part in fresh.optimiser_state]:
        raise ParameterError(
            f"optimiser is {problem.config.optimiser!r}, which is of another kind than the fit's: expected the same"
        )


def epoch(problem: Problem, state: TrainingState) -> TrainingState:
    """Go once through the samples, prune, and see whether that was enough.

    Raises
    ------
    DivergenceError
        If activity or a weight leaves every bound.
    """
    config, rng = problem.config, restored_generator(state.generator)
    places = problem.learned_from(state.held_out)
    network, optimiser_state, number = state.network, state.optimiser_state, state.epochs
    states, settled, learned = state.state.copy(), 0.0, 0
    for samples in _batches(places, config.batch(places.size), rng):
        phases = _phases(problem, network, samples, states, rng)
        settled += phases.settled * samples.size
        learned += int(np.count_nonzero(phases.learned))
        states[samples] = phases.free.state
        network, optimiser_state = updated(network, config, optimiser_state, phases, number)
    removed = state.removed
    if config.pruner is not None:
        task = Task(states[places], problem.y[places], config.cost, config.solver)
        pruned = prune_now(network, config.pruner, rng, number, task, config.keep)
        optimiser_state = _kept(optimiser_state, network, pruned.network)
        network, removed = pruned.network, (*removed, *pruned.removed)
    outputs, y = states[np.ix_(places, network.connectivity.outputs)], problem.y[places]
    record = {
        "cost": config.cost.mean(outputs, y),
        "error": error(outputs, y),
        "edges": float(network.weights.size),
        "settled": settled / places.size,
        "learned": learned / places.size,
        **_validated(problem, network, state.held_out),
    }
    if config.keep is not None:
        record["rate"] = config.keep.certificate(network).rate or 0.0
    after = replace(
        state,
        network=network,
        records=(*state.records, record),
        removed=removed,
        state=states,
        optimiser_state=optimiser_state,
    )
    after = _judged(problem, after, rng)
    return replace(after, generator=dict(rng.bit_generator.state))


def _judged(problem: Problem, state: TrainingState, rng: np.random.Generator) -> TrainingState:
    """Return the state with the best network so far, and with the reason if the run has ended."""
    config, number, record = problem.config, state.epochs - 1, state.records[-1]
    watched = record.get("validation_cost", record["cost"])
    if watched < state.best_cost:
        state = replace(state, best=state.network, best_cost=watched, best_epoch=number)
    if config.validation is None:
        state = replace(state, best=state.network)
    if config.patience is not None and number - state.best_epoch >= config.patience:
        state = replace(state, finished=f"stopped, no better for {config.patience} epochs")
    if config.target_cost is not None and record["cost"] <= config.target_cost:
        places = problem.learned_from(state.held_out)
        start = _start(problem, state.network, places, state.state, rng)
        now = config.solver.solve(state.network, Phase(start))
        if config.cost.mean(now.outputs, problem.y[places]) <= config.target_cost:
            state = replace(state, finished=f"stopped at a cost of {config.target_cost:g}")
    return state


def _validated(problem: Problem, network: Network, held_out: NDArray[np.int64]) -> dict[str, float]:
    """Settle on the samples that only validate, from `start` if it says where for each of them, or 0."""
    samples = problem.validated_on(held_out)
    if samples is None:
        return {}
    config = problem.config
    start: Any = 0.0 if config.start_in_words else config.start
    if np.ndim(start) == 2:  # one start for each sample of the run's own x
        start = problem.start[held_out] if held_out.size else 0.0
    outputs = config.solver.solve(network, Phase(starting_state(network, samples[0], start, None))).outputs
    return {"validation_cost": config.cost.mean(outputs, samples[1]), "validation_error": error(outputs, samples[1])}


def _batches(places: NDArray[np.int64], size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    if size == places.size:
        return [places]
    order = places[rng.permutation(places.size)]
    return [order[first : first + size] for first in range(0, places.size, size)]


def _phases(
    problem: Problem, network: Network, samples: NDArray[np.int64], states: Floats, rng: np.random.Generator
) -> Phases:
    """Settle freely, and then in the other phases of the rule."""
    config, solver = problem.config, problem.config.solver
    free = solver.solve(network, Phase(_start(problem, network, samples, states, rng)))
    raise_divergence(free, solver, samples=samples)
    beta = drawn_strength(config.rule, config.strength, samples.size, rng)
    phases = run_phases(config.rule, free, problem.y[samples], beta, config.cost, solver)
    raise_diverged(config.rule, phases, solver, samples)
    return phases


def _start(
    problem: Problem, network: Network, samples: NDArray[np.int64], states: Floats, rng: np.random.Generator
) -> Floats:
    if not problem.config.start_in_words:
        return problem.start[samples]
    if problem.config.start == "warm":
        return states[samples]
    return starting_state(network, problem.x[samples], "uniform", rng)


def _kept(optimiser_state: tuple[Floats, ...], before: Network, after: Network) -> tuple[Floats, ...]:
    """Return what the optimiser keeps of the edges that stay, and of every bias."""
    stays = np.isin(before.connectivity.edge_ids, after.connectivity.edge_ids)
    stays = np.concatenate([stays, np.ones(after.connectivity.biased.size, np.bool_)])
    return tuple(part if part.ndim == 0 else part[stays] for part in optimiser_state)


def updated(
    network: Network, config: TrainingConfig, optimiser_state: tuple[Floats, ...], phases: Phases, number: int
) -> tuple[Network, tuple[Floats, ...]]:
    """Change weights and biases by what the phases of a batch ended in, in epoch `number`.

    Raises
    ------
    DivergenceError
        If a weight or a bias is no longer finite.
    """
    connectivity = network.connectivity
    change, bias_change = weight_change(config.rule, phases)
    count, own = network.weights.size, connectivity.biased
    if connectivity.constrained:
        change = np.where(connectivity.plastic, change, 0.0)
    values = np.concatenate([network.weights, network.biases[own]])
    changes = np.concatenate([change, bias_change])
    with np.errstate(over="ignore", invalid="ignore"):  # said below, with the edge's name
        moved, optimiser_state = config.optimiser.step(values, changes, optimiser_state, count, number)
        moved = moved.astype(network.dtype)
    if not np.isfinite(moved).all():
        _raise_lost(network, config, changes, moved, number)
    weights, biases = moved[:count].copy(), network.biases.copy()
    if connectivity.constrained:
        weights = _constrained(network, weights)
    biases[own] = moved[count:]
    network = replace(network, weights=frozen(weights), biases=frozen(biases))
    return network if config.keep is None else config.keep.project(network), optimiser_state


def _constrained(network: Network, weights: Floats) -> Floats:
    """Leave the weights that are not plastic, and keep the signs of the others (Dale's law)."""
    connectivity = network.connectivity
    sign = connectivity.signs[connectivity.pre]
    weights[((sign > 0) & (weights < 0)) | ((sign < 0) & (weights > 0))] = 0.0
    return np.where(connectivity.plastic, weights, network.weights)


def _raise_lost(network: Network, config: TrainingConfig, changes: Floats, moved: Floats, number: int) -> None:
    """Name the first weight or bias that is not finite, and whether the rule or the step made it so."""
    lost = ~np.isfinite(changes)
    place = int(np.flatnonzero(lost if lost.any() else ~np.isfinite(moved))[0])
    count = network.weights.size
    what = (
        f"the weight of edge {network.edges[place]!r}"
        if place < count
        else f"the bias of node {network.nodes[network.connectivity.biased[place - count]]!r}"
    )
    if lost.any():
        raise DivergenceError(
            f"the rule {config.rule.name} changes {what} by {changes[place]} in epoch {number}: expected a "
            f"finite number; look for a division by 0 or the like in {config.rule.change!r}, or lower the "
            "learning rate"
        )
    raise DivergenceError(
        f"{what} is {moved[place]} after an update in epoch {number}: expected a finite number; lower the learning "
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
