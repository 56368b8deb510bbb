"""BrianModel: a network as plain Brian2 objects, with its phases, its learning and its script."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import checked_number, checked_whole
from neurograph.brian.batches import Batches
from neurograph.brian.in_time.driving import columns
from neurograph.brian.in_time.simulating import simulated
from neurograph.brian.learning import learn
from neurograph.brian.nir_export import spiking_neurons
from neurograph.brian.phases import begin, equilibrium, schedule
from neurograph.brian.script import script
from neurograph.brian.timing import Times, Timing
from neurograph.brian.units import with_unit
from neurograph.drawing.card import Carded, Html, code, facts
from neurograph.errors import ParameterError
from neurograph.formats.nir_spikes import write_spiking
from neurograph.learning.optimisers import Optimiser, sgd
from neurograph.learning.rule import Rule
from neurograph.network.inputs import checked_targets
from neurograph.simulation.result import Simulation
from neurograph.simulation.stimulus import Stimulus
from neurograph.solvers.result import Equilibrium
from neurograph.training.config import DEFAULT_BETA, TrainingConfig


@dataclass(frozen=True, eq=False, repr=False)
class BrianModel(Batches, Carded):
    """A network in Brian2: standard objects, which may be read, set and extended.

    Made by :func:`neurograph.brian.build`. The samples of a batch stand side by side, in one copy of the network each:
    node j of copy c is neuron ``c*nodes + j``, edge k of copy c is synapse ``c*edges + k``. :meth:`settle`,
    :meth:`nudge` and :meth:`learn` begin every phase where the last does not matter, at ``starts``; only weights and
    biases stay from one to the next.

    Attributes
    ----------
    compiled : neurograph.Network
        What was built.
    recipe : Recipe
        The equations and numbers that the objects were made from.
    starts : array (samples, nodes)
        Where the free phase of each sample begins.
    batch : int
        How many samples stand side by side; where they are fewer than all, they take turns.
    runner : Runtime
        What runs the objects.
    rule : Rule or None
        The online rule that the synapses follow in the nudged phase of :meth:`learn`.
    times : Times
        ``.settling``, how long the slowest sample takes to settle, as measured with the rate network, and ``.window``,
        how long spikes are counted.
    drive : Stimulus or None
        What x and the currents are in time, for :meth:`simulate`; without, the model settles and learns.
    past : array (samples, steps, nodes)
        What the nodes have sent before the start, oldest first, for what is still under way.
    """

    rule: Rule | None
    times: Times
    drive: Stimulus | None
    past: Floats

    def __repr__(self) -> str:
        """Return a line with the model and its size."""
        return f"BrianModel({self.recipe.kind.name}, {self.batch} copies of {self.compiled!r})"

    def _parts(self) -> Iterator[Html]:
        equations = {"neurons": self.recipe.neurons, "synapses": self.recipe.synapses, "on_pre": self.recipe.on_pre}
        yield facts({name: code(text) for name, text in equations.items() if text})

    @cached_property
    def node_indices(self) -> dict[Hashable, NDArray[np.int64]]:
        """The neurons of each node (batch,), by its label."""
        copies = np.arange(self.batch) * len(self.compiled.nodes)
        return {node: copies + j for j, node in enumerate(self.compiled.nodes)}

    def to_graph(self) -> nx.DiGraph[Any]:
        """Return the network as a new graph, with the weights and biases as they are now.

        Raises
        ------
        ParameterError
            If a weight has no longer the sign of its node, or tied edges differ.
        """
        return self.compiled.with_weights(self.weights, self.biases).to_graph()

    def to_nir(self, path: str | os.PathLike[str]) -> Path:
        """Write a model that spikes as a program of NIR: integrate-and-fire neurons, which other tools run.

        They fire at the rates at which the network settles, with the weights and biases as they are now; a reset
        adds at most a step to each interval between spikes. Clamped nodes are a population LIF, whose input is x; all
        others are one CubaLIF, and where the dynamics has a box, a second neuron beside each fires at what the first
        sends above its end, so that the output is spikes less spikes.

        NIR's neurons have one filter, here the membrane, and no refractory time: how the network settles, and when
        neurons spike, differs from Brian2, but for a spiking model of a dynamics without a box, begun at phi = 0, built
        with ``dt`` and ``tau_syn`` of the same 0.1 ms or less and ``reset="phi = 0.0"``. In a file a spike is 1 for one
        step, so it is made for steps of dt, at most 0.1 ms, which are also snntorch's. Times are in seconds; delays are
        NIR's Delay.

        Parameters
        ----------
        path : path
            Where to, with the suffix ``.nir``.

        Returns
        -------
        pathlib.Path
            The path.

        Raises
        ------
        FormatError
            If the model is another, with what to build instead; or the file cannot be written.
        MissingPackageError
            If nir is not installed.
        """
        network = self.compiled.with_weights(self.weights, self.biases)
        set_by_hand = "I_ext : 1" in self.recipe.neurons.splitlines()
        external = self.runner.read(self.neurons, "I_ext") if set_by_hand else np.zeros(1)
        return write_spiking(spiking_neurons(self.recipe, self.rule, network, external), path)

    def simulate(self) -> Simulation:
        """Run every sample from its start along x and the currents; only for a model whose x is in time.

        Returns
        -------
        Simulation
            As :func:`neurograph.simulate` gives it, in the network's units of time. In a spiking model the states are
            those of the membranes.

        Raises
        ------
        ParameterError
            If x is not in time.
        DivergenceError
            If a state is no longer finite.
        """
        if self.drive is None:
            raise ParameterError(
                "the model was built with an x (samples, inputs) at which the inputs stay, and has no end in time: "
                "expected such as build(network, np.asarray(x)[:, None], dt=dt, hold=duration), or settle()"
            )
        return simulated(self, self.drive, self.past)

    def settle(self, duration: Any = None, window: Any = None) -> Equilibrium:
        """Run the free phase of every sample.

        Parameters
        ----------
        duration : Quantity, optional
            How long. Without it: ``times.settling``, and in a spiking model the window more.
        window : Quantity, optional
            For how long, at the end, a spiking model's spikes are counted; default: what is left of the phase after
            ``times.settling``, and at least half of it.

        Returns
        -------
        Equilibrium
            ``.state`` (samples, nodes) is where the neurons end; in a spiking model it is what they have sent, their
            spikes over those of a neuron that sends 1. ``.residual`` and ``.status`` are those of the membranes.

        Raises
        ------
        ParameterError
            If a time is no positive time, or is missing for a network that does not settle.
        """
        return self._run(None, 0.0, self._phases(duration, False, window, counts_free=True))

    def nudge(
        self, y: ArrayLike, beta: float, duration: Any = None, nudged: Any = None, window: Any = None
    ) -> Equilibrium:
        """Run the free phase and, without a pause, the one in which the outputs get ``beta (y - s)``.

        Parameters
        ----------
        y : array (samples, outputs), or labels (samples,)
            Targets.
        beta : float
            Nudging strength.
        duration : Quantity, optional
            How long the free phase lasts; as in :meth:`settle`.
        nudged : Quantity, optional
            How long the nudged phase lasts; default: as long.
        window : Quantity, optional
            For how long, at the end of the nudged phase, spikes are counted; as in :meth:`settle`.

        Returns
        -------
        Equilibrium
            The end of the nudged phase.

        Raises
        ------
        DataError
            If y does not fit the network.
        ParameterError
            If beta or a time is out of range.
        """
        target = checked_targets(self.compiled, y, self.starts.shape[0], self.recipe.cost)
        timing = self._phases(duration, nudged, window, counts_free=False)
        return self._run(target, checked_number("beta", beta), timing)

    def learn(
        self,
        y: ArrayLike,
        *,
        beta: float = DEFAULT_BETA,
        optimiser: Optimiser | None = None,
        epochs: int = 1,
        duration: Any = None,
        nudged: Any = None,
        window: Any = None,
    ) -> dict[str, NDArray[np.float64]]:
        """Learn inside Brian2: free phase, nudged phase and online rule in one run, for one batch after another.

        After each run the change is what the synapses have gathered, the mean over the batch's samples; the optimiser
        makes a step of it, as in :func:`neurograph.train`, and synapses and neurons get the new weights and biases.

        Parameters
        ----------
        y : array (samples, outputs), or labels (samples,)
            Targets.
        beta : float
            Nudging strength.
        optimiser : Optimiser, optional
            Default: ``optimisers.sgd(1.0)``. What it remembers is forgotten at the end of the call.
        epochs : int
            How often all samples are learned from.
        duration, nudged : Quantity, optional
            How long the phases last; as in :meth:`nudge`.
        window : Quantity, optional
            For how long, at the end of the free phase, spikes are counted, for the history; as in :meth:`settle`.

        Returns
        -------
        dict of str to array (epochs,)
            ``"cost"`` and ``"error"`` of the free phases, each before the change that it led to.

        Raises
        ------
        ParameterError
            If the model was built without a rule, or an argument is out of range.
        DataError
            If y does not fit the network.
        DivergenceError
            If a weight leaves every bound.
        """
        checked_whole("epochs", epochs, 1)
        timing = self._phases(duration, nudged, window, counts_free=True)
        if self.rule is None:
            raise ParameterError(
                "the model has no rule to learn by: build it with one, such as build(network, x, rule=rules.stdp())"
            )
        optimiser = sgd(1.0) if optimiser is None else optimiser
        config = TrainingConfig(
            rule=self.rule, beta=beta, cost=self.recipe.cost, optimiser=optimiser, epochs=epochs, batch_size=self.batch
        )
        return learn(self, y, config, timing)

    def source(self, duration: Any = None, window: Any = None) -> str:
        """Write :meth:`settle` of the first batch, or :meth:`simulate`, as a Brian2 script without neurograph.

        It has the numbers as they are now, and ends with ``state`` (batch, nodes), the last.

        Raises
        ------
        ParameterError
            If a time is out of range, or given for a model whose x is in time.
        """
        values = begin(self.recipe, self.compiled, self.starts[: self.batch], None)
        if self.drive is None or not (duration is window is None):
            timing = self._phases(duration, False, window, counts_free=True)
        else:
            timing = Timing(self.drive.steps, 0, 0)
            values |= columns(self.compiled, self.drive, slice(0, self.batch)) | {"begun": 0}
        values |= schedule(self.recipe, timing, 0.0, 0)
        return script(self.recipe, self._now(values), timing, self.batch)

    def _phases(self, duration: Any, nudged: Any, window: Any, counts_free: bool) -> Timing:
        if self.drive is not None:
            raise ParameterError(
                "the model's x is in time, at which nothing settles: expected a model built with x (samples, inputs), "
                "such as build(network, x[:, -1]), or simulate()"
            )
        return self.times.of(duration, nudged, window, counts_free)

    def _run(self, target: Floats | None, beta: float, timing: Timing) -> Equilibrium:
        firsts = range(0, self.starts.shape[0], self.batch)
        return equilibrium(
            self.recipe, self.compiled, [self.run_batch(first, target, beta, timing) for first in firsts]
        )

    def _now(self, begin: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the variables of both groups as they are, or as a phase begins."""
        neurons = {}
        for name in self.runner.settable():
            value = begin[name] if name in begin else self.runner.read(self.neurons, name)
            neurons[name] = with_unit(value, self.neurons.variables[name].dim)
        names = self.recipe.synapse_values if self.synapses is not None else ()
        synapses = {name: self.runner.read(self.synapses, name) for name in names}
        return {"neurons": neurons, "synapses": synapses}
