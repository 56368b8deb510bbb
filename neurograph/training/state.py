"""Where a training run stands between two epochs, as a value; and the epoch that leads from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed, wrapped
from neurograph.drawing.card import Carded, Html, facts, paragraph
from neurograph.drawing.chart import chart
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.growth.graph_after import graph_after
from neurograph.growth.insertion import check_growth
from neurograph.growth.rewiring import carried, rewired
from neurograph.learning.optimiser import OptimiserState
from neurograph.network.network import Network
from neurograph.pruning.base import AddedEdges, RemovedEdges
from neurograph.training.problem import Problem

SEED_IN_PLACE = np.random.SeedSequence(0)
"""What a generator is made of whose state is set right after: to draw entropy each time would take longer."""


@dataclass(frozen=True, eq=False, repr=False)
class TrainingState(Carded):
    """What :func:`neurograph.train` returns, and goes on from: ``train(fit, x, y)``.

    It is the run between two epochs: all that the next one needs besides the :class:`Problem`, and all that a
    checkpoint holds, see :mod:`neurograph.training.resume`.

    Attributes
    ----------
    network : Network
        After the last update.
    best : Network
        With validation, after the epoch of the lowest validation cost; else `network`.
    history : dict of str to array (epochs,)
        For each epoch: ``cost``, the mean over samples in the free phase, and ``error``, see
        :func:`neurograph.costs.error`, both before the sample's own update; ``edges``, those left after the epoch;
        ``settled``, the share of phases that converged; ``learned``, the share of samples that were learned from; with
        validation also ``validation_cost`` and ``validation_error``, after the epoch; with `keep` the ``rate`` that is
        certified then.
    removed : sequence of Removed
        The edges that left, in the order in which they did. A tuple, but each entry is made as it is read.
    added : sequence of Added
        The edges that came, in the same way. After an epoch, what leaves does so before what comes.
    state : array (samples, nodes)
        The last free equilibrium of each sample; of a unitary network its last state (samples, neurons).
    optimiser_state : tuple of arrays
        The optimiser's own: one number for each weight and bias, or one in all.
    generator : dict
        The state of the random numbers.
    held_out : int array
        Places of the samples of x that only validate.
    best_cost, best_epoch : float, int
        The lowest cost that early stopping has seen, and when.
    finished : str
        Why the run stopped before its last epoch; empty if it did not.
    remarks : tuple of str
        What kept the run from learning, each with what to do; ``print(fit)`` shows them.
    refuge : TrainingState or None
        Where the run goes back to if its phases no longer settle, see :mod:`neurograph.training.settling`.
    """

    network: Network
    best: Network
    history: dict[str, NDArray[np.float64]]
    removed: RemovedEdges
    added: AddedEdges
    state: Floats
    optimiser_state: OptimiserState
    generator: dict[str, Any]
    held_out: NDArray[np.int64]
    best_cost: float = np.inf
    best_epoch: int = -1
    finished: str = ""
    remarks: tuple[str, ...] = ()
    refuge: TrainingState | None = None

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return int(self.history["cost"].size)

    def graph_after(self, epochs: int) -> EdgeTable:
        """Return which edges were there after so many epochs; after 0 of them, before the first.

        Returns
        -------
        EdgeTable
            Each edge has the weight 1, for the logs do not say what it was in between.

        Raises
        ------
        ParameterError
            If the run had fewer epochs.

        Examples
        --------
        >>> import neurograph as ng
        >>> x, y = ng.tasks.logic("xor")
        >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
        >>> fit = ng.train(network, x, y, pruner=ng.pruning.magnitude(0.1), epochs=5, target_cost=None, seed=0)
        >>> [fit.graph_after(epochs).pre.size for epochs in (0, 2, 5)]
        [48, 39, 28]
        >>> during = ng.graph_metrics(fit.graph_after(2), samples=0)
        """
        return graph_after(epochs, self.epochs, self.network, self.removed, self.added, "epochs")

    def __repr__(self) -> str:
        """Return in a line how it ended."""
        if not self.epochs:
            return "TrainingState(0 epochs)"
        last = {name: values[-1] for name, values in self.history.items()}
        validated = f", validation error {last['validation_error']:.3g}" if "validation_error" in last else ""
        settled, learned = (f"{last[name]:.0%}" for name in ("settled", "learned"))
        shares = "" if settled == "100%" else f", {settled} of the phases settled"
        shares += "" if learned == "100%" else f", {learned} of the samples learned from"
        why = f"; {self.finished}" if self.finished else ""
        return (
            f"TrainingState({self.epochs} epochs: cost {last['cost']:.3g}, error {last['error']:.3g}{validated}, "
            f"{last['edges']:.0f} edges{shares}{why})"
        )

    def __str__(self) -> str:
        """Return how it ended and, a line each, what kept it from learning."""
        return "\n".join(line for text in (repr(self), *self.remarks) for line in wrapped(text, 4))

    def _parts(self) -> Iterator[Html]:
        for remark in self.remarks:
            yield paragraph(remark)
        logs = {"left": self.removed, "came": self.added}
        gone = {f"edges that {word}": len(log) for word, log in logs.items() if len(log)}
        lowest = {"lowest cost": f"{self.best_cost:.4g} in epoch {self.best_epoch + 1}"} if self.best_epoch >= 0 else {}
        yield facts({"network": repr(self.network), **lowest, **gone})
        costs = {name: line for name, line in self.history.items() if name in ("cost", "validation_cost")}
        yield chart(np.arange(1, self.epochs + 1), costs, "epochs")


def begin(problem: Problem, network: Network, rng: np.random.Generator, grown: bool = False) -> TrainingState:
    """Return the state before the first epoch; `grown`: edges have come before, until there is no candidate, perhaps.

    Raises
    ------
    DataError
        If there are too few samples for the batch size or the validation.
    ParameterError
        If no weights would keep what `keep` asks for, or the grower can do nothing with this network, or rule.
    GraphError
        If nodes do not carry what the grower asks of them.
    """
    config = problem.config
    if config.grower is not None:
        check_growth(network, config.grower, config.pruner is None and not grown, config.rule)
    network = network if config.keep is None else config.keep.project(network)
    held_out = _drawn_validation(problem, rng)
    _check_batch(problem, held_out)
    validated = () if config.validation is None else ("validation_cost", "validation_error")
    kept = () if config.keep is None else ("rate",)
    names = ("cost", "error", "edges", "settled", "learned", *validated, *kept)
    return TrainingState(
        network=network,
        best=network,
        history={name: np.empty(0) for name in names},
        removed=RemovedEdges.none(network),
        added=AddedEdges.none(network),
        state=problem.start,
        optimiser_state=problem.first_optimiser_state(network),
        generator=dict(rng.bit_generator.state),
        held_out=held_out,
    )


def _drawn_validation(problem: Problem, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the places of the samples to hold out."""
    count, share = problem.x.shape[0], problem.config.validation
    if share is None or isinstance(share, tuple):
        return np.empty(0, np.int64)
    held = max(1, round(float(share) * count))
    if held >= count:
        raise DataError(f"validation is {share!r} of {count} samples, which leaves none to learn from")
    return np.sort(rng.permutation(count)[:held])


