"""A training state as a checkpoint, and back; and what tells one run from another."""

from __future__ import annotations

import hashlib
import time
from dataclasses import astuple, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import frozen
from neurograph.equations.costs import Cost
from neurograph.errors import CheckpointError
from neurograph.growth.candidates import edge_codes, found
from neurograph.growth.distance import Distance, node_positions
from neurograph.growth.insertion import Arrivals, with_new
from neurograph.growth.returned import Returned
from neurograph.network.connectivity import Connectivity
from neurograph.network.network import Network
from neurograph.pruning.base import AddedEdges, EdgeLog, RemovedEdges
from neurograph.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.state import TrainingState

FREE_TO_CHANGE = ("epochs", "checkpoint", "checkpoint_seconds", "progress")
"""Arguments that may differ between a call and the one that goes on with it."""

Arrays = dict[str, NDArray[Any]]

LOGS: dict[str, type[EdgeLog[Any]]] = {"removed": RemovedEdges, "added": AddedEdges}
"""The logs of edges, by the kind under which they are stored."""


def identity(problem: Problem, network: Network, seed: Any, fit: TrainingState | None) -> dict[str, str]:
    """Name all that must be the same for a run to go on: each argument's value, or the hash of its arrays."""
    named = {
        each.name: said(getattr(problem.config, each.name))
        for each in fields(TrainingConfig)
        if each.name not in FREE_TO_CHANGE
    }
    connectivity, table = network.connectivity, network.connectivity.table
    ties = () if connectivity.ties is None else (connectivity.ties,)
    places = [node_positions(network)] if isinstance(problem.config.grower, Distance) else []
    graph = [table.roles, table.pre, table.indptr, connectivity.edge_ids, connectivity.plastic, *ties, *places]
    return named | {
        "network": fingerprint(
            repr(tuple(table.nodes)), repr(network.dynamics), *graph, network.weights, network.biases,
            network.parameters, connectivity.signs,
        ),
        "x": fingerprint(problem.x),
        "y": fingerprint(problem.y),
        "seed": said(seed.bit_generator.state if isinstance(seed, np.random.Generator) else seed),
        "fit": "" if fit is None else f"{fit.epochs} epochs, {fingerprint(fit.state)}",
    }  # fmt: skip


def said(value: Any) -> str:
    """Return an argument as a text that no other has, with hashes of arrays."""
    if isinstance(value, dict):
        return str({name: said(part) for name, part in value.items()})
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(said, value))})"
    if isinstance(value, np.ndarray):
        return fingerprint(value)
    if isinstance(value, Cost):  # whose repr leaves out what its name stands for
        return f"{value!r} {fingerprint(repr(astuple(value)))}"
    return repr(value.item() if isinstance(value, np.generic) else value)


def fingerprint(*parts: Any) -> str:
    """Return a hash of texts and arrays, of their types and shapes too."""
    digest = hashlib.sha256()
    for part in parts:
        array = np.frombuffer(part.encode(), np.uint8) if isinstance(part, str) else np.ascontiguousarray(part)
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:16]


def save(path: str | Path, state: TrainingState, who: dict[str, str]) -> None:
    """Write the state of the run that `who` identifies.

    Raises
    ------
    CheckpointError
        If the file cannot be written.
    """
    arrays: Arrays = {}
    facts = _stored(state, "state", arrays)
    write_checkpoint(path, Checkpoint({"identity": who, "state": facts}, arrays))


def load(
    path: str | Path, problem: Problem, first: Network, who: dict[str, str], fit: TrainingState | None
) -> TrainingState | None:
    """Return the state of the run that `who` identifies, if there is a checkpoint.

    It began with a network, that of `fit` if it went on from one.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another run, or cannot be read.
    """
    checkpoint = read_checkpoint(path)
    if checkpoint is None:
        return None
    _check_same(path, checkpoint.facts["identity"], who)
    begun = _Begun(first, fit, isinstance(problem.config.grower, Returned))
    state: TrainingState = _restored(checkpoint.facts["state"], checkpoint.arrays, begun)
    return state


@dataclass(eq=False)
class Keeper:
    """What keeps a run in its checkpoint, if it has one.

    Attributes
    ----------
    problem : Problem
    first : Network
        With which the run began.
    fit : TrainingState or None
        From which it went on.
    who : dict of str
        Its identity.
    written : float
        When the checkpoint was written last.
    """

    problem: Problem
    first: Network
    fit: TrainingState | None
    who: dict[str, str]
    written: float = field(default_factory=time.monotonic)

    def load(self) -> TrainingState | None:
        """Return the state that the checkpoint holds, if there is one.

        Raises
        ------
        CheckpointError
            If it is of another run, or cannot be read.
        """
        file = self.problem.config.checkpoint
        return None if file is None else load(file, self.problem, self.first, self.who, self.fit)

    def keep(self, state: TrainingState, now: bool) -> None:
        """Write a state if the last one is old enough, or `now`.

        Raises
        ------
        CheckpointError
            If the file cannot be written.
        """
        file, due = self.problem.config.checkpoint, self.problem.config.checkpoint_seconds
        if file is not None and (now or time.monotonic() - self.written >= due):
            save(file, state, self.who)
            self.written = time.monotonic()


