"""GraphLayer: the module that :func:`neurograph.torch.layer` makes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from neurograph._checks import Seed, checked_generator, warn
from neurograph.equations.cost import Cost
from neurograph.errors import DataError, ParameterError, TrainingWarning
from neurograph.learning.phases import drawn_strength
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start, checked_targets
from neurograph.network.network import Network
from neurograph.solvers import Auto
from neurograph.solvers.base import Solver
from neurograph.torch.backend import Backend, Engine, Tensors, Wanted, method_of, with_parameters
from neurograph.torch.rows import Rows

LINEAR = Cost("s*y", name="linear")
"""The cost whose force on the outputs is minus the gradient y that comes from the model behind the layer."""

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-6}
"""Residuals at which a sample has settled, where no solver is given."""

TYPES: dict[torch.dtype, np.dtype[Any]] = {torch.float32: np.dtype(np.float32), torch.float64: np.dtype(np.float64)}


class GraphLayer(torch.nn.Module):
    """A network as a module: see :func:`neurograph.torch.layer`, which makes it."""

    def __init__(
        self,
        network: Network,
        *,
        cost: Cost | None,
        rule: Rule,
        beta: float,
        solver: Solver | None,
        start: Start,
        seed: Seed,
    ) -> None:
        super().__init__()
        self.network, self.cost, self.rule, self.beta = network, cost, rule, beta
        self.solver, self.start, self.generator = solver, start, checked_generator(seed)
        learned, self._places = _learned(network)
        dtype = next(kind for kind, one in TYPES.items() if one == network.dtype)
        self.weights = torch.nn.Parameter(torch.from_numpy(network.weights[learned].copy()))
        biases = network.biases[network.connectivity.biased]
        self.register_parameter("biases", torch.nn.Parameter(torch.from_numpy(biases)) if biases.size else None)
        if self._places is not None:
            places, fixed = self._places, torch.from_numpy(network.weights.copy())
            self.register_buffer("_place", torch.from_numpy(places), persistent=False)
            self.register_buffer("_fixed", fixed, persistent=False)
        if network.connectivity.signs.any():
            signs = network.connectivity.signs[network.connectivity.pre[learned]]
            self.register_buffer("_signs", torch.from_numpy(signs).to(dtype), persistent=False)
        self._backends: dict[tuple[torch.device, torch.dtype], Backend] = {}

    @property
    def edge_weights(self) -> Tensor:
        """The weight of every edge (edges,), in the order of ``network.edges``: those learned, tied and fixed ones."""
        if self._places is None:
            return self.weights
        place, fixed = self.get_buffer("_place"), self.get_buffer("_fixed")
        if not self.weights.numel():  # their sum of nothing asks for a gradient, as where other processes have some
            return fixed + self.weights.sum()
        return torch.where(place >= 0, self.weights[place.clamp(min=0)], fixed)

    @torch.compiler.disable(reason="it runs until the graph has settled; the model around it is compiled")
    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Settle the graph on x (..., inputs).

        Returns
        -------
        tensor (..., outputs)
            The outputs at rest; with targets `y`, the mean cost of the samples instead.
        """
        self._check(x)
        self._keep_signs()
        flat = x.reshape(-1, x.shape[-1])
        if y is not None:
            return _Settled.apply(flat, self.edge_weights, self._own_biases(), self._targets(y, flat), self)
        outputs = _Settled.apply(flat, self.edge_weights, self._own_biases(), None, self)
        return outputs.reshape(*x.shape[:-1], outputs.shape[-1])

    def _own_biases(self) -> Tensor:
        return self.weights.new_empty(0) if self.biases is None else self.biases

    def _check(self, x: Tensor) -> None:
        """Refuse what does not go with the weights."""
        if not isinstance(x, Tensor):
            raise DataError(f"x is of type {type(x).__name__}: expected a tensor; write torch.as_tensor(x)")
        devices = {name: one.device for name, one in self.named_parameters()}
        if len(set(devices.values())) > 1:
            where = ", ".join(f"{name} on {one}" for name, one in devices.items())
            raise ParameterError(f"the layer has {where}: expected one device; write layer.to({str(x.device)!r})")
        if self.weights.dtype not in TYPES or any(one.dtype != self.weights.dtype for one in self.parameters()):
            types = ", ".join(f"{name} of {one.dtype}" for name, one in self.named_parameters())
            raise ParameterError(
                f"the layer has {types}: expected one of float32 and float64, for in fewer digits a graph does not "
                "settle; write layer.float()"
            )
        if x.device != self.weights.device:
            raise DataError(f"x is on {x.device} and the layer on {self.weights.device}: expected one device; write "
                            f"x.to({str(self.weights.device)!r})")  # fmt: skip
        if x.dtype != self.weights.dtype:
            name = str(self.weights.dtype).removeprefix("torch.")
            raise DataError(f"x is of {x.dtype} and the layer of {self.weights.dtype}: expected one type; write "
                            f"x.to(torch.{name})")  # fmt: skip
        count = len(self.network.inputs)
        if x.dim() == 0 or x.shape[-1] != count:
            raise DataError(f"x has shape {tuple(x.shape)}: expected (..., {count}), one number for each input node")

    def _targets(self, y: Tensor, x: Tensor) -> Tensor:
        """Return targets as (batch, outputs), checked."""
        if self.cost is None:
            raise ParameterError(
                "y is given, but the layer has no cost: expected layer(network, cost=costs.squared_error()), or "
                "layer(x) alone, whose outputs a loss of torch takes"
            )
        if isinstance(y, Tensor) and y.requires_grad:
            raise ParameterError("y asks for a gradient, which targets have not: write y.detach()")
        values = y.detach().cpu().numpy() if isinstance(y, Tensor) else y
        target = checked_targets(self._network(x.dtype), values, x.shape[0], self.cost)
        return torch.from_numpy(target).to(x)

    @torch.no_grad()
    def _keep_signs(self) -> None:
        """Set weights that a step has taken across 0 to 0, where their node has a sign."""
        if "_signs" in self._buffers:
            wrong = self.get_buffer("_signs") * self.weights < 0
            if bool(wrong.any()):
                self.weights[wrong] = 0.0

    def _network(self, dtype: torch.dtype) -> Network:
        """Return the network with numbers of a type."""
        kind, network = TYPES[dtype], self.network
        if network.dtype == kind:
            return network
        return network.once(of_type, kind)

    def _backend(self, x: Tensor) -> Backend:
        key = x.device, x.dtype
        if key not in self._backends:
            solver = self.solver or Auto(tol=TOLERANCE[x.dtype])
            self._backends[key] = self._made(self._network(x.dtype), solver, *key)
        return self._backends[key]

    def _made(self, network: Network, solver: Solver, device: torch.device, dtype: torch.dtype) -> Backend:
        if device.type == "cpu":
            return Engine(network, solver)
        return Tensors(network, Rows.of(network, device, dtype), method_of(solver, network))

    def _given(self, **values: Tensor | None) -> None:
        """Refuse what is not the same in all processes that share the graph."""

    @torch.no_grad()
    def to_network(self) -> Network:
        """Return the network with the weights and biases as they are now.

        Returns
        -------
        Network
            Of the type of the weights, whatever device they are on.
        """
        self._keep_signs()
        weights, biases = (one.detach().cpu().numpy().copy() for one in (self.edge_weights, self._own_biases()))
        return with_parameters(self._network(self.weights.dtype), weights, biases)

    def extra_repr(self) -> str:
        """Return what ``print(model)`` says of it."""
        return f"{self.network!r}, rule={self.rule.name}"

    def get_extra_state(self) -> str:
        """Return what says of which graph the weights are."""
        return self.network.once(_edges_hash)

    def set_extra_state(self, state: str) -> None:
        """Refuse weights of another graph."""
        if state != self.network.once(_edges_hash):
            raise ParameterError(
                f"the state is that of a graph with other edges than {self.network!r}: expected one saved from a layer "
                "of the same graph; keep the graph beside it, neurograph.write(layer.to_network(), 'net.npz')"
            )

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what a backend has computed."""
        return {**super().__getstate__(), "_backends": {}}


class _Settled(torch.autograd.Function):
    """Forward settles; backward is the other phases of the rule, from there."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: Tensor, biases: Tensor, y: Tensor | None, layer: GraphLayer) -> Tensor:
        """Return the outputs, or the mean cost."""
        ctx.layer, ctx.target, ctx.free = layer, y, None
        ctx.save_for_backward(x, weights, biases)
        layer._given(x=x, y=y)
        if not x.shape[0]:
            return x.new_zeros((0, len(layer.network.outputs)))
        backend = layer._backend(x)
        ctx.free, outputs = backend.settle(x, weights, biases, layer.start, layer.generator)
        ctx.backend = backend
        if y is None or layer.cost is None:
            return outputs
        return x.new_tensor(layer.cost.mean(outputs.cpu().numpy(), y.cpu().numpy()))

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        """Return minus what the rule says, scaled by what comes from behind."""
        layer, target, (x, weights, biases) = ctx.layer, ctx.target, ctx.saved_tensors
        if torch.is_grad_enabled():
            raise ParameterError(
                "create_graph is True, but the gradient of a settled graph has none of its own: leave it out, or "
                "call it on a part of the model without the layer"
            )
        batch, of_inputs = x.shape[0], ctx.needs_input_grad[0]
        if ctx.free is None:
            return torch.zeros_like(x), torch.zeros_like(weights), torch.zeros_like(biases), None, None
        layer._given(gradient=upstream, requires_grad=torch.tensor(of_inputs))
        if target is None and "clamped" in layer.rule.phases:
            raise ParameterError(
                f"rule is {layer.rule.name}, which clamps the outputs at targets, and there are none: expected "
                "layer(network, cost=...) and layer(x, y), or a rule without that phase, such as "
                "rules.asymmetric_ep(lift=0)"
            )
        if target is None:
            # The linear cost with the gradient from behind for y: its largest number is 1, so that beta is the
            # largest force.
            scale = upstream.abs().max()
            target, cost = (upstream / torch.where(scale > 0, scale, 1.0)).contiguous(), LINEAR
        else:
            cost, scale = layer.cost, upstream / batch
        beta = np.full(batch, drawn_strength(layer.rule, layer.beta, batch, layer.generator))
        wanted = Wanted(layer.rule, cost, beta, target, any(ctx.needs_input_grad[1:3]), of_inputs)
        found = ctx.backend.gradients(ctx.free, wanted)
        _say_unsettled(layer.rule, found.unsettled, found.left_out, batch)
        return (
            *(None if one is None else -scale * one for one in (found.inputs, found.weights, found.biases)),
            None,
            None,
        )


