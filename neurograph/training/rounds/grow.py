"""grow(): edges come in rounds, and the larger network is trained again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm import tqdm

from neurograph._checks import Seed, checked_generator, checked_whole
from neurograph.certificates.constraint import Constraint
from neurograph.drawing.card import Carded, Html
from neurograph.errors import ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.growth.base import Grower, check_unscheduled, checked_grower
from neurograph.growth.graph_after import graph_after
from neurograph.growth.insertion import check_growth, check_kind, grow_now
from neurograph.network.inputs import EVERY_KIND, checked_inputs, checked_network, starting_state
from neurograph.network.network import Network
from neurograph.pruning.base import AddedEdges, RemovedEdges, Task
from neurograph.training.config import RetrainingOptions, TrainingConfig
from neurograph.training.rounds.judge import Judge, check_kept, check_training, curve_table, measured
from neurograph.training.train import hidden


@dataclass(frozen=True, eq=False, repr=False)
class Growth(Carded):
    """What :func:`grow` returns.

    Attributes
    ----------
    network : Network
        What has grown.
    added : sequence of Added
        The log: every edge that came, in the order in which they did. A tuple, but each entry is made as it is read.
    held : sequence of (label, label)
        Edges that the grower chose in the last round, and that did not come because `keep` asks for it.
    curve : dict of str to array (rounds + 1,)
        Before the first round, and after each: ``edges``, those that are there; and with x and y, on the validation
        samples if there are any, ``cost`` and ``error``, see :func:`neurograph.costs.error`, and if every target is 0
        or 1 ``accuracy``, the share of right answers.
    """

    network: Network
    added: AddedEdges
    held: Sequence[tuple[Hashable, Hashable]]
    curve: dict[str, NDArray[np.float64]]

    def graph_after(self, rounds: int) -> EdgeTable:
        """Return which edges were there after so many rounds; after 0 of them, before the first.

        Returns
        -------
        EdgeTable
            Each edge has the weight 1, for the log does not say what it was in between.

        Raises
        ------
        ParameterError
            If there were fewer rounds.
        """
        lost = RemovedEdges.none(self.network)
        return graph_after(rounds, self.curve["edges"].size - 1, self.network, lost, self.added, "rounds")

    def __repr__(self) -> str:
        """Return in a line how many edges came, and what it brought."""
        before, now = (int(self.curve["edges"][place]) for place in (0, -1))
        held = f", {len(self.held)} were held back by keep" if self.held else ""
        said = [name for name in ("accuracy", "error") if name in self.curve][:1]
        cost = "".join(f"; {name} {self.curve[name][0]:.3g} before, {self.curve[name][-1]:.3g} after" for name in said)
        return f"Growth({len(self.added)} edges came to {before}, {now} are there{held}{cost})"

    def _parts(self) -> Iterator[Html]:
        yield curve_table(self.curve)
        yield self.added.table("Edges that came")


def grow(
    network: Network,
    grower: Grower,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    rounds: int = 1,
    retrain: int = 0,
    keep: Constraint | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    seed: Seed = None,
    progress: bool | None = None,
    **training: Unpack[RetrainingOptions],
) -> Growth:
    """Add edges to a network: at once, or in rounds with training after each.

    - At once: ``grow(network, growth.random(count=100))``.
    - Gradually: ``grow(network, growth.rigl(fraction=0.5), x, y, rounds=5, retrain=10)`` adds as many edges in each
      round, so that half as many more are there after the last.

    New edges have weight 0 if the grower is not told otherwise: then the network answers as before, until it is
    trained.

    Parameters
    ----------
    network : Network
        It is not changed.
    grower : Grower
        One of :mod:`neurograph.growth`, with a `fraction` or a `count`, which is reached in the last round, or another
        number of its own; in :func:`neurograph.prune` and :func:`neurograph.train` it may do without, beside a pruner.
    x : array (samples, inputs), optional
    y : array (samples, outputs), or (samples,), optional
        Targets, or labels, as in :func:`neurograph.train`. Growers that ask what the network does need x, or both, and
        `retrain` needs both.
    rounds : int
    retrain : int
        Most epochs of training after each round.
    keep : Constraint, optional
        What must stay true, such as ``certificates.contracting(rate=0.05)``. Where it would not hold with the new
        edges, weights are made smaller as it has it; where none would do, some edges do not come. It is passed on to
        :func:`neurograph.train`.
    validation : (x, y), optional
        Other samples, on which the curve is measured.
    seed : int or numpy.random.Generator, optional
        Of everything drawn.
    progress : bool, optional
        Whether to draw a progress bar over the rounds; default: where there is a terminal, and several rounds.
    **training
        Arguments of :func:`neurograph.train`: ``cost``, ``solver`` and ``start``, which also serve to ask what the
        network does, and ``rule``, ``beta``, ``optimiser``, ``batch_size``, ``target_cost`` and ``patience``.

    Returns
    -------
    Growth
        ``.network``; ``.added``, the log; ``.curve``, the accuracy against the edges that are there.

    Raises
    ------
    ParameterError
        If an argument is out of range, is missing for another, there are no candidates, or `keep` does not hold from
        the start.
    GraphTooLargeError
        If the machine has not the memory for so many edges, or candidates.
    DataError
        If x or y does not fit the network.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = ng.tasks.logic("xor")
    >>> graph = ng.topologies.random(inputs=2, hidden=10, outputs=1, density=0.2, seed=1)
    >>> grown = ng.grow(ng.compile(graph), ng.growth.rigl(count=20), x, y, rounds=2, retrain=100, seed=0)
    >>> grown.curve["edges"]
    array([26., 36., 46.])
    """
    network, grower = checked_network(network, *EVERY_KIND), checked_grower(grower)
    check_kind(network, grower)
    check_unscheduled(grower, "neurograph.grow")
    rounds, retrain = checked_whole("rounds", rounds, 1), checked_whole("retrain", retrain, 0)
    check_training(grow, training, retrain, grower)
    _check_together(network, grower, x, y, retrain, keep, validation, training)
    check_kept(network, keep, "comes")
    rng = checked_generator(seed)
    judge, task = None, None
    if x is not None and y is not None:
        kept = keep if retrain else None  # which train() takes or refuses
        judge = Judge(network, x, y, TrainingConfig.of(keep=kept, validation=validation, **training), rng)
        task = judge.task
    elif x is not None:
        task = _states_alone(network, x, TrainingConfig.of(**training), rng)
    check_growth(network, grower, True, None if task is None else task.rule)
    now, curve = network, [measured(network, judge)]
    added, held = AddedEdges.none(network), network.edges.at(slice(0))
    total = grower.number(network.weights.size, 0, 0)
    quiet = hidden(False if progress is None and rounds == 1 else progress)
    for number in tqdm(range(rounds), unit="round", dynamic_ncols=True, disable=quiet):
        count = total * (number + 1) // rounds - total * number // rounds
        step = grow_now(now, grower, rng, number, count, task, keep)
        now, added, held = step.network, added + step.added, step.held
        if retrain and judge is not None:
            now = judge.trained(now, retrain, rng, training)
        curve.append(measured(now, judge))
    return Growth(now, added, held, {name: np.array([row[name] for row in curve]) for name in curve[0]})


def _states_alone(network: Network, x: ArrayLike, config: TrainingConfig, rng: np.random.Generator) -> Task:
    """Return the task of a grower that asks for no targets."""
    inputs = checked_inputs(network, x)
    start = starting_state(network, inputs, config.start if config.start != "warm" else 0.0, rng)
    return Task(start, np.full((inputs.shape[0], len(network.outputs)), np.nan), config.cost, config.solver)


def _check_together(
    network: Network,
    grower: Grower,
    x: ArrayLike | None,
    y: ArrayLike | None,
    retrain: int,
    keep: Constraint | None,
    validation: tuple[ArrayLike, ArrayLike] | None,
    training: RetrainingOptions,
) -> None:
    """Refuse arguments that need others, and those that others make useless."""
    if not grower.counted:
        raise ParameterError(
            f"grower is {grower!r}, which brings as many edges as a pruner takes, and there is none: expected a grower "
            "with a number of its own, such as growth.random(count=10), or neurograph.prune(network, pruner, "
            "grower=grower)"
        )
    if validation is not None and not isinstance(validation, tuple):
        raise ParameterError(f"validation is of type {type(validation).__name__}: expected a pair (x, y), or None")
    if network.dynamics.kind != "rate":
        given = {"x": x, "y": y, "keep": keep}
        if there := [name for name, value in given.items() if value is not None]:
            raise ParameterError(
                f"{there[0]} is given, but {network.dynamics.kind} neurons have no equilibrium: expected "
                "none, and training afterwards"
            )
    both = {
        f"grower is {grower!r}, which asks how the network learns": grower.needs_y,
        f"retrain is {retrain}": bool(retrain),
        "validation is given": validation is not None,
        "y is given": y is not None,
        "cost is given": "cost" in training,
    }
    one = {
        f"grower is {grower!r}, which asks what the network does": grower.needs_x,
        f"{', '.join(training)} is given": bool(training),
    }
    asking = [why for why, asks in both.items() if asks and (x is None or y is None)]
    asking += [why for why, asks in one.items() if asks and x is None]
    asking += ["x is given"] if x is not None and y is None and not grower.needs_x else []
    if asking:
        missing = "x and y are" if x is None and y is None else "x is" if x is None else "y is"
        raise ParameterError(f"{asking[0]}, but {missing} missing: expected grow(network, grower, x, y)")