def _check_same(path: str | Path, then: dict[str, str], now: dict[str, str]) -> None:
    for name, value in now.items():
        if then.get(name) == value:
            continue
        how = (
            f": {name} was {then.get(name)}, and is {value} now"
            if name in {f.name for f in fields(TrainingConfig)}
            else ""
        )
        raise CheckpointError(
            f"checkpoint {path} is of another run, for {name} is not the same{how}; expected the same call as then, "
            "or the name of a new file"
        )


def _stored(value: Any, name: str, arrays: Arrays) -> Any:
    """Return a value as JSON has it: what is no number or text as ``{kind: parts}``, with its arrays in `arrays`."""

    def each(parts: Any) -> Any:
        return [_stored(part, f"{name}.{key}", arrays) for key, part in parts]

    match value:
        case np.ndarray() | np.generic():
            arrays[name] = np.asarray(value)
            return {"array": name}
        case Network():
            parts = {key: getattr(value, key) for key in ("weights", "biases", "parameters")}
            wired = value.connectivity
            ties = np.arange(wired.pre.size) if wired.ties is None else wired.ties
            return {"network": each((parts | {"codes": edge_codes(value), "ties": ties}).items())}
        case TrainingState():
            named = {part.name: getattr(value, part.name) for part in fields(value)}
            if value.best is value.network:
                named["best"] = None
            return {"run": dict(zip(named, each(named.items()), strict=True))}
        case EdgeLog():
            kind = next(name for name, log in LOGS.items() if isinstance(value, log))
            return {kind: each([*enumerate(value.columns), ("reasons", value.reasons)])}
        case dict():
            return {"dict": dict(zip(value, each(value.items()), strict=True))}
        case tuple():
            return {"tuple": each(enumerate(value))}
    return value


@dataclass(frozen=True, eq=False)
class _Begun:
    """What a run began with.

    Attributes
    ----------
    first : Network
    fit : TrainingState or None
        From which it went on.
    again : bool
        Whether all edges that came are those that had left.
    """

    first: Network
    fit: TrainingState | None
    again: bool

    @property
    def epochs(self) -> int:
        return 0 if self.fit is None else self.fit.epochs


def _restored(stored: Any, arrays: Arrays, begun: _Begun) -> Any:
    """Return the value that was stored, networks of a run that is no state yet as their parts."""
    if not isinstance(stored, dict):
        return stored
    ((kind, parts),) = stored.items()
    if kind == "array":
        return arrays[parts]
    if kind in ("dict", "run"):
        named = {key: _restored(part, arrays, begun) for key, part in parts.items()}
        return named if kind == "dict" else _run(named, begun)
    values = tuple(_restored(part, arrays, begun) for part in parts)
    if kind in LOGS:
        return LOGS[kind](values[:-1], begun.first.connectivity.table.nodes, values[-1])
    return values


def _run(named: dict[str, Any], begun: _Begun) -> TrainingState | None:
    """Return a state of the run, its networks wired; one that is older than the run is that of the fit before it."""
    if begun.fit is not None and named["history"]["cost"].size < begun.fit.epochs:
        return begun.fit.refuge
    added: AddedEdges = named["added"]
    after = added.columns[2]
    came = (after >= begun.epochs) & (not begun.again)
    network, best = _wired(named["network"], begun.first, added.at(came)), named["best"]
    if best is None:
        best = network
    elif begun.fit is not None and named["best_epoch"] < begun.fit.epochs:
        best = begun.fit.best
    else:
        best = _wired(best, begun.first, added.at(came & (after <= named["best_epoch"])))
    return TrainingState(**{**named, "network": network, "best": best})


def _wired(parts: tuple[NDArray[Any], ...], first: Network, came: AddedEdges) -> Network:
    """Return a network of its stored parts: edges of the first one's table, and those that came since, as they did."""
    *numbers, codes, ties = parts
    weights = frozen(numbers[0])
    connectivity, nodes = first.connectivity, len(first.nodes)
    arrived = came.columns[1].astype(np.int64) * nodes + came.columns[0]
    last = arrived.size - 1 - np.unique(arrived[::-1], return_index=True)[1]
    arrived = arrived[np.sort(last)]  # once each, in the order in which they last came
    arrived = arrived[found(codes, arrived)]
    own = codes[~found(np.sort(arrived), codes)]
    table = connectivity.table
    kept = np.searchsorted(table.post.astype(np.int64) * nodes + table.pre, own)
    if not np.array_equal(kept, connectivity.edge_ids):
        connectivity = Connectivity.of(table, kept)
    if arrived.size:
        places = np.searchsorted(codes, arrived)
        group = np.cumsum(np.diff(ties[places], prepend=-1) != 0) - 1
        post, pre = np.divmod(arrived, nodes)
        new = Arrivals(pre, post, weights[places], np.zeros(pre.size), group, True, False)
        old = replace(first, connectivity=connectivity, weights=weights[found(np.sort(own), codes)])
        connectivity = with_new(old, new).connectivity
    return Network(connectivity, first.dynamics, *map(frozen, numbers))
