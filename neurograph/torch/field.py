"""A network's equations on a device, with weights and biases: what its rows receive, and how they move."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from neurograph.equations.expression import Expression
from neurograph.torch.equations import evaluated
from neurograph.torch.rows import Rows


class Field:
    """The rows of a network with its weights (edges,) and the biases (biased rows,) of those that have one."""

    def __init__(self, rows: Rows, weights: Tensor, biases: Tensor) -> None:
        self.rows, self.weights, self.count = rows, weights, rows.roles.shape[0]
        own = rows.biases[: self.count].clone()
        own[rows.biased, 0] = biases
        self.constants = {"b": rows.exchange.gathered(own), **rows.constants}
        seen = rows.dynamics.symbols
        if "w_out" in seen:
            self.constants["w_out"] = self._sent_out(weights)
        if "w_out_abs" in seen:
            self.constants["w_out_abs"] = self._sent_out(weights.abs())
        self.own = {name: one[: self.count] for name, one in self.constants.items()}
        self.population = None if rows.population is None else rows.population[: self.count]

    def _sent_out(self, values: Tensor) -> Tensor:
        """Sum a value of each edge over those from each column, in double precision."""
        matrix = self.rows.back.of(values.double())
        ones = torch.ones((self.count, 1), dtype=torch.float64, device=values.device)
        return self.rows.exchange.gathered(self.rows.exchange.added(matrix @ ones).to(values.dtype))

    @cached_property
    def matrix(self) -> Tensor:
        """W (rows, columns)."""
        return self.rows.forward.of(self.weights)

    @cached_property
    def transposed(self) -> Tensor:
        """W' (columns, rows)."""
        return self.rows.back.of(self.weights)

    def sent(self, s: Tensor) -> Tensor:
        """Return f(s) of every column (columns, samples)."""
        dynamics = self.rows.dynamics
        if dynamics.transfer.strip() == "s":
            return s
        return evaluated(dynamics.transfer_equation, self.constants | {"s": s}, s, self.rows.population)

    def input(self, s: Tensor) -> Tensor:
        """Return I of own rows (rows, samples): I_j = sum of W_ji f(s_i), of states of every column."""
        return self.matrix @ self.sent(s)

    def returned(self, own: Tensor) -> Tensor:
        """Return what comes back along the edges to own rows (rows, samples): sum_j W_ji v_j, of v of own rows."""
        return self.rows.exchange.added(self.transposed @ own)

    def at(self, equation: Expression, s: Tensor, total: Tensor, further: Sequence[Tensor] = ()) -> Tensor:
        """Return an equation's value at own rows (rows, samples), at their s, I and further variables."""
        named = dict(zip(self.rows.dynamics.variable_names, further, strict=False))  # an equation may read none
        return evaluated(equation, {**self.own, **named, "s": s, "I": total}, s, self.population)

    @cached_property
    def leaks(self) -> tuple[Tensor, ...]:
        """The leak of s, and of each further variable (rows, 1), where they are linear; none at all if one is not."""
        like = self.own["b"]
        return tuple(evaluated(leak, self.own, like, self.population) for leak in self.rows.dynamics.leaks)

    def boxed(self, s: Tensor) -> Tensor:
        """Return states of own rows, each clipped to its box."""
        box = self.rows.box
        return s if box is None else torch.minimum(torch.maximum(s, box[0]), box[1])
