"""Stop and go: a training run as a checkpoint, and back."""

from __future__ import annotations

import hashlib
from dataclasses import fields
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
from neurograph.training.fit import Fit
from neurograph.training.run import Run, restored_generator

FREE_TO_CHANGE = ("epochs", "progress")
"""Arguments that may differ between a call and the one that goes on with it."""


def identity(network: Network, run: Run, seed: Any, fit: Fit | None) -> dict[str, str]:
    """Name all that must be the same for a run to go on: each argument's value, or the hash of its arrays."""
    named = {
        field.name: _said(getattr(run.config, field.name))
        for field in fields(TrainingConfig)
        if field.name not in FREE_TO_CHANGE
    }
    table = network.connectivity.table
    connectivity = network.connectivity
    ties = () if connectivity.ties is None else (connectivity.ties,)
    graph = [table.roles, table.pre, table.indptr, connectivity.edge_ids, connectivity.plastic, *ties]
    return named | {
        "network": _hash(
            repr(tuple(table.nodes)), repr(network.dynamics), *graph, network.weights, network.biases,
            network.parameters, network.connectivity.signs,
        ),
        "x": _hash(run.x),
        "y": _hash(run.y),
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


def save(path: Path, run: Run, who: dict[str, str]) -> None:
    """Write the run as it is between two epochs."""
    index = run.network.connectivity.table.index
    removed = [
        [index[gone.edge[0]], index[gone.edge[1]], gone.epoch, gone.weight, gone.score, gone.reason]
        for gone in run.removed
    ]
    facts = {
        "identity": who,
        "generator": _plain(dict(run.rng.bit_generator.state)),
        "removed": removed,
        "best_cost": run.best_cost,
        "best_epoch": run.best_epoch,
        "finished": run.finished,
        "history": list(run.history),
        "memory": len(run.memory),
    }
    arrays = {
        "weights": run.network.weights,
        "biases": run.network.biases,
        "parameters": run.network.parameters,
        "edges": run.network.connectivity.edge_ids,
        "best_weights": run.best.weights,
        "best_biases": run.best.biases,
        "best_parameters": run.best.parameters,
        "best_edges": run.best.connectivity.edge_ids,
        "state": run.state,
        "held_out": run.held_out,
        **{f"memory_{k}": np.asarray(part) for k, part in enumerate(run.memory)},
        **{f"history_{name}": np.array(values) for name, values in run.history.items()},
    }
    write_checkpoint(path, Checkpoint(facts, arrays))


def load(path: Path, run: Run, who: dict[str, str]) -> bool:
    """Bring the run to where its checkpoint is, if there is one.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another run, or cannot be read.
    """
    checkpoint = read_checkpoint(path)
    if checkpoint is None:
        return False
    facts, arrays = checkpoint.facts, checkpoint.arrays
    _check_same(path, facts["identity"], who)
    run.best = _network(run.network, arrays, "best_")
    run.network = _network(run.network, arrays, "")
    run.state = arrays["state"]
    run.memory = tuple(arrays[f"memory_{k}"] for k in range(facts["memory"]))
    run.history = {name: arrays[f"history_{name}"].tolist() for name in facts["history"]}
    run.rng = restored_generator(_restored(facts["generator"]))
    nodes = run.network.connectivity.table.nodes
    run.removed = [Removed((nodes[i], nodes[j]), *rest) for i, j, *rest in facts["removed"]]
    run.best_cost, run.best_epoch, run.finished = facts["best_cost"], facts["best_epoch"], facts["finished"]
    run.hold_out(arrays["held_out"])
    return True


def _check_same(path: Path, then: dict[str, str], now: dict[str, str]) -> None:
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


def _network(like: Network, arrays: dict[str, NDArray[Any]], which: str) -> Network:
    connectivity = like.connectivity
    if not np.array_equal(arrays[f"{which}edges"], connectivity.edge_ids):
        connectivity = Connectivity.of(connectivity.table, arrays[f"{which}edges"])
    weights, biases, parameters = (frozen(arrays[which + name]) for name in ("weights", "biases", "parameters"))
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
