"""Brian2's own objects, made from a recipe."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurograph.brian.importing import load_brian2
from neurograph.brian.in_time.delays import ELEMENT_OPERATIONS, ELEMENTS, ORDER, TAPS, Lines
from neurograph.brian.recipe import Recipe

CODE_OBJECTS = {
    "numpy": ("brian2.codegen.runtime.numpy_rt", "NumpyCodeObject"),
    "cython": ("brian2.codegen.runtime.cython_rt", "CythonCodeObject"),
}
"""What every object of a target is made with, so that no preference need be set."""


@dataclass(frozen=True, eq=False)
class Objects:
    """The objects of a recipe; ``synapses`` is None without edges, ``lines`` where no rate is delayed."""

    network: Any
    neurons: Any
    synapses: Any
    monitors: dict[str, Any]
    clock: Any
    lines: Any


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
        namespace=dict(recipe.namespace) | _timed_arrays(b2, recipe), **recipe.spiking, **own,
    )  # fmt: skip
    for code, when in recipe.operations:
        neurons.run_regularly(code, when=when, clock=clock, **own)
    _assign(neurons, recipe.values)
    synapses = None
    if recipe.pre.size:
        pathway = {"on_pre": recipe.on_pre} if recipe.on_pre else {}
        synapses = b2.Synapses(
            neurons, neurons, recipe.synapses, clock=clock, name="synapses", namespace=dict(recipe.namespace),
            order=ORDER, **pathway, **own,
        )  # fmt: skip
        for code, when in recipe.synapse_operations:
            synapses.run_regularly(code, when=when, clock=clock, **own)
        synapses.connect(i=recipe.pre, j=recipe.post)
        _assign(synapses, recipe.synapse_values)
        if recipe.delay is not None:
            synapses.delay = recipe.delay
    delayed = [] if recipe.lines is None else _lines(b2, recipe.lines, recipe.held, neurons, synapses, clock, own)
    monitors = _monitors(b2, recipe, neurons, clock, own)
    parts = [neurons, *([] if synapses is None else [synapses]), *delayed, *monitors.values()]
    lines = delayed[0] if delayed else None
    return Objects(b2.Network(*parts, name="network"), neurons, synapses, monitors, clock, lines)


def _timed_arrays(b2: Any, recipe: Recipe) -> dict[str, Any]:
    return {name: b2.TimedArray(values, dt=recipe.dt, name=name) for name, values in recipe.waveforms.items()}


def _lines(b2: Any, lines: Lines, held: Any, neurons: Any, synapses: Any, clock: Any, own: dict[str, Any]) -> list[Any]:
    """Make the group of the lines' elements, and the synapses that are their taps."""
    group = b2.NeuronGroup(lines.neuron.size, ELEMENTS, clock=clock, name="lines", **own)
    group.sent_now = b2.linked_var(neurons, "sent", index=lines.neuron)
    group.before = b2.linked_var(group, "held", index=lines.before)
    group.newest = lines.newest
    group.held = held
    for code, when in ELEMENT_OPERATIONS:
        group.run_regularly(code, when=when, clock=clock, **own)
    taps = b2.Synapses(group, synapses, TAPS, clock=clock, name="taps", **own)
    taps.connect(i=lines.element, j=lines.synapse)
    taps.share = lines.share
    return [group, taps]


def _assign(group: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(group, name, value)


def _monitors(b2: Any, recipe: Recipe, neurons: Any, clock: Any, own: dict[str, Any]) -> dict[str, Any]:
    if recipe.record is None:
        return {}
    every = recipe.record.every
    recorded = clock if every == 1 else b2.Clock(dt=every * recipe.dt, name="recorded_steps")
    monitors = {
        "state": b2.StateMonitor(neurons, recipe.monitored, recipe.recorded, clock=recorded, name="state", **own)
    }
    if recipe.spiking:
        monitors["spikes"] = b2.SpikeMonitor(neurons, name="spikes", **own)
    return monitors