def _check_batch(problem: Problem, held_out: NDArray[np.int64]) -> None:
    count = problem.x.shape[0]
    size = problem.config.batch(count - held_out.size)
    if size > count - held_out.size:
        left = f", {held_out.size} of them held out for validation" if held_out.size else ""
        raise DataError(
            f"batch_size is {size} but x has {count} samples{left}: expected at most as many, or None for all at once"
        )


def go_on(problem: Problem, fit: TrainingState) -> TrainingState:
    """Return the state in which a run goes on where a fit ended.

    Raises
    ------
    DataError, ParameterError
        If the fit is of other samples, another kind of optimiser, or another validation.
    """
    # What a fit of this problem looks like.
    fresh = begin(problem, fit.network, np.random.default_rng(0), bool(fit.added))
    if fit.state.shape != fresh.state.shape:
        raise DataError(
            f"x has {fresh.state.shape[0]} samples, but the fit had {fit.state.shape[0]}: expected the same x"
        )
    if set(fit.history) != set(fresh.history):
        raise ParameterError(
            "the fit and this call are not both with validation and keep, or both without: expected the same"
        )
    if fit.held_out.size != fresh.held_out.size:
        raise ParameterError(
            f"validation holds {fresh.held_out.size} samples of x out, but the fit held out {fit.held_out.size}: "
            "expected the same validation"
        )
    if [np.shape(part) for part in fit.optimiser_state] != [np.shape(part) for part in fresh.optimiser_state]:
        raise ParameterError(
            f"optimiser is {problem.config.optimiser!r}, which is of another kind than the fit's: expected the same"
        )
    return replace(fit, network=fresh.network, finished="")


