"""What runs a layer: the engine for tensors of the CPU, torch for those of other devices and for shared graphs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from neurograph._arrays import Floats, frozen
from neurograph._checks import Seed
from neurograph.equations.cost import Cost
from neurograph.errors import DivergenceError, ParameterError
from neurograph.learning.phases import LARGEST_RESIDUAL, raise_diverged, run_phases, weight_change
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start, checked_inputs, starting_state
from neurograph.network.network import Network
from neurograph.solvers.auto import Auto
from neurograph.solvers.base import Phase, Solver
from neurograph.solvers.euler import Euler
from neurograph.solvers.result import Equilibrium, Status
from neurograph.solvers.settle import raise_divergence
from neurograph.torch.euler import Rest, settle
from neurograph.torch.field import Field
from neurograph.torch.phases import directions
from neurograph.torch.rows import Rows


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a layer learns by.

    Attributes
    ----------
    rule : Rule
    cost : Cost
    beta : float array (batch,)
        Nudging strengths.
    target : tensor (batch, outputs)
    of_parameters, of_inputs : bool
        Which gradients are asked for.
    """

    rule: Rule
    cost: Cost
    beta: NDArray[np.float64]
    target: Tensor
    of_parameters: bool
    of_inputs: bool


class Gradients(NamedTuple):
    """Sums over samples of what a rule says: minus the gradient, of weights (edges,), biases and inputs.

    `unsettled` and `left_out` are how many samples have a phase that did not settle, and are not learned from.
    """

    weights: Tensor | None
    biases: Tensor | None
    inputs: Tensor | None
    unsettled: int
    left_out: int


class Backend(Protocol):
    """What settles a batch, and finds the gradients at where it has settled."""

    def settle(self, x: Tensor, weights: Tensor, biases: Tensor, start: Start, seed: Seed) -> tuple[Any, Tensor]:
        """Return what the gradients need, and the outputs (batch, outputs)."""

    def unsettled(self, free: Any) -> int:
        """Return how many samples have not settled."""

    def gradients(self, free: Any, wanted: Wanted) -> Gradients:
        """Return the gradients at free equilibria."""


@dataclass(frozen=True, eq=False)
class Engine:
    """The compiled loops; weights and states are those of the tensors, without a copy.

    Attributes
    ----------
    network : Network
        Of the type of the tensors.
    solver : Solver
    """

    network: Network
    solver: Solver

    def settle(
        self, x: Tensor, weights: Tensor, biases: Tensor, start: Start, seed: Seed
    ) -> tuple[Equilibrium, Tensor]:
        """Settle the batch in the network of these weights."""
        network = with_parameters(self.network, weights.contiguous().numpy()[:], biases.numpy())
        free = self.solver.solve(
            network, Phase(starting_state(network, checked_inputs(network, x.numpy()), start, seed))
        )
        raise_divergence(free, self.solver)
        return free, torch.from_numpy(free.outputs)

    def unsettled(self, free: Equilibrium) -> int:
        """Return how many samples have not settled."""
        return int(np.count_nonzero(free.status != Status.CONVERGED))

    def gradients(self, free: Equilibrium, wanted: Wanted) -> Gradients:
        """Run the other phases of the rule, and read it."""
        batch, rule, target = wanted.beta.size, wanted.rule, wanted.target.numpy()
        settled, learned = free.status == Status.CONVERGED, np.ones(batch, np.bool_)
        weights = biases = response = None
        if wanted.of_parameters:
            phases = run_phases(rule, free, target, wanted.beta, wanted.cost, self.solver)
            raise_diverged(rule, phases, self.solver)
            changes = [batch * one for one in weight_change(rule, phases)]
            if (ties := self.network.connectivity.ties) is not None:  # each has the sum over those that it is tied to
                changes[0] = changes[0] / np.bincount(ties)[ties]
            weights, biases = (torch.from_numpy(one).to(wanted.target.dtype) for one in changes)
            response, learned = phases.response, phases.learned
            for phase in phases.run:
                settled = settled & (phase.status == Status.CONVERGED)
        inputs = None
        if wanted.of_inputs:
            if response is None:
                force = np.ascontiguousarray(wanted.cost.force_at(free.outputs, target), free.full.dtype)
                response = self.solver.respond(free, force, rule.lift)
                settled = settled & (response.status == Status.CONVERGED)
                learned = learned & (response.residual <= LARGEST_RESIDUAL)
            carried = np.where(learned[:, None], response.input_slope * response.state, 0.0)
            back = self._input_edges(free.network) @ carried.T
            slope = free.network.at_nodes(free.network.dynamics.transfer_slope, free.state)
            inputs = torch.from_numpy(back.T * slope[:, free.network.connectivity.inputs])
        return Gradients(weights, biases, inputs, int(np.sum(~settled)), int(np.sum(~learned)))

    def _input_edges(self, network: Network) -> sparse.csr_array:
        """Return W' of the edges from inputs (inputs, nodes)."""
        ids, indptr, post = self.network.once(_from_inputs)
        return sparse.csr_array((network.weights[ids], post, indptr), shape=(indptr.size - 1, len(network.nodes)))


