"""What a training run of binary neurons learns: the distribution of the data at its visible neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph.equations.costs import squared_error
from neurograph.errors import ParameterError
from neurograph.learning.drawn_phases import at_data, drawn_change, drawn_phases
from neurograph.learning.optimiser import OptimiserState
from neurograph.network.compilation import check_symmetric
from neurograph.network.network import Network
from neurograph.sampling.chains import flip_rates, probabilities
from neurograph.sampling.visible import binary_values, checked_visible
from neurograph.solvers import Auto
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Update
from neurograph.training.problem import Problem
from neurograph.training.update import stepped

SAMPLED = "rules.variational_probability_flow()"
"""A rule that binary neurons learn by."""

OTHERS = {
    "readout": "compares equilibria",
    "online": "follows a network to its equilibrium",
    "through time": "runs sequences",
}
"""What rules of other kinds do."""


class SampledProblem(Problem):
    """Samples of what the visible neurons are to do, which are their own targets.

    Numbers between 0 and 1 are drawn anew for each update. The hidden neurons of a sample go on from where they were.
    """

    @classmethod
    def of(cls, network: Network, x: ArrayLike, y: ArrayLike | None, config: TrainingConfig) -> SampledProblem:
        """Return what a network is to learn.

        Raises
        ------
        DataError
            If x does not fit the network.
        GraphError
            If symmetric edges are not tied.
        ParameterError
            If there are targets, or another argument is not one of binary neurons.
        """
        if y is not None:
            raise ParameterError(
                "y is given, but binary neurons have no targets: expected train(network, x), with a column of x for "
                "each visible neuron, those with the role 'output'"
            )
        _check_config(config)
        check_symmetric(network, config.rule.name if config.rule.symmetric else None)
        data = checked_visible(network, x, missing=False)
        start = np.zeros((data.shape[0], len(network.nodes)), network.dtype)
        start[:, network.connectivity.outputs] = data > 0.5
        start[:, network.connectivity.bias_nodes] = 1.0
        return cls(config, data, data, start, None)

    def task(self, states: Floats, samples: NDArray[np.int64]) -> None:
        """Return nothing: no pruner can ask what an edge does to a cost."""

    def update(
        self,
        network: Network,
        optimiser_state: OptimiserState,
        states: Floats,
        batch: NDArray[np.int64],
        rng: np.random.Generator,
        epoch: int,
    ) -> Update:
        """Return what the samples of a batch lead to, whose hidden neurons begin as in `states` (samples, nodes)."""
        start = states[batch]
        start[:, network.connectivity.outputs] = binary_values(self.x[batch], rng)
        phases = drawn_phases(self.config.rule, network, start, rng)
        changes = drawn_change(self.config.rule, phases)
        return Update(*stepped(network, self.config, optimiser_state, changes, epoch), phases)

    def measured(
        self,
        network: Network,
        states: Floats,
        samples: NDArray[np.int64],
        held_out: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> dict[str, float]:
        """Return the flow out of the data, the error of each visible neuron given the others, and the edges."""
        values = {"edges": float(network.weights.size), **_fit(network, states[samples])}
        if held_out.size:
            start = states[held_out]
            start[:, network.connectivity.outputs] = binary_values(self.x[held_out], rng)
            others = _fit(network, at_data(network, start, rng, self.config.rule.sweeps))
            values |= {f"validation_{name}": value for name, value in others.items()}
        return values

    def cost_now(self, network: Network, states: Floats, samples: NDArray[np.int64], rng: np.random.Generator) -> float:
        """Return the flow out of the data at the last states of the samples."""
        return _fit(network, states[samples])["cost"]


def _fit(network: Network, states: Floats) -> dict[str, float]:
    """Return the mean flow out of some states (samples, nodes), and of |s_j - P(s_j = 1 | the others)|, j visible."""
    visible = network.connectivity.outputs
    rates = flip_rates(network, states)[:, network.connectivity.free]
    error = np.abs(states - probabilities(network, states))[:, visible]
    return {"cost": float(rates.sum(axis=1).mean()), "error": float(error.mean())}


def _check_config(config: TrainingConfig) -> None:
    """Refuse what is about equilibria."""
    rule, plain = config.rule, "expected none, for binary neurons are drawn"
    if rule.kind != "sampled":
        raise ParameterError(
            f"rule is {rule.name}, which {OTHERS[str(rule.kind)]}, and binary neurons have none: expected {SAMPLED}, "
            "rules.contrastive_divergence(), or a Rule of the kind 'sampled'"
        )
    given: dict[str, tuple[Any, bool]] = {
        "beta": (config.beta, config.beta is not None),
        "cost": (config.cost, config.cost != squared_error()),
        "solver": (config.solver, config.solver != Auto()),
        "start": (config.start, isinstance(config.start, str) or np.ndim(config.start) > 0 or config.start != 0.0),
        "keep": (config.keep, config.keep is not None),
    }
    for name, (value, is_given) in given.items():
        if is_given:
            raise ParameterError(f"{name} is {value!r}: {plain}")
    if isinstance(config.validation, tuple):
        raise ParameterError("validation is a pair: expected a share of the samples, such as 0.2, for binary neurons")
    if config.pruner is not None and config.pruner.needs_task:
        raise ParameterError(
            f"pruner is {config.pruner!r}, which asks for the gradient of a cost, and binary neurons have none: "
            "expected one that looks at the weights, such as pruning.magnitude(fraction=0.1)"
        )
    if config.grower is not None and config.grower.needs_x:
        raise ParameterError(
            f"grower is {config.grower!r}, which asks for equilibria, and binary neurons have none: expected one that "
            "asks for no data, such as growth.random(count=10)"
        )