def check_no_seed(seed: Seed) -> None:
    """Refuse a seed beside a state.

    Raises
    ------
    ParameterError
        If there is one.
    """
    if seed is not None:
        raise ParameterError(
            f"seed is {seed!r}, but a TrainingState goes on with its own random numbers: expected no seed"
        )


def epoch(problem: Problem, state: TrainingState) -> TrainingState:
    """Return the state after one more pass through the samples, what leaves and comes, and whether this was enough."""
    config, rng, samples = problem.config, restored_generator(state.generator), problem.samples(state.held_out)
    network, states, optimiser_state = state.network, state.state.copy(), state.optimiser_state
    settled, learned, removed, added = 0.0, 0, state.removed, state.added
    for batch in _batches(samples, config.batch(samples.size), rng):
        update = problem.update(network, optimiser_state, states, batch, rng, state.epochs)
        network, optimiser_state, phases = update
        settled += phases.settled * batch.size
        learned += int(np.count_nonzero(phases.learned))
        states[batch] = phases.state
    if config.pruner is not None or config.grower is not None:
        counts = np.append(network.weights.size + len(removed) - len(added), state.history["edges"])
        task = problem.task(states, samples)
        step = rewired(network, config.pruner, config.grower, rng, state.epochs, task, config.keep, counts)
        optimiser_state = carried(optimiser_state, config.optimiser, network, step.network)
        network, removed, added = step.network, removed + step.removed, added + step.added
    measured = problem.measured(network, states, samples, state.held_out, rng)
    measured |= {"settled": settled / samples.size, "learned": learned / samples.size}
    best, best_cost, best_epoch = _best(problem, state, network, measured)
    finished = _finished(problem, network, states, samples, measured["cost"], state.epochs - best_epoch, rng)
    return TrainingState(
        network,
        best,
        {name: _appended(values, measured[name]) for name, values in state.history.items()},
        removed,
        added,
        states,
        optimiser_state,
        dict(rng.bit_generator.state),
        state.held_out,
        best_cost,
        best_epoch,
        finished,
    )


def _batches(samples: NDArray[np.int64], size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    if size == samples.size:
        return [samples]
    order = samples[rng.permutation(samples.size)]
    return [order[first : first + size] for first in range(0, samples.size, size)]


def _appended(values: NDArray[np.float64], value: float) -> NDArray[np.float64]:
    longer = np.empty(values.size + 1)
    longer[:-1], longer[-1] = values, value
    return longer


def _best(
    problem: Problem, state: TrainingState, network: Network, measured: dict[str, float]
) -> tuple[Network, float, int]:
    """Return the best network so far, its cost and its epoch; without validation, the network as it is now."""
    cost = measured.get("validation_cost", measured["cost"])
    if cost < state.best_cost:
        return network, cost, state.epochs
    return state.best if problem.config.validation is not None else network, state.best_cost, state.best_epoch


def _finished(
    problem: Problem,
    network: Network,
    states: Floats,
    samples: NDArray[np.int64],
    cost: float,
    since_best: int,
    rng: np.random.Generator,
) -> str:
    """Return why the run stops after this epoch; empty if it does not."""
    config, why = problem.config, ""
    if config.patience is not None and since_best >= config.patience:
        why = f"stopped, no better for {config.patience} epochs"
    target = config.target_cost
    # The cost is that of before the last updates: once more, after them.
    if target is not None and cost <= target and problem.cost_now(network, states, samples, rng) <= target:
        why = f"stopped at cost {target:g}"
    return why


def restored_generator(state: dict[str, Any]) -> np.random.Generator:
    """Return the random numbers that go on from a state of a bit generator.

    Raises
    ------
    ParameterError
        If it is not one of numpy's.
    """
    kind = getattr(np.random, state["bit_generator"], None)
    if kind is None:
        raise ParameterError(
            f"seed draws from {state['bit_generator']}, which is not of numpy, and so cannot be gone on with: expected "
            "a seed, or a Generator of a bit generator of numpy.random, such as PCG64"
        )
    rng = np.random.Generator(kind(SEED_IN_PLACE))
    rng.bit_generator.state = state
    return rng
