"""What a rule reads out of the final states of its phases, on tensors: at edges and biases, summed over samples."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from neurograph.equations.expression import Expression
from neurograph.learning.readout import parted
from neurograph.learning.rule import Rule
from neurograph.torch.equations import FUNCTIONS
from neurograph.torch.response import Linear

CHUNK, CHUNK_OF_GPU = 1 << 18, 1 << 24
"""Numbers, edges times samples, that are looked at together: what fits into a cache, and what keeps a GPU busy."""

LEAKS = {"pre_leak": "w_out", "pre_leak_abs": "w_out_abs"}
"""The sums of weights by which the drift changes with a weight of its own node."""


class Ends:
    """What a rule may see at the two ends of an edge: tables of the columns (columns, samples), by symbol.

    Attributes
    ----------
    states : dict of str to tensor (rows, samples)
        s of own rows at the end of each phase, and the linear response, by the names of phases.
    """

    def __init__(self, linear: Linear, states: Mapping[str, Tensor]) -> None:
        self.linear, self.states, self.tables = linear, states, dict[tuple[str, str], Tensor]()

    def table(self, symbol: str, variable: str) -> Tensor:
        """Return the table of a symbol; a slope is that of the drift in `variable`."""
        what = symbol.removeprefix("pre_").removeprefix("post_")
        key = what, variable if what == "slope" else ""
        if key not in self.tables:
            self.tables[key] = self._table(what, variable)
        return self.tables[key]

    def _table(self, what: str, variable: str) -> Tensor:
        linear, field = self.linear, self.linear.field
        gathered, by = field.rows.exchange.gathered, {"slope": variable, "leak": "w_out", "leak_abs": "w_out_abs"}
        if what in by:
            if by[what] == "I":
                return gathered(linear.slope)
            return gathered(linear.at(by[what]) * field.rows.free)
        state = gathered(self.states[what.removeprefix("sent_")])
        return field.sent(state) if what.startswith("sent_") else state


def changes(rule: Rule, ends: Ends, beta: Tensor, learned: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sum over samples of a rule's change of each weight (edges,) and of each bias (biased rows,).

    A bias learns as an edge from one more node, which sends 1.
    """
    expression, field = parted(rule.expression), ends.linear.field
    names, share = sorted(expression.symbols - {"w", "beta"}), learned.to(beta.dtype)
    nothing = {name: beta.new_zeros(()) for name in names if LEAKS.get(name, "b") not in field.constants}
    names = [name for name in names if name not in nothing]
    result, forward = torch.empty_like(field.weights), field.rows.forward
    size = max(1, (CHUNK_OF_GPU if beta.is_cuda else CHUNK) // beta.shape[0])
    rows = torch.arange(field.count, dtype=forward.column.dtype, device=beta.device)
    post = torch.repeat_interleave(rows, torch.diff(forward.crow), output_size=result.shape[0])
    tables = {name: ends.table(name, "I") for name in names}  # by every process, without edges of its own too
    for first in range(0, result.shape[0], size):
        part = slice(first, first + size)
        at = {"pre": forward.column[part], "post": post[part]}
        values = {name: table.index_select(0, at[name.partition("_")[0]]) for name, table in tables.items()}
        result[part] = _summed(expression, nothing | values, field.weights[part, None], beta, share)
    biased, b = field.rows.biased, field.own["b"]
    values = {name: _of_bias(name, ends, biased) for name in names}
    return result, _summed(expression, nothing | values, b[biased], beta, share)


def _summed(expression: Expression, values: Mapping[str, Tensor], w: Tensor, beta: Tensor, share: Tensor) -> Tensor:
    value = expression(**FUNCTIONS, **values, w=w, beta=beta)
    whole = torch.where(
        share > 0, torch.as_tensor(value, dtype=beta.dtype, device=beta.device).expand(w.shape[0], beta.shape[0]), 0.0
    )
    return whole.sum(1)


def _of_bias(name: str, ends: Ends, biased: Tensor) -> Tensor:
    """Return what a rule sees at a bias: the node, and one more that sends 1, has no response and no leak."""
    if name.startswith("post_"):
        return ends.table(name, "b")[biased]
    like = ends.table("post_free", "b")[biased]
    what = name.removeprefix("pre_")
    return torch.zeros_like(like) if what in ("response", "leak", "leak_abs", "slope") else torch.ones_like(like)
