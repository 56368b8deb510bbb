"""train(): settle, nudge, change the weights, prune; epoch after epoch, for one network or many side by side."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from neurograph import rules
from neurograph.arguments import Seed, checked_generator, checked_number, checked_whole
from neurograph.costs import cost, wrong
from neurograph.equilibrium import Equilibrium, Phase, Solver, Status
from neurograph.errors import DataError, DivergenceError, NeurographError, ParameterError
from neurograph.fit import Fit, Memory
from neurograph.network import Floats, Network, check_stays_symmetric
from neurograph.optimisers import Sgd
from neurograph.pruning import Pruner, Removed, checked_pruner, prune_now
from neurograph.rules import Rule, weight_change
from neurograph.settling import (
    Start,
    checked_inputs,
    checked_network,
    checked_targets,
    raise_divergence,
    starting_state,
)
from neurograph.solvers import Euler
from neurograph.wiring import frozen

DEFAULT_OPTIMISER = Sgd(20.0, momentum=0.5, max_step=0.03)
"""The optimiser of :func:`train` when it is given none."""


@dataclass(frozen=True)
class Plan:
    """Everything about a training run but the network, the data and the seed."""

    rule: Rule | None
    beta: float
    optimiser: Sgd
    solver: Solver
    epochs: int
    batch_size: int | None
    start: Start | Literal["warm"]
    pruner: Pruner | None
    until_cost: float | None
    progress: bool | None


def train(
    network: Network | Fit | Callable[[int], Network],
    x: ArrayLike,
    y: ArrayLike,
    *,
    rule: Rule | None = None,
    beta: float = 10.0,
    optimiser: Sgd | None = None,
    solver: Solver | None = None,
    epochs: int = 1000,
    batch_size: int | None = 1,
    start: Start | Literal["warm"] = 0.0,
    pruner: Pruner | None = None,
    until_cost: float | None = 0.01,
    seed: Seed | Iterable[int] = None,
    n_jobs: int = 1,
    progress: bool | None = None,
) -> Any:  # Fit or list[Fit]; overloads would spell the whole signature three times
    """Train a network to answer y to x, with a local rule.

    For each batch: settle freely, settle nudged towards y, change every plastic weight and bias by the rule; after
    each epoch, prune.

    Parameters
    ----------
    network : Network, Fit, or function of a seed that gives a Network
        It is not changed. A Fit goes on as if it had never stopped, given the same other arguments. A function
        serves with several seeds, to give each run its own first weights.
    x : array (samples, inputs)
    y : array (samples, outputs)
    rule : Rule, optional
        Default: ``rules.deep()`` where the drift has the outgoing weights in it, else ``rules.vector_field()``.
    beta : float
        Nudging strength.
    optimiser : Sgd, optional
        Default ``optimisers.sgd(20.0, momentum=0.5, max_step=0.03)``.
    solver : Solver, optional
        Default ``solvers.Euler()``.
    epochs : int
        Most epochs.
    batch_size : int, optional
        Samples between two updates, drawn in a new order each epoch; None: all at once.
    start : number, array (nodes,) or (samples, nodes), "uniform" or "warm"
        State at the start of each free phase; "uniform" draws from U(0, 0.1), "warm" is the sample's last one.
    pruner : Pruner, optional
        Applied after each epoch.
    until_cost : float, optional
        Stop after the first epoch whose cost is at most this, both along the way and after its last update; None
        runs every epoch.
    seed : int, Generator or iterable of int
        Of everything drawn; a Fit has its own. Several seeds give several runs and a list of fits, in their order.
    n_jobs : int
        How many runs go side by side, as processes (joblib); -1 takes every core.
    progress : bool, optional
        Whether to draw a progress bar; default: where there is a terminal.

    Returns
    -------
    Fit, or list of Fit
        ``.network``, ``.history``, ``.removed``, ``.state``.

    Raises
    ------
    DataError
        If x or y does not fit the network or holds a number that is not finite.
    ParameterError
        If another argument is out of range.
    DivergenceError
        If activity or a weight leaves every bound.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("and")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> fit = ng.train(network, x, y, seed=0)
    >>> (ng.settle(fit.network, x).outputs > 0.5).astype(int).ravel().tolist()
    [0, 0, 0, 1]
    """
    plan = Plan(
        rule=rule,
        beta=beta,
        optimiser=DEFAULT_OPTIMISER if optimiser is None else optimiser,
        solver=Euler() if solver is None else solver,
        epochs=epochs,
        batch_size=batch_size,
        start=start,
        pruner=pruner,
        until_cost=until_cost,
        progress=progress,
    )
    _check_plan(plan)
    if isinstance(seed, Iterable) and not isinstance(seed, str):
        return _train_many(network, x, y, plan, _checked_seeds(seed), n_jobs)
    return _train_one(network, x, y, plan, seed)


def _checked_seeds(seeds: Iterable[int]) -> list[int]:
    numbers = [checked_whole("a seed", seed, 0) for seed in seeds]
    if not numbers:
        raise ParameterError("seed is empty: expected at least one seed, a number or several")
    return numbers


def _check_plan(plan: Plan) -> None:
    if plan.rule is not None and not isinstance(plan.rule, Rule):
        raise ParameterError(f"rule is {plan.rule!r}: expected one of neurograph.rules, such as rules.deep()")
    if checked_number("beta", plan.beta) == 0.0:
        raise ParameterError(f"beta is {plan.beta!r}: expected a finite number other than 0, or nothing is nudged")
    if not isinstance(plan.optimiser, Sgd):
        raise ParameterError(
            f"optimiser is {plan.optimiser!r}: expected one of neurograph.optimisers, such as sgd(1.0)"
        )
    if not isinstance(plan.solver, Solver):
        raise ParameterError(f"solver is {plan.solver!r}: expected one of neurograph.solvers, such as Euler(dt=0.05)")
    checked_whole("epochs", plan.epochs, 1)
    if plan.batch_size is not None:
        checked_whole("batch_size", plan.batch_size, 1, ", or None for all samples at once")
    if plan.pruner is not None:
        checked_pruner(plan.pruner)
    if plan.until_cost is not None:
        checked_number("until_cost", plan.until_cost, least=0.0, remark=", or None to run every epoch")


def _default_rule(network: Network) -> Rule:
    leaks = network.dynamics.drift_equation.symbols & {"w_out", "w_out_abs"}
    return rules.deep() if leaks else rules.vector_field()


def _train_many(
    network: Network | Fit | Callable[[int], Network],
    x: ArrayLike,
    y: ArrayLike,
    plan: Plan,
    seeds: list[int],
    n_jobs: int,
) -> list[Fit]:
    import joblib

    quiet = replace(plan, progress=False)
    if not isinstance(n_jobs, (int, np.integer)) or isinstance(n_jobs, bool) or n_jobs == 0:
        raise ParameterError(f"n_jobs is {n_jobs!r}: expected a whole number >= 1, or -1 for every core")
    runs = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(
        joblib.delayed(_attempt)(network, x, y, quiet, seed) for seed in seeds
    )
    outcomes = list(tqdm(runs, total=len(seeds), unit="run", disable=_hidden(plan.progress)))
    for outcome in outcomes:
        if isinstance(outcome, NeurographError):
            raise outcome
    return outcomes


def _attempt(network: Any, x: ArrayLike, y: ArrayLike, plan: Plan, seed: int) -> Fit | NeurographError:
    """Bring an error home as a value: raised in a worker, it would be printed twice."""
    try:
        return _train_one(network, x, y, plan, seed)
    except NeurographError as error:
        return error


def _hidden(progress: bool | None) -> bool | None:
    """Give what tqdm calls disable: None hides the bar where there is no terminal."""
    return None if progress is None else not progress


def _train_one(
    network: Network | Fit | Callable[[int], Network], x: ArrayLike, y: ArrayLike, plan: Plan, seed: Seed
) -> Fit:
    history: dict[str, list[float]] = {"cost": [], "error": [], "edges": [], "settled": []}
    if isinstance(network, Fit):
        if seed is not None:
            raise ParameterError(f"seed is {seed!r}, but a Fit goes on with its own random numbers: expected no seed")
        run = _Run(network.network, x, y, plan, np.random.default_rng())
        run.remember(network)
        history = {name: values.tolist() for name, values in network.history.items()}
    else:
        run = _Run(_first_network(network, seed), x, y, plan, checked_generator(seed))
    with tqdm(total=plan.epochs, unit="epoch", disable=_hidden(plan.progress)) as bar:
        for epoch in range(len(history["cost"]), len(history["cost"]) + plan.epochs):
            for name, value in run.epoch(epoch).items():
                history[name].append(value)
            bar.update()
            if not bar.disable:
                bar.set_postfix(cost=history["cost"][-1], error=history["error"][-1], refresh=False)
            target = plan.until_cost
            if target is not None and history["cost"][-1] <= target and run.solved(target):
                break
    return Fit(
        network=run.network,
        history={name: np.array(values) for name, values in history.items()},
        removed=tuple(run.removed),
        state=run.state,
        memory=Memory(run.velocity, run.bias_velocity, dict(run.rng.bit_generator.state)),
    )


def _first_network(network: Network | Callable[[int], Network], seed: Seed) -> Network:
    if isinstance(network, Network) or not callable(network):
        return checked_network(network)
    if not isinstance(seed, (int, np.integer)):
        raise ParameterError(f"network is a function of a seed, but seed is {seed!r}: expected an int or several")
    if not inspect.signature(network).parameters:
        raise ParameterError("network is a function without arguments: expected a Network, or a function of a seed")
    return checked_network(network(int(seed)))


class _Run:
    """One training run as it goes: the only thing here that changes."""

    def __init__(self, network: Network, x: ArrayLike, y: ArrayLike, plan: Plan, rng: np.random.Generator) -> None:
        self.network, self.plan, self.rng = network, plan, rng
        self.rule = plan.rule or _default_rule(network)
        check_stays_symmetric(network)
        self.x = checked_inputs(network, x)
        self.y = checked_targets(network, y, self.x.shape[0])
        if plan.batch_size is not None and plan.batch_size > self.x.shape[0]:
            raise DataError(
                f"batch_size is {plan.batch_size} but x has {self.x.shape[0]} samples: expected at most as many, "
                "or None for all at once"
            )
        words = plan.start if isinstance(plan.start, str) else ""
        self.warm, self.drawn = words == "warm", words == "uniform"
        self.start = starting_state(network, self.x, 0.0 if self.warm or self.drawn else plan.start, rng)
        self.state = self.start.copy()
        self.velocity: Floats = np.zeros(network.weights.size)
        self.bias_velocity: Floats = np.zeros(network.wiring.biased.size)
        self.removed: list[Removed] = []

    def remember(self, fit: Fit) -> None:
        """Go on where a fit ended."""
        if fit.state.shape != self.state.shape:
            raise DataError(
                f"x has {self.x.shape[0]} samples, but the fit had {fit.state.shape[0]}: expected the same x"
            )
        self.state = fit.state.copy()
        self.velocity, self.bias_velocity = fit.memory.velocity, fit.memory.bias_velocity
        kind = getattr(np.random, fit.memory.generator["bit_generator"])
        self.rng = np.random.Generator(kind())
        self.rng.bit_generator.state = fit.memory.generator
        self.removed = list(fit.removed)

    def epoch(self, epoch: int) -> dict[str, float]:
        """Go once through the samples; give the epoch's history."""
        settled = 0
        for samples in self._batches():
            free, nudged = self._phases(samples)
            settled += int(np.sum(free.status == Status.CONVERGED) + np.sum(nudged.status == Status.CONVERGED))
            self.state[samples] = free.state
            self._update(free, nudged, epoch)
        if self.plan.pruner is not None:
            self._prune(self.plan.pruner, epoch)
        outputs = self.state[:, self.network.wiring.outputs]
        return {
            "cost": cost(outputs, self.y),
            "error": float(np.mean(wrong(outputs, self.y))),
            "edges": float(self.network.weights.size),
            "settled": settled / (2 * self.x.shape[0]),
        }

    def solved(self, until_cost: float) -> bool:
        """Say whether the network as it is now answers every sample at this cost."""
        now = self.plan.solver.solve(self.network, Phase(self._start(np.arange(self.x.shape[0]))))
        return cost(now.outputs, self.y) <= until_cost

    def _prune(self, pruner: Pruner, epoch: int) -> None:
        before = self.network.wiring.edge_ids
        self.network, removed = prune_now(self.network, pruner, self.rng, epoch)
        self.velocity = self.velocity[np.isin(before, self.network.wiring.edge_ids)]
        self.removed.extend(removed)

    def _batches(self) -> list[NDArray[np.int64]]:
        count, size = self.x.shape[0], self.plan.batch_size
        if size is None or size == count:
            return [np.arange(count)]
        order = self.rng.permutation(count)
        return [order[first : first + size] for first in range(0, count, size)]

    def _phases(self, samples: NDArray[np.int64]) -> tuple[Equilibrium, Equilibrium]:
        plan = self.plan
        free = plan.solver.solve(self.network, Phase(self._start(samples)))
        raise_divergence(free, plan.solver, samples=samples)
        online = self.rule.expression if self.rule.kind == "online" else None
        nudged = plan.solver.solve(self.network, Phase(free.state, self.y[samples], plan.beta, online))
        raise_divergence(nudged, plan.solver, samples=samples)
        return free, nudged

    def _start(self, samples: NDArray[np.int64]) -> Floats:
        if self.warm:
            return self.state[samples]
        if self.drawn:
            return starting_state(self.network, self.x[samples], "uniform", self.rng)
        return self.start[samples]

    def _update(self, free: Equilibrium, nudged: Equilibrium, epoch: int) -> None:
        network, wiring = self.network, self.network.wiring
        change, bias_change = weight_change(self.rule, network, free, nudged, self.plan.beta)
        if self.rule.kind == "online":
            share = free.state.shape[0] * (self.plan.solver.steps if self.rule.average else 1)
            change, bias_change = change / share, bias_change / share
        if wiring.ties is not None:
            change = np.asarray(np.bincount(wiring.ties, change)[wiring.ties], np.float64)
        biases, own = network.biases.copy(), wiring.biased
        with np.errstate(over="ignore", invalid="ignore"):  # said below, with the edge's name
            moved, self.velocity = self.plan.optimiser.step(network.weights, change, self.velocity)
            biases[own], self.bias_velocity = self.plan.optimiser.step(
                biases[own], bias_change, self.bias_velocity, shrinks=False
            )
        weights = np.where(wiring.plastic, moved, network.weights).astype(network.dtype)
        if not (np.all(np.isfinite(weights)) and np.all(np.isfinite(biases))):
            self._raise_lost(weights, epoch)
        self.network = replace(network, weights=frozen(weights), biases=frozen(biases))

    def _raise_lost(self, weights: Floats, epoch: int) -> None:
        lost = np.flatnonzero(~np.isfinite(weights))
        what = f"the weight of edge {self.network.edges[lost[0]]!r}" if lost.size else "a bias"
        raise DivergenceError(
            f"{what} is no longer finite in epoch {epoch}: lower the learning rate, or give the optimiser a max_step"
        )
