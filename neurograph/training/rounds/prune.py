"""prune(): edges leave in rounds, and what is left is trained again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole
from neurograph.certificates.constraint import Constraint
from neurograph.drawing.card import Carded, Html
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import HIDDEN, EdgeTable
from neurograph.growth.base import Grower, check_unscheduled, checked_grower
from neurograph.growth.graph_after import graph_after
from neurograph.growth.insertion import check_growth
from neurograph.growth.returned import Returned
from neurograph.growth.rewiring import Rewiring, rewired
from neurograph.network.compilation import compile
from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.pruning import Pruner, unreachable
from neurograph.pruning.base import AddedEdges, RemovedEdges, checked_pruner
from neurograph.pruning.removal import loose, prune_now
from neurograph.training.config import RetrainingOptions, TrainingConfig
from neurograph.training.rounds.judge import Judge, check_kept, check_training, curve_table, measured
from neurograph.training.train import hidden

ROUNDING = 1e-9
"""By how much a drop may seem larger than it is."""

Pairs = Sequence[tuple[Hashable, Hashable]]
"""Edges, as pairs of labels."""


@dataclass(frozen=True, eq=False, repr=False)
class Pruning(Carded):
    """What :func:`prune` returns.

    Attributes
    ----------
    network : Network
        What is left.
    removed : sequence of Removed
        The log: every edge that left, in the order in which they did. A tuple, but each entry is made as it is read.
    added : sequence of Added
        The same of those that came.
    held : sequence of (label, label)
        Edges that the pruner chose in the last round, and that stay because `keep` asks for them.
    neurons : tuple
        Labels of the hidden neurons that left.
    curve : dict of str to array (rounds + 1,)
        Before the first round, and after each: ``edges``, those that are left; and with x and y, on the validation
        samples if there are any, ``cost`` and ``error``, see :func:`neurograph.costs.error`, and if every target is 0
        or 1 ``accuracy``, the share of right answers.
    """

    network: Network
    removed: RemovedEdges
    added: AddedEdges
    held: Pairs
    neurons: tuple[Hashable, ...]
    curve: dict[str, NDArray[np.float64]]

    def graph_after(self, rounds: int) -> EdgeTable:
        """Return which edges were there after so many rounds; after 0 of them, before the first.

        Returns
        -------
        EdgeTable
            All nodes, those that have left at the end too, and edges of the weight 1, for the logs do not say what it
            was in between.

        Raises
        ------
        ParameterError
            If there were fewer rounds, or nodes were joined anew, as by ``pruning.factors``, which is in no log.
        """
        return graph_after(rounds, self.curve["edges"].size - 1, self.network, self.removed, self.added, "rounds")

    def __repr__(self) -> str:
        """Return in a line how many edges left, and what it cost."""
        before, left = (int(self.curve["edges"][place]) for place in (0, -1))
        neurons = f" and {len(self.neurons)} neuron{'s' * (len(self.neurons) > 1)}" if self.neurons else ""
        held = f", {len(self.held)} of them held back by keep" if self.held else ""
        said = [name for name in ("accuracy", "error") if name in self.curve][:1]
        cost = "".join(f"; {name} {self.curve[name][0]:.3g} before, {self.curve[name][-1]:.3g} after" for name in said)
        gone, came = before + len(self.added) - left, f", {len(self.added)} came" if self.added else ""
        return f"Pruning({gone} of {before} edges{neurons} left the graph{came}, {left} stay{held}{cost})"

    def _parts(self) -> Iterator[Html]:
        yield curve_table(self.curve)
        yield self.removed.table("Edges that left")
        yield self.added.table("Edges that came")


def prune(
    network: Network,
    pruner: Pruner,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    grower: Grower | None = None,
    rounds: int = 1,
    retrain: int = 0,
    max_drop: float | None = None,
    keep: Constraint | None = None,
    neurons: bool = True,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    seed: Seed = None,
    progress: bool | None = None,
    **training: Unpack[RetrainingOptions],
) -> Pruning:
    """Remove edges from a network: at once, or in rounds with training after each.

    - At once: ``prune(network, magnitude(0.5))``.
    - Gradually: ``prune(network, saliency(0.9), x, y, rounds=10, retrain=5)`` takes the same share of the edges that
      are left in each round, so that 90 % are gone after the last.
    - As far as it goes: with ``max_drop=0.01`` too, rounds end before the first that costs more than 0.01 of accuracy.
    - Rewiring: with ``grower=growth.rigl()`` as many edges come in each round as have left.

    Parameters
    ----------
    network : Network
        It is not changed.
    pruner : Pruner
        One of :mod:`neurograph.pruning`. A pruner with a `fraction` reaches it in the last round; another, or one
        beside a `grower`, does in each round what it does after an epoch of training.
    x : array (samples, inputs), optional
    y : array (samples, outputs), or (samples,), optional
        Targets, or labels, as in :func:`neurograph.train`. Pruners that ask what an edge is worth need both, and so do
        `retrain` and `max_drop`.
    grower : Grower, optional
        One of :mod:`neurograph.growth`, which brings edges in each round after the pruner has taken some: of itself as
        many, so that the number of edges is held, but for those of neurons that leave. With ``growth.returned()``, by
        which edges may grow again until the last round, nothing comes in that one, and a `fraction` is reached in it.
    rounds : int
    retrain : int
        Most epochs of training after each round.
    max_drop : float, optional
        Largest fall of the accuracy, or rise of the error, since before the first round.
    keep : Constraint, optional
        What must stay true, such as ``certificates.contracting(rate=0.05)``. Where it would not hold without the chosen
        edges, some of them stay. It is passed on to :func:`neurograph.train`.
    neurons : bool
        Whether hidden neurons leave that no input drives or that reach no output, with all of their edges: see
        :func:`neurograph.pruning.unreachable`.
    validation : (x, y), optional
        Other samples, on which the curve and `max_drop` are measured.
    seed : int or numpy.random.Generator, optional
        Of everything drawn.
    progress : bool, optional
        Whether to draw a progress bar over the rounds; default: where there is a terminal, and several rounds.
    **training
        Arguments of :func:`neurograph.train`: ``cost``, ``solver`` and ``start``, which also serve to ask what an edge
        is worth, and ``rule``, ``beta``, ``optimiser``, ``batch_size``, ``target_cost`` and ``patience``.

    Returns
    -------
    Pruning
        ``.network``; ``.removed`` and ``.added``, the logs; ``.curve``, the accuracy against the edges that are left.

    Raises
    ------
    ParameterError
        If an argument is out of range, is missing for another, or `keep` does not hold from the start.
    DataError
        If x or y does not fit the network.

    References
    ----------
    Rounds with retraining: Han, Pool, Tran, Dally, NeurIPS 2015; the same share each time: Frankle and Carbin, ICLR
    2019.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    >>> fit = ng.train(ng.compile(graph), x, y, seed=0)
    >>> how = {"rounds": 15, "retrain": 200, "max_drop": 0.0, "seed": 0}
    >>> small = ng.prune(fit.network, ng.pruning.magnitude(0.9), x, y, **how)
    >>> small.network.weights.size < fit.network.weights.size / 2, small.curve["accuracy"].min()
    (True, np.float64(1.0))
    """
    network, pruner = checked_network(network, *EVERY_KIND), checked_pruner(pruner)
    if grower is not None:
        check_unscheduled(checked_grower(grower), "neurograph.prune")
    if network.dynamics.kind != "rate":
        _check_at_once(network, pruner, grower, x, y, keep)
    rounds, retrain = checked_whole("rounds", rounds, 1), checked_whole("retrain", retrain, 0)
    check_training(prune, training, retrain, grower)
    _check_together(pruner, grower, x, y, rounds, retrain, max_drop, validation, training)
    check_kept(network, keep, "leaves")
    rng = checked_generator(seed)
    judge = None
    if x is not None and y is not None:
        kept = keep if retrain else None  # which train() takes or refuses
        judge = Judge(network, x, y, TrainingConfig.of(keep=kept, validation=validation, **training), rng)
    if grower is not None:
        check_growth(network, grower, False, None if judge is None else judge.task.rule)
    now, curve = network, [measured(network, judge)]
    removed, added, held = RemovedEdges.none(network), AddedEdges.none(network), network.edges.at(slice(0))
    again = isinstance(grower, Returned)
    quiet = hidden(False if progress is None and rounds == 1 else progress)
    for number in tqdm(range(rounds), unit="round", dynamic_ncols=True, disable=quiet):
        part, last = pruner, number + 1 == rounds
        if grower is None or again:
            part = pruner.in_round((number + 1) / rounds, _plastic(network), _plastic(now))
        counts = [row["edges"] for row in curve]
        step = _one_round(now, part, None if again and last else grower, rng, number, judge, keep, neurons, counts)
        after = step.network
        if retrain and judge is not None:
            after = judge.trained(after, retrain, rng, training)
        now_measured = measured(after, judge)
        if max_drop is not None and now_measured["error"] - curve[0]["error"] > max_drop + ROUNDING:
            break
        now, held = after, step.held
        removed, added = removed + step.removed, added + step.added
        curve.append(now_measured)
    smaller, left = _without_neurons(now) if neurons else (now, ())
    if len(now.nodes) < len(network.nodes):  # relays left with their factor
        left = tuple(node for node in network.nodes if node not in smaller.connectivity.table.index)
    return Pruning(
        smaller, removed, added, held, left, {name: np.array([row[name] for row in curve]) for name in curve[0]}
    )


def _plastic(network: Network) -> int:
    return int(np.count_nonzero(loose(network).connectivity.plastic))


def _one_round(
    network: Network,
    pruner: Pruner,
    grower: Grower | None,
    rng: np.random.Generator,
    number: int,
    judge: Judge | None,
    keep: Constraint | None,
    neurons: bool,
    counts: Sequence[float],
) -> Rewiring:
    """Remove what the pruner chooses, let edges come, then remove those of unreachable neurons."""
    task = None if judge is None else judge.task
    step = rewired(network, pruner, grower, rng, number, task, keep, counts)
    if not neurons:
        return step
    more = prune_now(step.network, unreachable(), rng, number, None, keep)
    return Rewiring(more.network, step.removed + more.removed, step.added, step.held + more.held)


def _without_neurons(network: Network) -> tuple[Network, tuple[Hashable, ...]]:
    """Take the hidden neurons without edges out of the graph."""
    linked = np.zeros(len(network.nodes), np.bool_)
    linked[network.connectivity.pre] = linked[network.connectivity.post] = True
    alone = tuple(network.nodes[place] for place in np.flatnonzero((network.roles == HIDDEN) & ~linked))
    if not alone:
        return network, ()
    table, stays = network.to_table(), np.flatnonzero((network.roles != HIDDEN) | linked)
    place = np.zeros(linked.size, np.int32)
    place[stays] = np.arange(stays.size)
    smaller = replace(
        table,
        nodes=[table.nodes[k] for k in stays.tolist()],
        roles=table.roles[stays],
        indptr=np.append(table.indptr[stays], table.pre.size),  # no edge ends at a node that left
        pre=place[table.pre],
        biases=table.biases[stays],
        node_attributes=table.of_nodes().take(stays),
    )
    return compile(smaller, network.dynamics, network.biases.dtype), alone


def _check_together(
    pruner: Pruner,
    grower: Grower | None,
    x: ArrayLike | None,
    y: ArrayLike | None,
    rounds: int,
    retrain: int,
    max_drop: float | None,
    validation: tuple[ArrayLike, ArrayLike] | None,
    training: RetrainingOptions,
) -> None:
    """Refuse arguments that need others, and those that others make useless."""
    if max_drop is not None:
        checked_number("max_drop", max_drop, least=0.0, remark=", or None")
    if validation is not None and not isinstance(validation, tuple):
        raise ParameterError(f"validation is of type {type(validation).__name__}: expected a pair (x, y), or None")
    asking = {
        f"pruner is {pruner!r}, which asks what each edge is worth": pruner.needs_task,
        f"grower is {grower!r}, which asks what the network does": grower is not None and grower.needs_x,
        f"retrain is {retrain}": bool(retrain),
        f"max_drop is {max_drop}": max_drop is not None,
        "validation is given": validation is not None,
        f"{', '.join(training)} is given": bool(training),
        "y is given": y is not None,
        "x is given": x is not None,
    }
    if x is None or y is None:
        for why, asks in asking.items():
            if asks:
                missing = "x and y are" if x is None and y is None else "x is" if x is None else "y is"
                raise ParameterError(f"{why}, but {missing} missing: expected prune(network, pruner, x, y)")
    if isinstance(grower, Returned) and (rounds == 1 or not retrain or max_drop is not None):
        raise ParameterError(
            f"grower is growth.returned(), but rounds is {rounds}, retrain is {retrain} and max_drop is {max_drop}: "
            "expected at least 2 rounds with retraining in between and no max_drop, for edges may grow again until the "
            "last round; or no grower"
        )


def _check_at_once(
    network: Network,
    pruner: Pruner,
    grower: Grower | None,
    x: ArrayLike | None,
    y: ArrayLike | None,
    keep: Constraint | None,
) -> None:
    """Refuse what asks equilibria of neurons that have none."""
    kind = network.dynamics.kind
    unitary = "pruning.factors('R2'), magnitude or random" if kind == "unitary" else "pruning.magnitude(fraction=0.5)"
    given = {"x": x is not None, "y": y is not None, "keep": keep is not None}
    given[f"pruner is {pruner!r}, which asks what each edge is worth at an equilibrium;"] = pruner.needs_task
    given[f"grower is {grower!r}, which asks for equilibria;"] = grower is not None and grower.needs_x
    if there := [name if "is" in name else f"{name} is given," for name, asks in given.items() if asks]:
        raise ParameterError(
            f"{there[0]} but {kind} neurons have no equilibrium: expected prune(network, pruner) with {unitary}, and "
            "neurograph.train afterwards"
        )
