"""The exact gradient of the cost at the free equilibrium, and how far a learning rule is from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import scipy.sparse.linalg
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed, checked_generator, checked_whole
from neurograph.drawing.card import Carded
from neurograph.equations.costs import Cost
from neurograph.errors import DivergenceError
from neurograph.learning import rules
from neurograph.learning.optimisers import Optimiser
from neurograph.learning.phases import Phases, drawn_strength, raise_diverged, run_phases, weight_change
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start, checked_network, starting_state
from neurograph.network.network import Network
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.result import Equilibrium, Response, Status
from neurograph.solvers.settle import raise_divergence
from neurograph.training.config import TrainingConfig, TrainingOptions
from neurograph.training.in_time import Sequences, central_differences
from neurograph.training.problem import checked_data
from neurograph.training.problems import with_rule
from neurograph.training.state import TrainingState
from neurograph.training.train import train

LARGEST_RESIDUAL = 1e-6
"""Largest residual of a free phase that counts as an equilibrium, though the solver's tolerance was not reached."""


@dataclass(frozen=True, eq=False, repr=False)
class GradientCheck(Carded):
    """How a rule's change of the weights and biases compares with minus the gradient.

    Tied edges share one parameter: each of them has the sum over all of them, and the numbers count it once. Edges that
    are not plastic have 0.

    Attributes
    ----------
    rule : str
        The rule's name.
    cosine : float
        Of the angle between the change and minus the gradient: 1 is the gradient's direction, 0 is at right angles to
        it; NaN where either is 0.
    relative_error : float
        Norm of change + gradient over the norm of the gradient; NaN where that is 0.
    change : array (edges,)
        The rule's change of each weight, a mean over samples, in the order of ``network.edges``.
    bias_change : array (biased nodes,)
        The same of each bias.
    gradient : array (edges,)
        Derivative of the mean cost with respect to each weight.
    bias_gradient : array (biased nodes,)
        The same with respect to each bias.
    settled : float
        Share of the phases that converged.
    learned : float
        Share of the samples that the rule learns from.
    """

    rule: str
    cosine: float
    relative_error: float
    change: Floats
    bias_change: Floats
    gradient: Floats
    bias_gradient: Floats
    settled: float
    learned: float

    def __repr__(self) -> str:
        """Return in a line how near the two are."""
        shares = "" if self.learned == 1.0 else f", {self.learned:.0%} of the samples learned from"
        shares += "" if self.settled == 1.0 else f", {self.settled:.0%} of the phases settled"
        return f"GradientCheck({self.rule}: cosine {self.cosine:.6f}, relative error {self.relative_error:.2g}{shares})"


def gradient(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    cost: Cost | None = None,
    solver: Solver | None = None,
    start: Start = 0.0,
    seed: Seed = None,
) -> tuple[Floats, Floats]:
    r"""Return the exact gradient of the mean cost at the free equilibria.

    .. math:: \frac{dC}{dW_{ij}} = -\left(f(s_i) \frac{\partial g_j}{\partial I_j} d_j
        + \frac{\partial g_i}{\partial W_{ij}} d_i\right), \quad J' d = \frac{dC}{ds}

    with J the Jacobian among the nodes that move, solved directly (sparse LU) for each sample. A node that the box
    holds does not move with the weights, and what reaches it counts for nothing.

    Parameters
    ----------
    network : Network
    x : array (samples, inputs)
    y : array (samples, outputs), or (samples,)
        Targets, or labels, as in :func:`neurograph.train`.
    cost : Cost, optional
        Default: ``costs.squared_error()``.
    solver : Solver, optional
        Default: ``solvers.Euler`` with 100,000 steps and a tolerance of 1e-10 (float32: 1e-5).
    start : number, array (nodes,) or (samples, nodes), or "uniform"
        State at the start of the free phase.
    seed : int or numpy.random.Generator, optional
        For ``start="uniform"``.

    Returns
    -------
    array (edges,), array (biased nodes,)
        Derivatives with respect to each weight, in the order of ``network.edges``, and each bias, in that of
        ``network.connectivity.biased``. A tied edge has that of the parameter it shares:
        the sum over the edges of its tie.

    Raises
    ------
    DataError
        If x or y does not fit the network.
    ParameterError
        If another argument is out of range.
    DivergenceError
        If a sample finds no equilibrium, or its Jacobian is singular there.

    References
    ----------
    Almeida 1987 and Pineda 1987: backpropagation through equilibria.

    Examples
    --------
    >>> import networkx as nx
    >>> import neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.vector_field())
    >>> gradient(network, [[0.8]], [[1.0]])[0].round(6).tolist()  # (0.8 * 0.5 - 1) * 0.8
    [-0.48]
    """
    network, config = checked_network(network), _config(network, cost=cost, solver=solver)
    inputs, targets = checked_data(network, x, y, config)
    return _gradient_at(_settled(network, inputs, config.solver, start, checked_generator(seed)), targets, config.cost)


