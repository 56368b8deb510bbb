"""train(): settle, nudge, change the weights, prune, grow; epoch after epoch, for one network or many side by side."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from neurograph._checks import Seed, checked_generator, checked_whole, warn
from neurograph.errors import NeurographError, ParameterError
from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig, TrainingOptions, with_options
from neurograph.training.problem import Problem
from neurograph.training.problems import RULES, problem_of, with_rule
from neurograph.training.remarks import never_settled, warned
from neurograph.training.resume import Keeper, identity
from neurograph.training.settling import next_state
from neurograph.training.state import TrainingState, begin, check_no_seed, go_on

Trainee = Network | TrainingState | Callable[[int], Network]


@overload
def train(
    network: Trainee, x: ArrayLike, y: ArrayLike | None = None,
    *, seed: Seed = None, n_jobs: int = 1, **options: Unpack[TrainingOptions],
) -> TrainingState: ...  # fmt: skip
@overload
def train(
    network: Trainee, x: ArrayLike, y: ArrayLike | None = None,
    *, seed: Iterable[int], n_jobs: int = 1, **options: Unpack[TrainingOptions],
) -> list[TrainingState]: ...  # fmt: skip
@with_options()
def train(
    network: Trainee,
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    seed: Seed | Iterable[int] = None,
    n_jobs: int = 1,
    **options: Unpack[TrainingOptions],
) -> TrainingState | list[TrainingState]:
    r"""Train a network to answer y to x, with a local rule.

    For each batch: settle freely, settle in the other phases of the rule, change every plastic weight and bias by the
    rule; after each epoch, prune and grow. A run whose phases did settle and no longer do stops, with the network
    before its best epoch. A node with a ``sign`` keeps the sign of its outgoing weights (Dale's law), and tied edges
    keep one weight.

    A unitary network learns along sequences, by ``rules.through_time()``, which is not local: x is (samples, time,
    inputs), and y (samples, time, outputs), class labels (samples, time), or (samples, outputs) for the last step.
    `solver`, `pruner`, `grower` and `keep` say nothing of it.

    Parameters
    ----------
    network : Network, TrainingState, or function of a seed that gives a Network
        It is not changed. A state goes on as if it had never stopped, given the same other arguments. A function
        serves with several seeds, to give each run its own first weights.
    x : array (samples, inputs)
        Or a table whose columns have the labels of the input nodes for names; so for y.
    y : array (samples, outputs), or (samples,)
        Targets; or class labels 0, 1, ... for as many outputs; or one number a sample for a single output.
    rule : Rule, optional
        Default: ``rules.asymmetric_ep()``, the gradient on any graph, but for neurons at a bound, which it lifts.
    beta : float, optional
        Nudging strength of a rule that has one; default 0.5.
    cost : Cost, optional
        Default: ``costs.squared_error()``.
    optimiser : Optimiser, optional
        Default ``optimisers.adam(0.01)``.
    solver : Solver, optional
        Default ``solvers.Auto()``.
    epochs : int
        Most epochs; of a state that goes on, so many more.
    batch_size : int, None or "auto"
        Samples between two updates, drawn in a new order each epoch; None: all at once; "auto": a quarter of them, at
        most 32.
    start : number, array (nodes,) or (samples, nodes), "uniform" or "warm"
        State at the start of each free phase; "uniform" draws from U(0, 0.1), "warm" is the sample's last one.
    pruner : Pruner, optional
        Applied after each epoch; beside a grower, when that is.
    grower : Grower, optional
        Applied then, after the pruner: edges come, of itself as many as the pruner has just taken, so that the number
        of edges is held; where they come in pairs, tied, within one. Its ``every``, ``until`` and ``decay`` say after
        which epochs, for both, and what share of the edges leave and come. What the optimiser remembers of a new edge
        is 0, unless it has left after the same epoch.
    keep : Constraint, optional
        What every update leaves proved, such as ``certificates.contracting(rate=0.05)``; the rate that is certified is
        in the history.
    target_cost : float, optional
        Stop after the first epoch whose cost is at most this, both along the way and after its last update; None
        runs every epoch.
    validation : float or (x, y), optional
        Share of the samples that is held out, drawn with the seed, or other samples: their cost and error are in the
        history, and ``fit.best`` is the network after the epoch where they cost least. They settle from `start`, or
        from 0 where that is drawn, warm, or of other samples.
    patience : int, optional
        Stop once the validation cost (without validation, the cost) has not fallen for so many epochs.
    checkpoint : str or Path, optional
        File that keeps the state of the run; with several seeds, one a seed, ``run-3.ckpt``. The same call again goes
        on where it stopped, to the same bits; only `epochs`, `progress` and `n_jobs` may differ.
    checkpoint_seconds : float
        Time between two checkpoints, which are written between epochs; 0 writes after each. The last is always written.
    progress : bool, optional
        Whether to draw a progress bar; default: where there is a terminal.
    seed : int, Generator or iterable of int
        Of everything drawn; a state has its own. Several seeds give several runs and a list of fits, in their order.
    n_jobs : int
        How many runs go side by side, as processes (joblib); -1 takes every core.

    Returns
    -------
    TrainingState, or list of TrainingState
        ``.network``, ``.best``, ``.history``, ``.removed``, ``.added``, ``.state``.

    Raises
    ------
    DataError
        If x or y does not fit the network or holds a number that is not finite.
    ParameterError
        If another argument is out of range, or no weights would keep what `keep` asks for.
    GraphError
        If the rule or the dynamics needs symmetric edges, and they are not tied.
    DivergenceError
        If activity or a weight leaves every bound.
    CheckpointError
        If the checkpoint is of another run, or cannot be read or written.

    Warns
    -----
    TrainingWarning
        After the first epoch, the fifth, or the last, if few phases settle, few samples are learned from, targets lie
        outside what the outputs reach, or weights or inputs are of a size at which the neurons saturate;
        ``fit.remarks`` say it too.

    Notes
    -----
    After each batch B, with W_ij the weight of the edge from i to j, and Delta W_ij(n) its change by the rule for
    sample n,

    .. math:: W_{ij} \leftarrow W_{ij} + \Omega\left( \frac{1}{|B|} \sum_{n \in B} \Delta W_{ij}(n) \right)

    with Omega the step that the optimiser makes of it, as :func:`neurograph.optimisers.sgd` makes the learning rate
    times it; so for biases. The equation and the source of each rule and optimiser are in its own docstring.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("and")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> fit = ng.train(network, x, y, seed=0)
    >>> (ng.settle(fit.network, x).outputs > 0.5).astype(int).ravel().tolist()
    [0, 0, 0, 1]
    """
    config, named = TrainingConfig.of(**with_rule(options, network)), options.get("rule") is not None
    _check_jobs(n_jobs)
    if isinstance(seed, Iterable) and not isinstance(seed, str):
        return _train_many(network, x, y, config, checked_seeds(seed), n_jobs, named)
    return _train_one(network, x, y, config, seed, named)


def checked_seeds(seeds: Iterable[Any]) -> list[int]:
    """Return several seeds as a list, or raise :class:`ParameterError`."""
    numbers = [checked_whole("a seed", seed, 0) for seed in seeds]
    if not numbers:
        raise ParameterError("seed is empty: expected at least one seed, a number or several")
    return numbers


def _train_many(
    network: Trainee,
    x: ArrayLike,
    y: ArrayLike | None,
    config: TrainingConfig,
    seeds: list[int],
    n_jobs: int,
    named: bool,
) -> list[TrainingState]:
    def of_seed(seed: int) -> TrainingConfig:
        path = config.checkpoint and Path(config.checkpoint)
        own = path and path.with_name(f"{path.stem}-{seed}{path.suffix}")
        return replace(config, progress=False, checkpoint=own)

    jobs = [(network, x, y, of_seed(seed), seed, named) for seed in seeds]
    return side_by_side(_train_one, jobs, n_jobs, config.progress)


def side_by_side(
    call: Callable[..., Any], jobs: list[tuple[Any, ...]], n_jobs: int, progress: bool | None
) -> list[Any]:
    """Call with the arguments of each job, `n_jobs` at a time as processes; return what they return, in their order.

    Raises
    ------
    ParameterError
        If `n_jobs` is no number of jobs.
    """
    import joblib

    _check_jobs(n_jobs)
    runs = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(joblib.delayed(_attempt)(call, job) for job in jobs)
    finished = list(tqdm(runs, total=len(jobs), unit="run", dynamic_ncols=True, disable=hidden(progress)))
    # Each warning once, whichever runs have it, and from here: those of other processes would not be heard.
    for kind, words in dict.fromkeys(warning for _, said in finished for warning in said):
        warn(words, kind)
    for outcome, _ in finished:
        if isinstance(outcome, NeurographError):
            raise outcome
    return [outcome for outcome, _ in finished]


def _check_jobs(n_jobs: Any) -> None:
    if not isinstance(n_jobs, (int, np.integer)) or isinstance(n_jobs, bool) or n_jobs == 0:
        raise ParameterError(f"n_jobs is {n_jobs!r}: expected a whole number >= 1, or -1 for every core")


def _attempt(call: Callable[..., Any], job: tuple[Any, ...]) -> tuple[Any, list[tuple[type[Warning], str]]]:
    """Return what a run returns, and what it has warned of.

    An error is returned as a value too: raised in a worker, it would be printed twice.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            outcome = call(*job)
        except NeurographError as error:
            outcome = error
    return outcome, [(one.category, str(one.message)) for one in said]


def hidden(progress: bool | None) -> bool | None:
    """Return what tqdm calls disable: None hides the bar where there is no terminal; without stderr it is hidden."""
    if sys.stderr is None:
        return True
    return None if progress is None else not progress


def _train_one(
    network: Trainee, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig, seed: Seed, named: bool
) -> TrainingState:
    fit = network if isinstance(network, TrainingState) else None
    if fit is not None:
        check_no_seed(seed)
    first = _first_network(network, seed) if fit is None else fit.network
    if not named:
        config = replace(
            config, rule=RULES[first.dynamics.kind]()
        )  # a function of a seed says only now of what neurons it is
    rng = checked_generator(seed)
    problem = problem_of(first, x, y, config)
    who = {} if config.checkpoint is None else identity(problem, first, seed, fit)
    return run(problem, first, fit, rng, Keeper(problem, first, fit, who))


def run(
    problem: Problem, first: Network, fit: TrainingState | None, rng: np.random.Generator, keeper: Keeper
) -> TrainingState:
    """Return the state after the last epoch of a run, that began with a network or went on from a fit."""
    config, state = problem.config, keeper.load()
    if state is None:
        state = begin(problem, first, rng) if fit is None else go_on(problem, fit)
        keeper.keep(state, now=True)  # a place that cannot be written is better known now than after an hour
    last = config.epochs + (0 if fit is None else fit.epochs)
    with tqdm(
        total=last, initial=state.epochs, unit="epoch", dynamic_ncols=True, disable=hidden(config.progress)
    ) as bar:
        said: dict[str, str] = {}
        while state.epochs < last and not state.finished:
            state = next_state(problem, state)
            # What is wrong is better known now than after an hour.
            if state.epochs == 1 or ("phases" not in said and never_settled(problem, state)):
                said |= warned(problem, state, said)
            bar.update()
            if not bar.disable:
                shown = ("cost", "error", "settled", "validation_cost", "validation_error")
                bar.set_postfix({k: v[-1] for k, v in state.history.items() if k in shown}, refresh=False)
            keeper.keep(state, now=state.epochs == last or bool(state.finished))
    state = replace(state, remarks=tuple(warned(problem, state, said).values()))
    if fit is None:
        rng.bit_generator.state = state.generator  # a Generator that was passed as seed goes on after what was drawn
    return state


def _first_network(network: Network | Callable[[int], Network] | Any, seed: Seed) -> Network:
    if isinstance(network, Network) or not callable(network):
        return checked_network(network, *EVERY_KIND)
    if not isinstance(seed, (int, np.integer)):
        raise ParameterError(f"network is a function of a seed, but seed is {seed!r}: expected an int or several")
    try:
        inspect.signature(network).bind(seed)
    except TypeError as error:
        raise ParameterError(
            f"network is a function that cannot be called with a seed alone ({error}): expected a Network, or a "
            "function of a seed"
        ) from None
    return checked_network(network(int(seed)), *EVERY_KIND)