def _say_unsettled(rule: Rule, unsettled: int, left_out: int, batch: int) -> None:
    """Warn of samples whose gradient is not that of an equilibrium."""
    if unsettled or left_out:
        count, smaller = max(unsettled, left_out), "a smaller beta, " if rule.transposed else ""
        warn(
            f"{count} of {batch} samples ({count / batch:.0%}) have not settled in forward or backward; {left_out} of "
            f"them are left out of the gradient, and that of the others is not exact: take {smaller}more steps, as in "
            "solver=neurograph.solvers.Auto(steps=20000), lower weights, or a larger tol",
            TrainingWarning,
        )


def _learned(network: Network) -> tuple[Any, Any]:
    """Return the places of the weights that are learned, one of each tie, and where among them each edge's stands.

    The second is None where every edge has its own, and -1 at edges that do not learn.
    """
    connectivity = network.connectivity
    if connectivity.ties is None and connectivity.plastic.all():
        return slice(None), None
    groups = np.arange(network.weights.size) if connectivity.ties is None else connectivity.ties
    own = np.flatnonzero(connectivity.plastic)
    _, first, place = np.unique(groups[own], return_index=True, return_inverse=True)
    places = np.full(network.weights.size, -1)
    places[own] = place
    return own[first], places


def of_type(network: Network, kind: np.dtype[Any]) -> Network:
    """Return a network with all numbers of a type."""
    parts = {name: getattr(network, name).astype(kind) for name in ("weights", "biases", "parameters")}
    return replace(network, **parts)


def _edges_hash(network: Network) -> str:
    """Return a hash of the nodes and the edges, whatever their weights."""
    connectivity, found = network.connectivity, hashlib.sha256(repr(network.nodes).encode())
    for part in (connectivity.table.roles, connectivity.indptr, connectivity.pre):
        found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()
