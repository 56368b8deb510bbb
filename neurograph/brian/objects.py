"""Brian2's own objects, made from a recipe."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurograph.brian.importing import load_brian2
from neurograph.brian.recipe import Recipe

CODE_OBJECTS = {
    "numpy": ("brian2.codegen.runtime.numpy_rt", "NumpyCodeObject"),
    "cython": ("brian2.codegen.runtime.cython_rt", "CythonCodeObject"),
}
"""What every object of a target is made with, so that no preference need be set."""


@dataclass(frozen=True, eq=False)
class Objects:
    """The objects of a recipe; ``synapses`` is None without edges."""

    network: Any
    neurons: Any
    synapses: Any
    monitors: dict[str, Any]
    clock: Any


def build_objects(recipe: Recipe) -> Objects:
    """Make the objects of a recipe; every one has the same name each time, so that Brian2 finds its compiled code."""
    b2 = load_brian2()
    own: dict[str, Any] = {}
    if recipe.target in CODE_OBJECTS:
        module, name = CODE_OBJECTS[recipe.target]
        own["codeobj_class"] = getattr(importlib.import_module(module), name)
    clock = b2.Clock(dt=recipe.dt, name="time_steps")
    neurons = b2.NeuronGroup(
        recipe.values["s"].size, recipe.neurons, method="euler", clock=clock, name="neurons",
        namespace=dict(recipe.namespace), **recipe.spiking, **own,
    )  # fmt: skip
    for code, when in recipe.operations:
        neurons.run_regularly(code, when=when, clock=clock, **own)
    _assign(neurons, recipe.values)
    synapses = None
    if recipe.pre.size:
        pathway = {"on_pre": recipe.on_pre} if recipe.on_pre else {}
        synapses = b2.Synapses(
            neurons, neurons, recipe.synapses, clock=clock, name="synapses", namespace=dict(recipe.namespace),
            **pathway, **own,
        )  # fmt: skip
        for code, when in recipe.synapse_operations:
            synapses.run_regularly(code, when=when, clock=clock, **own)
        synapses.connect(i=recipe.pre, j=recipe.post)
        _assign(synapses, recipe.synapse_values)
        if recipe.delay is not None:
            synapses.delay = recipe.delay
    monitors = _monitors(b2, recipe, neurons, clock, own)
    parts = [neurons, *([] if synapses is None else [synapses]), *monitors.values()]
    return Objects(b2.Network(*parts, name="network"), neurons, synapses, monitors, clock)


def _assign(group: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(group, name, value)


def _monitors(b2: Any, recipe: Recipe, neurons: Any, clock: Any, own: dict[str, Any]) -> dict[str, Any]:
    if recipe.record is None:
        return {}
    every = recipe.record.every
    recorded = clock if every == 1 else b2.Clock(dt=every * recipe.dt, name="recorded_steps")
    monitors = {"state": b2.StateMonitor(neurons, "s", record=recipe.recorded, clock=recorded, name="state", **own)}
    if recipe.spiking:
        monitors["spikes"] = b2.SpikeMonitor(neurons, name="spikes", **own)
    return monitors
