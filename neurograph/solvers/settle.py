"""settle(): inputs in, equilibrium out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import Seed, checked_number, checked_whole
from neurograph.equations.costs import Cost, squared_error
from neurograph.errors import DivergenceError, ParameterError
from neurograph.network.inputs import Start, checked_inputs, checked_network, checked_targets, starting_state
from neurograph.network.network import Network
from neurograph.solvers import Auto
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.result import Equilibrium, Record, Status

DIVERGED = int(Status.DIVERGED)

NO_DELAYS = "delays are left out, for an equilibrium does not know them"
"""What the method says of a network that has some."""


def settle(
    network: Network,
    x: ArrayLike,
    *,
    y: ArrayLike | None = None,
    beta: float = 0.0,
    cost: Cost | None = None,
    solver: Solver | None = None,
    start: Start = 0.0,
    seed: Seed = None,
    record: Record | int | None = None,
    throw: bool = True,
) -> Equilibrium:
    r"""Settle a network on each sample of x.

    An equilibrium does not know delays, for where nothing moves, what was sent before is what is sent now. So they are
    left out on the way to it, and ``.method`` says so; with them the network may come to another equilibrium, or to
    none: :func:`neurograph.simulate` shows it, and :func:`neurograph.certify` says which delays do no harm.

    Parameters
    ----------
    network : Network
        From :func:`neurograph.compile`.
    x : array (batch, inputs)
        What the input nodes are clamped at; or a table (pandas, polars, pyarrow) whose columns have their labels for
        names, in any order. So for y and `start`.
    y : array (batch, outputs), optional
        Targets of the nudged phase, in which the outputs get -beta dC/ds; or class labels (batch,).
    beta : float
        Nudging strength; needs `y` unless 0.
    cost : Cost, optional
        C; default ``costs.squared_error()``, whose nudge is ``+ beta (y - s)``.
    solver : Solver, optional
        How; default ``neurograph.solvers.Auto()``, which says in ``.method`` what it chose and why.
    start : number, array (nodes,) or (batch, nodes), or "uniform"
        State of the free nodes at the start; "uniform" draws from U(0, 0.1) with `seed`. Further variables start at 0,
        or where an array of full states, such as :attr:`Equilibrium.full`, has them.
    seed : int or numpy.random.Generator, optional
        For ``start="uniform"``.
    record : Record or int, optional
        Which part of the trajectory to keep; a number k keeps every k-th step of every node.
    throw : bool
        Whether a sample that diverges raises; else the result says so.

    Returns
    -------
    Equilibrium
        ``.outputs`` (batch, outputs), ``.state`` (batch, nodes), ``.variables`` by name, ``.status``, ``.residual``,
        ``.steps``.

    Raises
    ------
    DataError
        If x, y or start has the wrong shape or holds a number that is not finite, or y does not go with the cost.
    ParameterError
        If beta is given without y, or another argument is out of range.
    DivergenceError
        If a sample diverges and `throw` is true.

    Notes
    -----
    .. math:: \dot s_j = g(s_j, I_j, \ldots) - \beta \frac{\partial C}{\partial s_j}, \quad s_j \in \text{box}

    is followed to rest, with :math:`s_j` the state of node j, g the drift, :math:`I_j` the summed input, C the cost and
    :math:`\beta` the nudging strength. It follows from the definition of the phases [1]_.

    References
    ----------
    .. [1] Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based models and
       backpropagation, Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.

    Examples
    --------
    A nudge pulls the output towards its target, as far as the network lets it:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.vector_field())
    >>> free = ng.settle(network, [[0.4], [1.0]])
    >>> nudged = ng.settle(network, [[0.4], [1.0]], y=[[1.0], [1.0]], beta=1.0, start=free.state)
    >>> free.outputs.round(3).tolist(), nudged.outputs.round(3).tolist()
    ([[0.2], [0.5]], [[0.6], [0.75]])
    """
    network = checked_network(network)
    inputs = checked_inputs(network, x)
    if cost is not None and not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as costs.cross_entropy()")
    target = None if y is None else checked_targets(network, y, inputs.shape[0], cost)
    beta = checked_number("beta", beta)
    if beta != 0.0 and target is None:
        raise ParameterError(f"beta is {beta!r} but y is missing: expected the targets of the nudged phase as y=")
    solver = Auto() if solver is None else solver
    if not isinstance(solver, Solver):
        raise ParameterError(
            f"solver is {solver!r}: expected one of neurograph.solvers, such as solvers.Euler(dt=0.05)"
        )
    phase = Phase(
        start=starting_state(network, inputs, start, seed),
        target=target,
        beta=beta,
        cost=squared_error() if cost is None else cost,
        record=checked_record(network, record),
    )
    equilibrium = solver.solve(network, phase)
    if network.delays is not None:
        equilibrium = replace(equilibrium, method="; ".join(filter(None, (equilibrium.method, NO_DELAYS))))
    if throw:
        raise_divergence(equilibrium, solver, ", or pass throw=False to get the result as it is")
    return equilibrium


def raise_divergence(
    equilibrium: Equilibrium, solver: Solver, ending: str = "", samples: NDArray[np.int64] | None = None
) -> None:
    """Raise :class:`DivergenceError` for the first sample that diverged, if one did.

    `ending` is one more remedy; `samples` are the places of the batch's samples in the user's x.
    """
    if not (equilibrium.status == DIVERGED).any():
        return
    lost = np.flatnonzero(equilibrium.status == DIVERGED)
    sample = int(lost[0])
    state = equilibrium.state[sample]
    size = np.nan_to_num(np.abs(state), nan=np.inf)
    node = equilibrium.network.nodes[int(np.argmax(size))]
    place = sample if samples is None else samples[sample]
    raise DivergenceError(
        f"sample {place} diverged at step {equilibrium.steps[sample]}: node {node!r} is at "
        f"{state[int(np.argmax(size))]:.3g} ({lost.size} of {equilibrium.status.size} samples diverged); "
        f"{solver.remedy(equilibrium, sample)}; else lower the weights, or use a dynamics with a box{ending}"
    )


def checked_record(network: Network, record: Record | int | None) -> Record | None:
    """Return what is to be recorded, checked, or raise :class:`ParameterError`."""
    if record is None:
        return None
    kept = record if isinstance(record, Record) else Record(every=record)
    every = checked_whole("record, the number of steps from one frame to the next,", kept.every, 1)
    if kept.nodes is None:
        return replace(kept, every=every)
    if isinstance(kept.nodes, str) or not isinstance(kept.nodes, Iterable):
        raise ParameterError(f"record has nodes {kept.nodes!r}: expected a tuple of labels, such as ({kept.nodes!r},)")
    nodes = tuple(kept.nodes)
    for node in nodes:
        if not isinstance(node, Hashable) or node not in network.connectivity.table.index:
            raise ParameterError(f"record asks for node {node!r}: expected labels of the network's nodes")
    return replace(kept, every=every, nodes=nodes)
