"""A Brian2 script that runs without neurograph, written from a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurograph.brian.recipe import Recipe
from neurograph.brian.timing import Timing
from neurograph.brian.units import written


def script(recipe: Recipe, read: Mapping[str, Mapping[str, Any]], timing: Timing, batch: int) -> str:
    """Write the script: the objects as they are made, their variables as `read`, one free phase."""
    blocks = [
        _opening(recipe),
        _constants(recipe),
        f'neuron_equations = """\n{recipe.neurons}\n"""',
        *_neurons(recipe, read["neurons"]),
        *(_synapses(recipe, read["synapses"]) if recipe.pre.size else []),
        _ending(recipe, timing, batch),
    ]
    return "\n\n".join(blocks) + "\n"


def _opening(recipe: Recipe) -> str:
    target = "" if recipe.target is None else f'\n\nprefs.codegen.target = "{recipe.target}"'
    if recipe.target == "cpp":
        target = '\n\nset_device("cpp_standalone", directory=None)'
    return f"import numpy as np\nfrom brian2 import *{target}"


def _constants(recipe: Recipe) -> str:
    lines = [f"    {name!r}: {written(value)}," for name, value in recipe.namespace.items()]
    return "\n".join([f'clock = Clock(dt={written(recipe.dt)}, name="time_steps")', "constants = {", *lines, "}"])


def _neurons(recipe: Recipe, values: Mapping[str, Any]) -> list[str]:
    group = [
        "neurons = NeuronGroup(",
        f'    {recipe.values["s"].size}, neuron_equations, method="euler", clock=clock, namespace=constants, '
        'name="neurons",',
        *(f"    {name}={value!r}," for name, value in recipe.spiking.items()),
        ")",
    ]
    operations = [f"neurons.run_regularly({code!r}, when={when!r}, clock=clock)" for code, when in recipe.operations]
    return ["\n".join(group + operations), "\n".join(_assigned("neurons", values))]


def _synapses(recipe: Recipe, values: Mapping[str, Any]) -> list[str]:
    on_pre = f", on_pre={recipe.on_pre!r}" if recipe.on_pre else ""
    lines = [
        f'synapse_equations = """\n{recipe.synapses}\n"""',
        f"synapses = Synapses(neurons, neurons, synapse_equations, clock=clock, namespace=constants{on_pre}, "
        'name="synapses")',
        *(f"synapses.run_regularly({code!r}, when={when!r}, clock=clock)" for code, when in recipe.synapse_operations),
        f"synapses.connect(i={written(recipe.pre, False)}, j={written(recipe.post, False)})",
        *_assigned("synapses", values),
    ]
    if recipe.delay is not None:
        lines.append(f"synapses.delay = {written(recipe.delay)}")
    return ["\n".join(lines)]


def _assigned(group: str, values: Mapping[str, Any]) -> list[str]:
    return [f"{group}.{name} = {written(value)}" for name, value in values.items()]


def _ending(recipe: Recipe, timing: Timing, batch: int) -> str:
    lines = ["network = Network(neurons, synapses)" if recipe.pre.size else "network = Network(neurons)"]
    if recipe.record is not None:
        every = f"{recipe.record.every}*clock.dt"
        lines.append(f'states = StateMonitor(neurons, "s", record={written(recipe.recorded)}, dt={every})')
        lines.append("network.add(states)")
        if recipe.spiking:
            lines += ["spikes = SpikeMonitor(neurons)", "network.add(spikes)"]
    lines.append(f"network.run({timing.free}*clock.dt)")
    sent = "neurons.s_"
    if recipe.kind.spikes:
        sent = f'neurons.count_/(float(constants["rmax"])*{timing.window}*float(clock.dt))'
    lines += [f"state = np.array({sent}).reshape({batch}, -1)", "print(state)"]
    return "\n".join(lines)
