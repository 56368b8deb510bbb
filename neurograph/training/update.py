"""From the phases of a batch to the network after it: rule, optimiser, and what every update leaves true."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats, frozen
from neurograph.errors import DivergenceError
from neurograph.kernels import engine
from neurograph.kernels.bindings import Call
from neurograph.learning.limits import still, within_limits, without_change
from neurograph.learning.optimiser import Optimiser, OptimiserState
from neurograph.learning.phases import Phases, weight_change
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig

LARGEST = sys.float_info.max


def first_optimiser_state(network: Network, optimiser: Optimiser) -> OptimiserState:
    """Return what the optimiser remembers before the first update of a network."""
    return optimiser.begin(network.weights.size + network.connectivity.biased.size)


@dataclass(eq=False)
class Step:
    """Working memory of the step of one network's parameters, as one vector: weights, then biases of their own.

    Attributes
    ----------
    network : Network
        Of which only the weights and biases may change.
    config : TrainingConfig
    changes : float64 array (edges + biased nodes,)
        The rule's, to be written by others.
    """

    network: Network
    config: TrainingConfig
    changes: NDArray[np.float64]
    rate: NDArray[np.float64] = field(default_factory=lambda: np.zeros(()))

    def __post_init__(self) -> None:
        """Allocate the working memory."""
        self.values = np.empty(self.changes.size, self.network.dtype)
        self.doubles = np.empty(self.changes.size)
        self.fixed = still(self.network)
        self.held = np.empty(self.fixed.size, self.network.dtype)
        self.state = first_optimiser_state(self.network, self.config.optimiser)

    def load(self, network: Network, state: OptimiserState) -> None:
        """Take over the parameters of a network, and what the optimiser remembers."""
        self.network, edges = network, network.weights.size
        self.values[:edges], self.values[edges:] = network.weights, network.biases[network.connectivity.biased]
        self.doubles[...] = self.values
        self.held[...] = self.values[self.fixed]
        for own, given in zip(self.state, state, strict=True):
            own[...] = given

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls that move `values` along `changes`; the last one returns False where they are no longer finite."""
        edges = self.network.weights.size
        calls = without_change(self.fixed, self.changes)
        # The optimiser's step, in double precision.
        calls += self.config.optimiser.calls(self.doubles, self.changes, self.state, edges, self.rate)
        calls.append((engine.take, (self.doubles, None, self.values)))
        # What holds of every network: signs of nodes, edges that are not plastic, numbers of its type.
        calls += within_limits(self.network, self.values[:edges], self.fixed, self.held)
        calls.append((engine.take, (self.values, None, self.doubles)))
        calls.append((engine.within, (self.values, -LARGEST, LARGEST)))
        return tuple(calls)

    def after(self, finite: bool, epoch: int) -> tuple[Network, OptimiserState]:
        """Return the network with the values that the calls have left, and the optimiser's state.

        Raises
        ------
        DivergenceError
            If a weight or bias is no longer finite, as the last call has said.
        """
        network, edges, keep = self.network, self.network.weights.size, self.config.keep
        if not finite:
            raise _divergence(network, self.config, self.changes, self.values, epoch)
        biases = network.biases.copy()
        biases[network.connectivity.biased] = self.values[edges:]
        weights = frozen(self.values[:edges].copy())
        after = Network(network.connectivity, network.dynamics, weights, frozen(biases), network.parameters)
        return after if keep is None else keep.project(after), tuple(part.copy() for part in self.state)


def updated(
    network: Network, config: TrainingConfig, optimiser_state: OptimiserState, phases: Phases, epoch: int
) -> tuple[Network, OptimiserState]:
    """Return a network with the weights and biases that the phases of a batch lead to, and the optimiser's state.

    Raises
    ------
    DivergenceError
        If a weight or bias is no longer finite.
    """
    return stepped(network, config, optimiser_state, np.concatenate(weight_change(config.rule, phases)), epoch)


def stepped(
    network: Network, config: TrainingConfig, optimiser_state: OptimiserState, changes: Floats, epoch: int
) -> tuple[Network, OptimiserState]:
    """Return a network a step further along changes of its weights and then its biases, and the optimiser's state.

    Raises
    ------
    DivergenceError
        If a weight or bias is no longer finite.
    """
    step = Step(network, config, np.array(changes, np.float64))
    step.load(network, optimiser_state)
    step.rate[...] = config.optimiser.rate(epoch)
    return step.after(engine.run(step.calls) == len(step.calls), epoch)


def _divergence(
    network: Network, config: TrainingConfig, changes: Floats, moved: Floats, epoch: int
) -> DivergenceError:
    """Name the first weight or bias that is not finite, and whether the rule or the step made it so."""
    lost = ~np.isfinite(changes)
    place = int(np.flatnonzero(lost if lost.any() else ~np.isfinite(moved))[0])
    count = network.weights.size
    what = (
        f"the weight of edge {network.edges[place]!r}"
        if place < count
        else f"the bias of node {network.nodes[network.connectivity.biased[place - count]]!r}"
    )
    if lost.any():
        return DivergenceError(
            f"the rule {config.rule.name} changes {what} by {changes[place]} in epoch {epoch}: expected a "
            f"finite number; look for a division by 0 or the like in {config.rule.change!r}, or lower the "
            "learning rate"
        )
    return DivergenceError(
        f"{what} is {moved[place]} after an update in epoch {epoch}: expected a finite number; lower the learning "
        "rate, or give the optimiser a max_step"
    )
