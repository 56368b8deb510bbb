"""A training state as a checkpoint, and back; and what tells one run from another."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import frozen
from neurograph.equations.costs import Cost
from neurograph.errors import CheckpointError
from neurograph.network.connectivity import Connectivity
from neurograph.network.network import Network
from neurograph.pruning.base import RemovedEdges
from neurograph.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from neurograph.training.config import TrainingConfig
from neurograph.training.problem import Problem
from neurograph.training.state import TrainingState

FREE_TO_CHANGE = ("epochs", "checkpoint", "checkpoint_seconds", "progress")
"""Arguments that may differ between a call and the one that goes on with it."""

Arrays = dict[str, NDArray[Any]]


def identity(problem: Problem, network: Network, seed: Any, fit: TrainingState | None) -> dict[str, str]:
    """Name all that must be the same for a run to go on: each argument's value, or the hash of its arrays."""
    named = {
        field.name: _said(getattr(problem.config, field.name))
        for field in fields(TrainingConfig)
        if field.name not in FREE_TO_CHANGE
    }
    connectivity, table = network.connectivity, network.connectivity.table
    ties = () if connectivity.ties is None else (connectivity.ties,)
    graph = [table.roles, table.pre, table.indptr, connectivity.edge_ids, connectivity.plastic, *ties]
    return named | {
        "network": _hash(
            repr(tuple(table.nodes)), repr(network.dynamics), *graph, network.weights, network.biases,
            network.parameters, connectivity.signs,
        ),
        "x": _hash(problem.x),
        "y": _hash(problem.y),
        "seed": _said(seed.bit_generator.state if isinstance(seed, np.random.Generator) else seed),
        "fit": "" if fit is None else f"{fit.epochs} epochs, {_hash(fit.state)}",
    }  # fmt: skip


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return str({name: _said(part) for name, part in value.items()})
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(_said, value))})"
    if isinstance(value, np.ndarray):
        return _hash(value)
    if isinstance(value, Cost):  # whose repr leaves out what its name stands for
        return f"{value!r} {_hash(repr(astuple(value)))}"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _hash(*parts: Any) -> str:
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


def load(path: str | Path, first: Network, who: dict[str, str]) -> TrainingState | None:
    """Return the state of the run that `who` identifies and that began with a network, if there is a checkpoint.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another run, or cannot be read.
    """
    checkpoint = read_checkpoint(path)
    if checkpoint is None:
        return None
    _check_same(path, checkpoint.facts["identity"], who)
    state: TrainingState = _restored(checkpoint.facts["state"], checkpoint.arrays, first)
    return state


def _check_same(path: str | Path, then: dict[str, str], now: dict[str, str]) -> None:
    for name, value in now.items():
        if then.get(name) == value:
            continue
        said = (
            f": {name} was {then.get(name)}, and is {value} now"
            if name in {f.name for f in fields(TrainingConfig)}
            else ""
        )
        raise CheckpointError(
            f"checkpoint {path} is of another run, for {name} is not the same{said}; expected the same call as then, "
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
            return {"network": each((parts | {"edges": value.connectivity.edge_ids}).items())}
        case TrainingState():
            named = {part.name: getattr(value, part.name) for part in fields(value)}
            return {"run": dict(zip(named, each(named.items()), strict=True))}
        case RemovedEdges():
            return {"removed": each([*enumerate(value.columns), ("reasons", value.reasons)])}
        case dict():
            return {"dict": dict(zip(value, each(value.items()), strict=True))}
        case tuple():
            return {"tuple": each(enumerate(value))}
    return value


def _restored(stored: Any, arrays: Arrays, first: Network) -> Any:
    """Return the value that was stored; networks are cut from the run's first."""
    if not isinstance(stored, dict):
        return stored
    ((kind, parts),) = stored.items()
    if kind == "array":
        return arrays[parts]
    if kind in ("dict", "run"):
        named = {key: _restored(part, arrays, first) for key, part in parts.items()}
        return named if kind == "dict" else TrainingState(**named)
    values = tuple(_restored(part, arrays, first) for part in parts)
    if kind == "tuple":
        return values
    if kind == "removed":
        return RemovedEdges(values[:-1], first.connectivity.table.nodes, values[-1])
    *numbers, edges = values
    connectivity = first.connectivity
    if not np.array_equal(edges, connectivity.edge_ids):
        connectivity = Connectivity.of(connectivity.table, edges)
    return Network(connectivity, first.dynamics, *map(frozen, numbers))