def gradient_check(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    rule: Rule | None = None,
    *,
    beta: float | None = None,
    cost: Cost | None = None,
    solver: Solver | None = None,
    start: Start = 0.0,
    seed: Seed = None,
) -> GradientCheck:
    """Compare a rule's change of the weights and biases with minus the exact gradient of the mean cost.

    Any rule may be checked on any graph. The scale of some rules is arbitrary (stdp, contrastive Hebbian learning):
    the cosine is what counts for them. The default rule lifts nodes that the box holds, whose gradient is 0: there it
    is not the gradient, and ``rules.asymmetric_ep(lift=0)`` is. Of a unitary network, ``rules.through_time()`` is
    compared with central differences, one number for each parameter, as that rule names them, in place of each edge.

    Parameters
    ----------
    network : Network
    x : array (samples, inputs)
    y : array (samples, outputs), or (samples,)
        Targets, or labels, as in :func:`neurograph.train`.
    rule : Rule, optional
        Default: ``rules.asymmetric_ep()``.
    beta : float, optional
        Nudging strength of a rule that has one; default 0.5, as in training.
    cost : Cost, optional
        Default: ``costs.squared_error()``.
    solver : Solver, optional
        Of every phase. Default: ``solvers.Euler`` with 100,000 steps and a tolerance of 1e-10 (float32: 1e-5).
    start : number, array (nodes,) or (samples, nodes), or "uniform"
        State at the start of the free phase.
    seed : int or numpy.random.Generator, optional
        For ``start="uniform"``, and of the signs of a rule that draws them.

    Returns
    -------
    GradientCheck
        ``.cosine``, ``.relative_error``, ``.change`` and ``.gradient`` per edge.

    Raises
    ------
    DataError
        If x or y does not fit the network.
    ParameterError
        If another argument is out of range.
    DivergenceError
        If a sample finds no equilibrium, or its Jacobian is singular there, or a nudged phase diverges.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, scale=0.4, seed=1)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> gradient_check(network, x, y).relative_error < 1e-8
    True
    >>> print(round(gradient_check(network, x, y, ng.rules.vector_field(), beta=0.01).cosine, 2))
    0.57
    """
    network = checked_network(network, "rate", "unitary")
    if network.dynamics.kind == "unitary":
        return _check_in_time(network, x, y, rule=rule, beta=beta, cost=cost, solver=solver, start=start)
    config = _config(network, rule=rule, beta=beta, cost=cost, solver=solver)
    inputs, targets = checked_data(network, x, y, config)
    rng = checked_generator(seed)
    free = _settled(network, inputs, config.solver, start, rng)
    weight_slope, bias_slope = _gradient_at(free, targets, config.cost)
    change, bias_change, phases = _change_at(free, targets, config, rng)
    weight_slope, change = (np.where(network.connectivity.plastic, each, 0.0) for each in (weight_slope, change))
    own = _first_of_each_tie(network)
    cosine, relative_error = _nearness(
        np.concatenate([change[own], bias_change]), np.concatenate([weight_slope[own], bias_slope])
    )
    return GradientCheck(
        rule=config.rule.name,
        cosine=cosine,
        relative_error=relative_error,
        change=change,
        bias_change=bias_change,
        gradient=weight_slope,
        bias_gradient=bias_slope,
        settled=phases.settled,
        learned=float(phases.learned.mean()),
    )


