"""How a model's objects are run: here and now, or as a C++ program of their own."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.brian.importing import load_brian2
from neurograph.brian.objects import Objects, build_objects
from neurograph.brian.recipe import Recipe
from neurograph.brian.units import with_unit

OF_BRIAN = ("lastspike", "not_refractory")
"""Variables of neurons that Brian2 looks after by itself."""


class Runtime:
    """Runs the objects in this process.

    Attributes
    ----------
    objects : Objects
        What is run.
    """

    objects: Objects

    def __init__(self, recipe: Recipe) -> None:
        self.objects = build_objects(recipe)
        self._spikes_travel = recipe.delay is not None

    def read(self, group: Any, name: str) -> NDArray[np.float64]:
        """Return a variable of the neurons or the synapses, without its unit."""
        return np.array(group.variables[name].get_value(), np.float64)

    def assign(self, group: Any, values: dict[str, Any]) -> None:
        """Set variables of the neurons or the synapses, without unit."""
        for name, value in values.items():
            group.variables[name].get_value()[...] = value

    def now(self) -> int:
        """Return the number of the step that the next run begins with."""
        return round(float(self.objects.network.t_) / float(self.objects.clock.dt))

    def run(self, steps: int) -> None:
        """Take so many steps from where the objects are."""
        self.objects.network.run(steps * self.objects.clock.dt, namespace={})

    def forget_spikes(self) -> None:
        """Drop the spikes that are under way."""
        if self._spikes_travel:
            self.objects.synapses.pre.queue._restore_from_full_state(None)  # as Brian2's restore() does

    def align(self, every: int) -> None:
        """Go on to a step at which monitors of every so many steps record; what is there is assigned anew after it."""
        if self.now() % every:
            self.run(every - self.now() % every)

    def settable(self) -> list[str]:
        """Name the variables of the neurons that may be set."""
        from brian2.core.variables import ArrayVariable

        neurons = self.objects.neurons
        return [
            name
            for name, variable in neurons.variables.items()
            if isinstance(variable, ArrayVariable) and not variable.read_only and not name.startswith("_")
            and variable.owner.name == neurons.name and name not in OF_BRIAN
        ]  # fmt: skip


class Program(Runtime):
    """Runs the objects as a C++ program, compiled once, which begins at time 0 whenever it is run.

    The program starts from the values of the objects' variables, and its final values are kept where assignments reach
    them. Brian2's own assignments to a program depend on the active device, which is never changed here for longer than
    a call.
    """

    def __init__(self, recipe: Recipe) -> None:
        b2 = load_brian2()
        from brian2.devices.cpp_standalone.device import CPPStandaloneDevice

        self._device = CPPStandaloneDevice()
        self._folder = tempfile.mkdtemp(prefix="neurograph-brian-")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        b2.set_device(self._device, build_on_run=False)
        try:
            super().__init__(recipe)
        finally:
            b2.devices.reset_device()
        for name, value in recipe.synapse_values.items() if recipe.pre.size else ():
            variable = self.objects.synapses.variables[name]
            self._device.array_cache[variable] = np.array(np.broadcast_to(value, recipe.pre.shape), np.float64)
        self._synaptic = tuple(recipe.synapse_values) if recipe.pre.size else ()
        self._compiled = False

    def now(self) -> int:
        """Return the number of the step that the next run begins with."""
        return 0

    def forget_spikes(self) -> None:
        """Do nothing: the program begins without spikes."""

    def run(self, steps: int) -> None:
        """Run the program for so many steps from where the objects are; compile it first where it is not."""
        neurons, synapses = self.objects.neurons, self.objects.synapses
        self.assign(neurons, {"steps": steps})
        handed = [(neurons, name) for name in self.settable()] + [(synapses, name) for name in self._synaptic]
        handed += [] if self.objects.lines is None else [(self.objects.lines, "held")]
        values = {
            getattr(group, name): with_unit(group.variables[name].get_value(), group.variables[name].dim)
            for group, name in handed
        }
        if not self._compiled:
            self._compile()
        self._device.run(with_output=False, run_args=values)
        for group, name in handed:  # or an assignment would be to a copy
            self._device.array_cache[group.variables[name]] = group.variables[name].get_value()
        for name in self._device.run_args_arrays:
            Path(self._folder, "static_arrays", name).unlink(missing_ok=True)

    def _compile(self) -> None:
        """Compile a program that takes as many steps as it is told."""
        b2, objects = load_brian2(), self.objects
        b2.set_device(self._device, build_on_run=False)
        try:
            objects.network.run(0 * b2.second, namespace={})
            steps, dt = (
                self._device.get_array_name(group.variables[name])
                for group, name in ((objects.neurons, "steps"), (objects.clock, "dt"))
            )
            self._device.insert_code("main", f"{objects.network.name}.run({steps}[0]*{dt}[0], NULL, 10.0);")
            self._device.build(directory=self._folder, run=False)
        finally:
            b2.devices.reset_device()
        self._compiled = True
