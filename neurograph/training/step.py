"""training_step(): one update by some samples, for loops of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from numpy.typing import ArrayLike

from neurograph._checks import Seed, checked_generator
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig, TrainingOptions, with_options
from neurograph.training.problems import problem_of, with_rule
from neurograph.training.remarks import warned
from neurograph.training.settling import PATIENCE
from neurograph.training.state import TrainingState, begin, check_no_seed, epoch, go_on

OF_A_RUN = (
    "epochs", "batch_size", "target_cost", "validation", "patience", "checkpoint", "checkpoint_seconds", "progress",
)  # fmt: skip
"""Options of :func:`neurograph.train` that say how one step follows another."""


@with_options(*OF_A_RUN)
def training_step(
    state: Network | TrainingState,
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    seed: Seed = None,
    **options: Unpack[TrainingOptions],
) -> TrainingState:
    """Return the state after one update by all the samples given: the one of :func:`neurograph.train`.

    The loop around it is the user's: which samples, how many, how often, when it ends. A step is an epoch of one batch,
    in the history too, and for the optimiser's decay; so steps by the same samples are ``train(batch_size=None)``, to
    the same bits.

    Parameters
    ----------
    state : Network or TrainingState
        A network is at its first step. It is not changed.
    x : array (samples, inputs)
        Other samples than those of the step before, and more or fewer, unless `start` is "warm".
    y : array (samples, outputs), or (samples,)
        As in :func:`neurograph.train`.
    rule, beta, cost, optimiser, solver, start, pruner, grower, keep
        As in :func:`neurograph.train`; expected to be the same from step to step.
    seed : int or Generator, optional
        Of everything drawn, at the first step; a state has its own.

    Returns
    -------
    TrainingState
        ``.network``, ``.history`` with one entry a step, ``.state`` of these samples.

    Raises
    ------
    DataError, ParameterError, GraphError, DivergenceError
        As :func:`neurograph.train`; and a ParameterError, if a seed is given beside a state.

    Warns
    -----
    TrainingWarning
        As :func:`neurograph.train`, after the first step, or the fifth.

    Examples
    --------
    Samples drawn anew for each step:

    >>> import numpy as np
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("and")
    >>> state = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> rng = np.random.default_rng(0)
    >>> for _ in range(300):
    ...     some = rng.integers(0, 4, 3)
    ...     state = ng.training_step(state, x[some], y[some])
    >>> (ng.settle(state.network, x).outputs > 0.5).astype(int).ravel().tolist()
    [0, 0, 0, 1]
    """
    config = replace(TrainingConfig.of(**with_rule(options, state)), batch_size=None, target_cost=None)
    rng, first = checked_generator(seed), isinstance(state, Network)
    if isinstance(state, TrainingState):
        check_no_seed(seed)
        problem = problem_of(state.network, x, y, config)
        begun = go_on(problem, state if config.start == "warm" else replace(state, state=problem.start))
    else:
        problem = problem_of(state, x, y, config)
        begun = begin(problem, state, rng)
    after = epoch(problem, begun)
    if first:
        rng.bit_generator.state = after.generator  # a Generator that was passed as seed goes on after what was drawn
    elif after.epochs != PATIENCE or begun.remarks:
        return replace(after, remarks=begun.remarks)
    return replace(after, remarks=tuple(warned(problem, after).values()))