def _nearness(ours: Floats, exact: Floats) -> tuple[float, float]:
    """Return the cosine of a change and minus the gradient, and the relative error."""
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.linalg.norm(exact)
        cosine = -(ours @ exact) / (np.linalg.norm(ours) * size)
        return float(cosine), float(np.linalg.norm(ours + exact) / size) if size > 0.0 else np.nan


def _check_in_time(network: Network, x: ArrayLike, y: ArrayLike, **options: Unpack[TrainingOptions]) -> GradientCheck:
    problem = Sequences.of(network, x, y, TrainingConfig.of(**with_rule(options, network)))
    both, count = (-problem.slope(network), central_differences(problem, network)), problem.turning.biased.size
    (change, biases), (slope, bias_slope) = (np.split(one, [one.size - count]) for one in both)
    return GradientCheck("through time", *_nearness(*both), change, biases, slope, bias_slope, 1.0, 1.0)


def gradient_history(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    rule: Rule | None = None,
    *,
    epochs: int = 30,
    beta: float | None = None,
    cost: Cost | None = None,
    optimiser: Optimiser | None = None,
    solver: Solver | None = None,
    batch_size: Any = "auto",
    start: Start = 0.0,
    seed: Seed = None,
) -> tuple[GradientCheck, ...]:
    """Train by a rule, and compare it with the gradient before the first epoch and after each.

    Parameters
    ----------
    network, x, y, rule, beta, cost, start
        As in :func:`gradient_check`.
    epochs : int
        How many epochs.
    optimiser, batch_size
        As in :func:`neurograph.train`.
    solver : Solver, optional
        Of the training and the checks; default: of each its own.
    seed : int or numpy.random.Generator, optional
        Of everything drawn.

    Returns
    -------
    tuple of GradientCheck
        epochs + 1 of them; :func:`neurograph.plots.gradient` draws them. Where a sample finds no equilibrium, as in an
        epoch in which the network oscillates, the check is NaN throughout.

    Raises
    ------
    NeurographError
        As :func:`neurograph.train` does.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    >>> checks = gradient_history(network, x, y, ng.rules.deep(), epochs=2, seed=0)
    >>> [check.rule for check in checks]
    ['deep', 'deep', 'deep']
    """
    epochs = checked_whole("epochs", epochs, 1)
    rng = checked_generator(seed)
    asked: dict[str, Any] = {"beta": beta, "cost": cost, "solver": solver, "start": start}
    fit: Network | TrainingState = network
    checks = [_check_or_nothing(network, x, y, rule, seed=rng, **asked)]
    for epoch in range(epochs):
        fit = train(
            fit, x, y, rule=rule, optimiser=optimiser, batch_size=batch_size, epochs=1, target_cost=None,
            seed=None if epoch else seed, progress=False, **asked,
        )  # fmt: skip
        checks.append(_check_or_nothing(fit.network, x, y, rule, seed=rng, **asked))
    return tuple(checks)


def _check_or_nothing(network: Network, x: ArrayLike, y: ArrayLike, rule: Rule | None, **asked: Any) -> GradientCheck:
    """Return the check, or NaN where a sample finds no equilibrium: training goes on through such an epoch."""
    try:
        return gradient_check(network, x, y, rule, **asked)
    except DivergenceError:
        nothing = np.full(network.weights.size, np.nan), np.full(network.connectivity.biased.size, np.nan)
        name = (rules.asymmetric_ep() if rule is None else rule).name
        return GradientCheck(name, np.nan, np.nan, *nothing, *nothing, settled=0.0, learned=0.0)