def with_parameters(network: Network, weights: Floats, biases: Floats) -> Network:
    """Return a network with these weights, and the biases (biased nodes,) of those that have their own."""
    own = network.biases.copy()
    own[network.connectivity.biased] = biases
    return replace(network, weights=frozen(weights), biases=frozen(own))


def _from_inputs(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return the places of the edges from inputs, one input after another, where each's begin, and their ends."""
    connectivity = network.connectivity
    column = np.full(len(network.nodes), -1)
    column[connectivity.inputs] = np.arange(connectivity.inputs.size)
    ids = np.flatnonzero(column[connectivity.pre] >= 0)
    ids = ids[np.argsort(column[connectivity.pre[ids]], kind="stable")]
    counts = np.bincount(column[connectivity.pre[ids]], minlength=connectivity.inputs.size)
    return ids, np.append(0, np.cumsum(counts)), connectivity.post[ids]


@dataclass(frozen=True, eq=False)
class Tensors:
    """Torch's sparse products and elementwise operations, on the device of the rows.

    Attributes
    ----------
    network : Network
        What is known of every node; its edges may be those of other processes too.
    rows : Rows
    method : Euler
    """

    network: Network
    rows: Rows
    method: Euler

    def settle(
        self, x: Tensor, weights: Tensor, biases: Tensor, start: Start, seed: Seed
    ) -> tuple[tuple[Field, Rest], Tensor]:
        """Follow the trajectory of own rows, in the steps of the engine."""
        rows, batch = self.rows, x.shape[0]
        if not bool(torch.isfinite(x).all()):
            checked_inputs(self.network, x.cpu().numpy())  # which says where
        still = np.zeros((1, rows.counts[1]))
        first = starting_state(self.network, still, 0.0 if isinstance(start, str) else start, None)
        begun = [
            torch.from_numpy(one[0, rows.node]).to(x)[:, None].repeat(1, batch) for one in _parts(self.network, first)
        ]
        if isinstance(start, str):
            drawn = starting_state(self.network, np.zeros((batch, rows.counts[1])), start, seed)
            begun[0] = torch.from_numpy(_parts(self.network, drawn)[0][:, rows.node].T.copy()).to(x)
        places, columns = rows.inputs
        begun[0][places] = x.T[columns]
        with self._every_digit():
            field = Field(rows, weights, biases)
            free = settle(field, begun, self.method)
        self._check(free.status == int(Status.DIVERGED), "the free phase")
        return (field, free), rows.at_outputs(free.s).T.contiguous()

    def unsettled(self, free: tuple[Field, Rest]) -> int:
        """Return how many samples have not settled."""
        return int((free[1].status != int(Status.CONVERGED)).sum())

    def gradients(self, free: tuple[Field, Rest], wanted: Wanted) -> Gradients:
        """Run the other phases of the rule, and read it."""
        field, rest = free
        beta = torch.from_numpy(wanted.beta).to(rest.s)
        asked = torch.tensor([float(wanted.of_parameters)])
        of_parameters = bool(self.rows.exchange.largest(asked))  # of any process: they exchange alike
        target, of_which = wanted.target.T.contiguous(), (of_parameters, wanted.of_inputs)
        with self._every_digit():
            found = directions(wanted.rule, field, rest, wanted.cost, target, beta, self.method, *of_which)
        self._check(found.diverged, "a phase of the rule", "take a smaller beta, ")
        inputs = None if found.inputs is None else found.inputs.T
        counts = (int((~one).sum()) for one in (found.settled, found.learned))
        return Gradients(found.weights, found.biases, inputs, *counts)

    def _every_digit(self) -> torch.autocast:
        """Return what keeps autocast from products with fewer digits."""
        return torch.autocast(self.rows.roles.device.type, enabled=False)

    def _check(self, lost: Tensor, what: str, first: str = "") -> None:
        """Raise for the first sample that diverged, if one did."""
        if bool(lost.any()):
            sample = int(torch.nonzero(lost)[0])
            raise DivergenceError(
                f"sample {sample} diverged in {what} ({int(lost.sum())} of {lost.numel()} samples did): {first}lower "
                "the weights, or use a dynamics with a box, or shorter steps, solver=neurograph.solvers.Euler(dt=0.05)"
            )


def _parts(network: Network, full: Floats) -> list[Floats]:
    """Return s and each further variable of full states, in turn."""
    s, further = network.parted(full)
    return [s, *further.values()]


def method_of(solver: Solver, network: Network) -> Euler:
    """Return Euler's method in the way that a solver asks for, on tensors.

    Raises
    ------
    ParameterError
        If it is another method, or one of steps that the network cannot take.
    """
    if isinstance(solver, Auto):
        return solver.euler
    if isinstance(solver, Euler):
        solver.stepping(network, 1)
        return solver
    raise ParameterError(
        f"solver is {solver!r}, which tensors of another device than the CPU, and graphs shared by partition=True, do "
        "not have: expected neurograph.solvers.Euler() or neurograph.solvers.Auto()"
    )
