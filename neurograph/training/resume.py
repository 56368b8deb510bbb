"""Stop and go: the state of a training run as a checkpoint, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import frozen
from neurograph.errors import CheckpointError
from neurograph.network.connectivity import Connectivity
from neurograph.network.network import Network
from neurograph.pruning import Removed
from neurograph.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from neurograph.training.config import TrainingConfig
from neurograph.training.epoch import Problem
from neurograph.training.state import TrainingState

FREE_TO_CHANGE = ("epochs", "progress")
"""Arguments that may differ between a call and the one that goes on with it."""


def identity(network: Network, problem: Problem, seed: Any, fit: TrainingState | None) -> dict[str, str]:
    """Return all that must be the same for a run to go on: each argument's value, or the hash of its arrays."""
    config = problem.config
    named = {
        field.name: _said(getattr(config, field.name))
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
    return repr(value.item() if isinstance(value, np.generic) else value)


def _hash(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        array = np.frombuffer(part.encode(), np.uint8) if isinstance(part, str) else np.ascontiguousarray(part)
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:16]


def save(path: Path, state: TrainingState, who: Mapping[str, str]) -> None:
    """Write the state of a run: its arrays as arrays, networks by what may change of them, all else as facts."""
    index = state.network.connectivity.table.index
    facts: dict[str, Any] = {"identity": dict(who)}
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(TrainingState):
        name, value = field.name, getattr(state, field.name)
        if isinstance(value, Network):
            parts = (value.weights, value.biases, value.parameters, value.connectivity.edge_ids)
            arrays |= {f"{name}.{part}": array for part, array in zip(NETWORK, parts, strict=True)}
        elif isinstance(value, np.ndarray):
            arrays[name] = value
        elif name == "optimiser_state":
            arrays |= {f"{name}.{k}": np.asarray(part) for k, part in enumerate(value)}
        elif name == "records":
            arrays |= {f"{name}.{key}": values for key, values in state.history.items()}
        elif name == "removed":
            facts[name] = [asdict(gone) | {"edge": [index[node] for node in gone.edge]} for gone in value]
        else:
            facts[name] = _plain(value)
    write_checkpoint(path, Checkpoint(facts, arrays))


NETWORK = ("weights", "biases", "parameters", "edges")
"""What may change of a network, in training."""


def load(path: Path, fresh: TrainingState, who: Mapping[str, str]) -> TrainingState | None:
    """Return the state that a checkpoint holds, of a run that would begin as `fresh`; None where there is none.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another run, or cannot be read.
    """
    checkpoint = read_checkpoint(path)
    if checkpoint is None:
        return None
    facts, arrays = checkpoint.facts, checkpoint.arrays
    _check_same(path, facts["identity"], who)
    nodes = fresh.network.connectivity.table.nodes
    found: dict[str, Any] = {}
    for field in fields(TrainingState):
        name = field.name
        parts = {key.partition(".")[2]: array for key, array in arrays.items() if key.startswith(f"{name}.")}
        if isinstance(getattr(fresh, name), Network):
            found[name] = _network(fresh.network, parts)
        elif name in arrays:
            found[name] = arrays[name]
        elif name == "optimiser_state":
            found[name] = tuple(parts.values())
        elif name == "records":
            rows = zip(*(values.tolist() for values in parts.values()), strict=True)
            found[name] = tuple(dict(zip(parts, row, strict=True)) for row in rows)
        elif name == "removed":
            found[name] = tuple(
                Removed(**gone | {"edge": (nodes[gone["edge"][0]], nodes[gone["edge"][1]])}) for gone in facts[name]
            )
        else:
            found[name] = _restored(facts[name])
    return TrainingState(**found)


def _check_same(path: Path, then: Mapping[str, str], now: Mapping[str, str]) -> None:
    for name, value in now.items():
        if then.get(name) == value:
            continue
        said = f": {name} was {then.get(name)}, and is {value} now" if name in TrainingConfig.__annotations__ else ""
        raise CheckpointError(
            f"checkpoint {path} is of another run, for {name} is not the same{said}; expected the same call as then, "
            "or the name of a new file"
        )


def _network(like: Network, parts: Mapping[str, NDArray[Any]]) -> Network:
    connectivity = like.connectivity
    if not np.array_equal(parts["edges"], connectivity.edge_ids):
        connectivity = Connectivity.of(connectivity.table, parts["edges"])
    weights, biases, parameters = (frozen(parts[name]) for name in NETWORK[:3])
    return Network(connectivity, like.dynamics, weights, biases, parameters)


def _plain(value: Any) -> Any:
    """Return a bit generator's state as JSON values: its arrays by their type and numbers."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "values": value.tolist()}
    return value.item() if isinstance(value, np.generic) else value


def _restored(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"dtype", "values"}:
        return np.array(value["values"], value["dtype"])
    return {name: _restored(part) for name, part in value.items()}