def _config(network: Network, **options: Unpack[TrainingOptions]) -> TrainingConfig:
    """Return the configuration of what was chosen, with a tight solver where none was."""
    if options.get("solver") is None:
        options["solver"] = Euler(steps=100_000, tol=1e-10 if network.dtype == np.float64 else 1e-5)
    return TrainingConfig.of(**options)


def _settled(network: Network, inputs: Floats, solver: Solver, start: Start, rng: np.random.Generator) -> Equilibrium:
    """Return the free equilibrium, or raise for the first sample that finds none."""
    free = solver.solve(network, Phase(starting_state(network, inputs, start, rng)))
    raise_divergence(free, solver)
    moving = np.flatnonzero((free.status != Status.CONVERGED) & ~(free.residual <= LARGEST_RESIDUAL))
    if moving.size:
        sample = moving[0]
        raise DivergenceError(
            f"sample {sample} still moves after {free.steps[sample]} steps, with the residual "
            f"{free.residual[sample]:.2g} ({moving.size} of {free.status.size} samples): expected an equilibrium, for "
            "the gradient is taken there; give a solver of more steps, such as solvers.Euler(steps=1_000_000), or "
            "lower the weights if it oscillates"
        )
    return free


def _gradient_at(free: Equilibrium, targets: Floats, cost: Cost) -> tuple[Floats, Floats]:
    """Return the slope of the mean cost by each weight, of a tied one by the parameter it shares, and by each bias."""
    network, batch = free.network, free.state.shape[0]
    force = np.zeros(free.state.shape)
    force[:, network.connectivity.outputs] = cost.force_at(free.outputs, targets)
    state = np.zeros_like(free.state)
    for sample in range(batch):
        state[sample] = _direct_response(network, free.full[sample], force[sample], sample)
    slope = network.at_nodes(network.dynamics.rest_slope("I"), free.full)
    exact = Response(state, slope, free.status, free.residual, free.steps)
    phases = Phases(free, None, None, None, exact, np.ones(batch), np.ones(batch, np.bool_), steps=1)
    change, bias_change = weight_change(rules.asymmetric_ep(lift=0.0), phases)
    return -change, -bias_change


def _direct_response(network: Network, state: Floats, force: Floats, sample: int) -> Floats:
    """Solve J' d + force = 0 among the nodes that move; the others have 0."""
    moving, response = np.flatnonzero(~network.held(state)), np.zeros(len(network.nodes))
    if not moving.size:
        return response
    transposed = network.jacobian(state)[moving][:, moving].astype(np.float64).T.tocsc()
    try:
        response[moving] = scipy.sparse.linalg.splu(transposed).solve(-force[moving])
    except RuntimeError:  # exactly singular
        response[moving] = np.nan
    if not np.all(np.isfinite(response)):
        raise DivergenceError(
            f"sample {sample} ends where the Jacobian is singular, so its state has no derivative by the weights: "
            "expected an isolated equilibrium; give a solver of more steps, or a leak to every node"
        )
    return response


def _change_at(
    free: Equilibrium, targets: Floats, config: TrainingConfig, rng: np.random.Generator
) -> tuple[Floats, Floats, Phases]:
    """Return the rule's change of each weight and bias as training takes it, and the phases it is read from."""
    beta = drawn_strength(config.rule, config.strength, targets.shape[0], rng)
    phases = run_phases(config.rule, free, targets, beta, config.cost, config.solver)
    raise_diverged(config.rule, phases, config.solver)
    return *weight_change(config.rule, phases), phases


def _first_of_each_tie(network: Network) -> NDArray[np.int64]:
    ties = network.connectivity.ties
    return np.arange(network.weights.size) if ties is None else np.unique(ties, return_index=True)[1]
