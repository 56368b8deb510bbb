"""The phases of a sampled rule: binary neurons at the data, and after sweeps from there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph.kernels import engine
from neurograph.learning.readout import Ends, Readout
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.sampling.chains import drawn_states, flip_rates, generators

LARGEST_RATE = math.exp(8.0)
"""The rate of a flip that a rule sees at most."""


@dataclass(frozen=True, eq=False)
class DrawnPhases:
    """The states that were drawn for a batch.

    Attributes
    ----------
    network : Network
    data : array (batch, nodes)
        The visible neurons at the data, the hidden ones drawn given them.
    model : array (batch, nodes) or None
        After sweeps over all neurons from there, where the rule asks for it.
    """

    network: Network
    data: Floats
    model: Floats | None

    @property
    def settled(self) -> float:
        """Share of the phases that settled: all, for none has to."""
        return 1.0

    @property
    def learned(self) -> NDArray[np.bool_]:
        """Whether each sample is learned from (batch,): all are."""
        return np.ones(self.data.shape[0], np.bool_)

    @property
    def state(self) -> Floats:
        """The states that are kept of the samples: those at the data."""
        return self.data


def drawn_phases(rule: Rule, network: Network, start: Floats, rng: np.random.Generator) -> DrawnPhases:
    """Draw the phases of a sampled rule from `start` (batch, nodes), in which the visible neurons are at the data."""
    data = at_data(network, start, rng, rule.sweeps)
    model = None
    if "model" in rule.phases:
        fixed = np.zeros(data.shape, np.bool_)
        fixed[:, network.connectivity.bias_nodes] = True
        model = _after(network, data, fixed, rng, rule.sweeps)
    return DrawnPhases(network, data, model)


def at_data(network: Network, start: Floats, rng: np.random.Generator, sweeps: int) -> Floats:
    """Return the states (batch, nodes) after sweeps over the hidden neurons alone."""
    held = np.ones(start.shape, np.bool_)
    hidden = network.connectivity.free[network.connectivity.nudged < 0]
    if not hidden.size:
        return start
    held[:, hidden] = False
    return _after(network, start, held, rng, sweeps)


def _after(network: Network, start: Floats, held: NDArray[np.bool_], rng: np.random.Generator, sweeps: int) -> Floats:
    words = generators(rng, start.shape[0])
    return drawn_states(network, start, held, words, "gibbs", sweeps - 1, 1, 1)[:, 0].astype(network.dtype)


def drawn_change(rule: Rule, phases: DrawnPhases) -> Floats:
    """Return a sampled rule's change of each weight and then of each bias, a mean over samples.

    A tied edge has the change of the parameter it shares: the sum over the edges of its tie.
    """
    network, symbols = phases.network, rule.expression.symbols
    states = {"data": phases.data}
    if phases.model is not None:
        states["model"] = phases.model
    if symbols & {"pre_rate", "post_rate"}:
        states["rate"] = np.minimum(flip_rates(network, phases.data), LARGEST_RATE).astype(network.dtype)
    if symbols & {"pre_visible", "post_visible"}:
        states["visible"] = np.zeros_like(phases.data)
        states["visible"][:, network.connectivity.outputs] = 1.0
    values = np.concatenate([network.weights, network.biases[network.connectivity.biased]])
    ends = Ends(network, states, None, np.zeros(phases.data.shape[0]), values, values.astype(np.float64))
    readout = Readout(rule, ends, 0.0)
    engine.run(tuple(readout.calls))
    return readout.changes
