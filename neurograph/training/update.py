"""From the phases of a batch to the network after it: rule, optimiser, and what every update leaves true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurograph._arrays import Floats, frozen
from neurograph.errors import DivergenceError
from neurograph.learning.optimisers import Optimiser, OptimiserState
from neurograph.learning.phases import Phases, weight_change
from neurograph.network.network import Network
from neurograph.training.config import TrainingConfig


def first_optimiser_state(network: Network, optimiser: Optimiser) -> OptimiserState:
    """Return what the optimiser remembers before the first update of a network."""
    return optimiser.begin(network.weights.size + network.connectivity.biased.size)


def updated(
    network: Network, config: TrainingConfig, optimiser_state: OptimiserState, phases: Phases, epoch: int
) -> tuple[Network, OptimiserState]:
    """Return a network with the weights and biases that the phases of a batch lead to, and the optimiser's state.

    Raises
    ------
    DivergenceError
        If a weight or bias is no longer finite.
    """
    connectivity, count, own = network.connectivity, network.weights.size, network.connectivity.biased
    # The rule's change, which edges that are not plastic do not take.
    change, bias_change = weight_change(config.rule, phases)
    if connectivity.constrained:
        change = np.where(connectivity.plastic, change, 0.0)
    # The optimiser's step, over weights and biases as one vector.
    values = np.concatenate([network.weights, network.biases[own]])
    changes = np.concatenate([change, bias_change])
    with np.errstate(over="ignore", invalid="ignore"):  # said below, with the edge's name
        moved, optimiser_state = config.optimiser.step(values, changes, optimiser_state, count, epoch)
        moved = moved.astype(network.dtype)
    if not np.isfinite(moved).all():
        raise _divergence(network, config, changes, moved, epoch)
    # What holds of every network: signs of nodes, edges that are not plastic, and the constraint that was asked for.
    weights, biases = moved[:count].copy(), network.biases.copy()
    if connectivity.constrained:
        sign = connectivity.signs[connectivity.pre]
        weights[((sign > 0) & (weights < 0)) | ((sign < 0) & (weights > 0))] = 0.0
        weights = np.where(connectivity.plastic, weights, network.weights)
    biases[own] = moved[count:]
    after = replace(network, weights=frozen(weights), biases=frozen(biases))
    return after if config.keep is None else config.keep.project(after), optimiser_state


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
