"""A network's copies in Brian2, one a sample, and one batch of samples after another run through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.brian.phases import FinalState, begin, finish, schedule
from neurograph.brian.recipe import Recipe
from neurograph.brian.running import Runtime
from neurograph.brian.timing import Timing
from neurograph.network.network import Network


@dataclass(frozen=True, eq=False, repr=False)
class Batches:
    """The objects of a network, and the samples that take turns in them; see :class:`neurograph.brian.BrianModel`."""

    compiled: Network
    recipe: Recipe
    starts: Floats
    batch: int
    runner: Runtime

    @property
    def network(self) -> Any:
        """The ``brian2.Network`` of all objects; ``network.run(duration)`` goes on from where they are."""
        return self.runner.objects.network

    @property
    def monitors(self) -> dict[str, Any]:
        """``"state"``, a StateMonitor, and ``"spikes"``, a SpikeMonitor, where `record` asked for them."""
        return self.runner.objects.monitors

    @property
    def clock(self) -> Any:
        """The one ``Clock``."""
        return self.runner.objects.clock

    @property
    def namespace(self) -> dict[str, Any]:
        """The constants of the equations."""
        return dict(self.recipe.namespace)

    @property
    def equations(self) -> Any:
        """The ``Equations`` of the neurons."""
        return self.neurons.equations

    @property
    def neurons(self) -> Any:
        """The one ``NeuronGroup``, clamped nodes among them."""
        return self.runner.objects.neurons

    @property
    def synapses(self) -> Any:
        """The one ``Synapses``, or None without edges."""
        return self.runner.objects.synapses

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each edge as the synapses have it now (edges,); the mean over copies that differ."""
        return np.zeros(0) if self.synapses is None else self._of_the_copies(self.synapses, "w")

    @property
    def biases(self) -> NDArray[np.float64]:
        """The bias of each node as the neurons have it now (nodes,)."""
        return self._of_the_copies(self.neurons, "b")

    def assign_weights(self, weights: Floats, biases: Floats) -> None:
        """Set the weights (edges,) and biases (nodes,) of every copy."""
        self.runner.assign(self.neurons, {"b": np.tile(biases, self.batch)})
        if self.synapses is not None:
            self.runner.assign(self.synapses, {"w": np.tile(weights, self.batch)})

    def run_batch(
        self, first: int, target: Floats | None, beta: float, timing: Timing, learning: bool = False
    ) -> FinalState:
        """Run the phases of one batch, with targets (samples, outputs) of all; return its final state.

        While the network learns, the synapses accumulate the rule's change along the nudged phase, and the final state
        is that of the free phase.
        """
        samples = slice(first, first + self.batch)
        values = begin(self.recipe, self.compiled, self.starts[samples], None if target is None else target[samples])
        values |= schedule(self.recipe, timing, beta, self.runner.now(), learning)
        self.runner.assign(self.neurons, values)
        if learning and self.synapses is not None:
            self.runner.assign(self.synapses, {"trace": 0.0})
        self.runner.forget_spikes()
        self.runner.run(timing.free + timing.nudged)
        return finish(self.recipe, self.compiled, self.runner, self.batch, timing, learning)

    def _of_the_copies(self, group: Any, name: str) -> NDArray[np.float64]:
        """Return what the copies have, (batch * k,), as one (k,): what all have, or the mean."""
        copies = self.runner.read(group, name).reshape(self.batch, -1)
        return copies[0].copy() if (copies == copies[0]).all() else np.asarray(copies.mean(axis=0))
