"""A Brian2 script that runs without neurograph, written from a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurograph.brian.in_time.delays import ELEMENT_OPERATIONS, ELEMENTS, ORDER, TAPS, Lines
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
        *([] if recipe.lines is None else _lines(recipe.lines, recipe.held)),
        _ending(recipe, timing, batch),
    ]
    return "\n\n".join(blocks) + "\n"


def _opening(recipe: Recipe) -> str:
    target = "" if recipe.target is None else f'\n\nprefs.codegen.target = "{recipe.target}"'
    if recipe.target == "cpp":
        target = '\n\nset_device("cpp_standalone", directory=None)'
    return f"import numpy as np\nfrom brian2 import *{target}"


def _constants(recipe: Recipe) -> str:
    dt = written(recipe.dt)
    timed = [f"{name} = TimedArray({written(values, False)}, dt={dt})" for name, values in recipe.waveforms.items()]
    lines = [f"    {name!r}: {written(value)}," for name, value in recipe.namespace.items()]
    lines += [f"    {name!r}: {name}," for name in recipe.waveforms]
    return "\n".join([f'clock = Clock(dt={dt}, name="time_steps")', *timed, "constants = {", *lines, "}"])


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
        f'name="synapses", order={ORDER})',
        *(f"synapses.run_regularly({code!r}, when={when!r}, clock=clock)" for code, when in recipe.synapse_operations),
        f"synapses.connect(i={written(recipe.pre, False)}, j={written(recipe.post, False)})",
        *_assigned("synapses", values),
    ]
    if recipe.delay is not None:
        lines.append(f"synapses.delay = {written(recipe.delay)}")
    return ["\n".join(lines)]


def _lines(lines: Lines, held: Any) -> list[str]:
    group = [
        f'lines = NeuronGroup({lines.neuron.size}, """\n{ELEMENTS}\n""", clock=clock, name="lines")',
        f'lines.sent_now = linked_var(neurons, "sent", index={written(lines.neuron, False)})',
        f'lines.before = linked_var(lines, "held", index={written(lines.before, False)})',
        *_assigned("lines", {"newest": lines.newest, "held": held}),
        *(f"lines.run_regularly({code!r}, when={when!r}, clock=clock)" for code, when in ELEMENT_OPERATIONS),
    ]
    taps = [
        f'taps = Synapses(lines, synapses, """\n{TAPS}\n""", clock=clock, name="taps")',
        f"taps.connect(i={written(lines.element, False)}, j={written(lines.synapse, False)})",
        f"taps.share = {written(lines.share)}",
    ]
    return ["\n".join(group), "\n".join(taps)]


def _assigned(group: str, values: Mapping[str, Any]) -> list[str]:
    return [f"{group}.{name} = {written(value)}" for name, value in values.items()]


def _ending(recipe: Recipe, timing: Timing, batch: int) -> str:
    parts = ["neurons", *(["synapses"] if recipe.pre.size else [])]
    parts += [] if recipe.lines is None else ["lines", "taps"]
    lines = [f"network = Network({', '.join(parts)})"]
    if recipe.record is not None:
        every = f"{recipe.record.every}*clock.dt"
        recorded = written(recipe.recorded, False)
        lines.append(f"states = StateMonitor(neurons, {list(recipe.monitored)}, record={recorded}, dt={every})")
        lines.append("network.add(states)")
        if recipe.spiking:
            lines += ["spikes = SpikeMonitor(neurons)", "network.add(spikes)"]
    lines.append(f"network.run({timing.free}*clock.dt)")
    sent = "neurons.s_"
    if timing.window:
        sent = f'neurons.count_/(float(constants["rmax"])*{timing.window}*float(clock.dt))'
    lines += [f"state = np.array({sent}).reshape({batch}, -1)", "print(state)"]
    return "\n".join(lines)
