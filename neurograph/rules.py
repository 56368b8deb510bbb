"""Learning rules: an expression that may see only the two ends of its own edge, and the named ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from neurograph.equations import Expression
from neurograph.equilibrium import Equilibrium
from neurograph.errors import ExpressionError, LocalityError, ParameterError
from neurograph.kernels import readout_kernel
from neurograph.network import Floats, Network

__all__ = ["Rule", "deep", "stdp", "vector_field"]

READOUT = (
    "pre_free", "post_free", "pre_nudged", "post_nudged", "post_gain", "pre_leak", "w", "beta",
)  # fmt: skip
"""What a readout rule may see: both ends at the end of each phase, the edge's effect on either end, its weight."""

ONLINE = ("pre", "post", "dpre", "dpost", "w")
"""What an online rule may see: both ends after a step, how they moved in it, the weight."""


@dataclass(frozen=True)
class Rule:
    """How one edge's weight changes, from what is known at its two ends and nowhere else.

    A bias learns by the same expression, as an edge from a node clamped at 1.

    Parameters
    ----------
    change : str
        The change of the weight that lowers the cost, as an equation. A *readout* rule is evaluated once, on
        the states at the ends of the free and the nudged phase: ``pre_free``, ``post_free``,
        ``pre_nudged``, ``post_nudged``; ``post_gain`` is dg_j/dI_j and ``pre_leak`` is the derivative of the
        presynaptic node's drift with respect to this weight (0 where the node is clamped, or its drift has
        no ``w_out``), both at the free equilibrium; ``w`` is the weight, ``beta`` the nudging strength. An *online*
        rule is evaluated at each step of the nudged phase, on ``pre`` and ``post`` after the step and on
        ``dpre`` and ``dpost``, their differences in it, and ``w``.
    kind : {"readout", "online"}
        Which of the two.
    average : bool
        Whether an online rule is averaged over the solver's number of steps; else it is summed.
    name : str
        How results call it.

    Raises
    ------
    LocalityError
        If the expression names anything else: the rule would not be local.
    ExpressionError
        If the expression cannot be read.

    Examples
    --------
    >>> hebb = Rule("post_nudged*pre_nudged - post_free*pre_free", name="contrastive")
    >>> Rule("pre_free * sum_post")
    Traceback (most recent call last):
    ...
    neurograph.errors.LocalityError: a readout rule uses 'sum_post', which is not at either end of its edge: ...
    """

    change: str
    kind: Literal["readout", "online"] = "readout"
    average: bool = False
    name: str = "custom"

    def __post_init__(self) -> None:
        """Check that the rule is local."""
        if self.kind not in ("readout", "online"):
            raise ParameterError(f"kind is {self.kind!r}: expected 'readout' or 'online'")
        if self.average and self.kind == "readout":
            raise ParameterError("average is True for a readout rule, which has no steps: expected an online rule")
        _ = self.expression

    @cached_property
    def expression(self) -> Expression:
        """The change, checked."""
        vocabulary = READOUT if self.kind == "readout" else ONLINE
        return LocalExpression(self.change, vocabulary, f"a {self.kind} rule")


class LocalExpression(Expression):
    """An expression whose foreign names are a breach of locality."""

    def _unknown_name(self, name: str) -> None:
        raise LocalityError(
            f"{self.what} uses {name!r}, which is not at either end of its edge: expected only "
            f"{', '.join(self.vocabulary)}"
        )


def stdp(average: bool = True) -> Rule:
    r"""DEEP's online rule: presynaptic activity times the change of postsynaptic activity, along the nudged phase.

    .. math:: \Delta W_{ij} \propto \langle s_i(t+1) (s_j(t+1) - s_j(t)) \rangle

    Parameters
    ----------
    average : bool
        The paper's mean over the steps of the phase, so that the learning rate must grow with their number;
        False sums over them, which no longer depends on their number nor on dt.

    References
    ----------
    Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798.
    """
    return Rule("pre*dpost", kind="online", average=average, name="stdp")


def vector_field() -> Rule:
    r"""Equilibrium propagation for vector-field dynamics.

    .. math:: \Delta W_{ij} = s_i^{free} (s_j^{nudged} - s_j^{free}) / \beta

    References
    ----------
    Scellier, Goyal, Binas, Mesnard, Bengio, arXiv 1808.04873.
    """
    return Rule("pre_free*(post_nudged - post_free)/beta", name="vector field")


def deep() -> Rule:
    r"""DEEP's two-term rule: the weight's effect on its postsynaptic node, and on its presynaptic node's leak.

    .. math:: \Delta W_{ij} = [ s_i^{free} (s_j^{nudged} - s_j^{free})
        + \frac{\partial g_i}{\partial W_{ij}} (s_i^{nudged} - s_i^{free}) ] / \beta

    For the signed leak the derivative is -s_i, for the absolute leak -s_i sign(W_ij), and 0 where i is clamped.
    """
    return Rule("(pre_free*(post_nudged - post_free) + pre_leak*(pre_nudged - pre_free))/beta", name="deep")


def weight_change(
    rule: Rule, network: Network, free: Equilibrium, nudged: Equilibrium, beta: float
) -> tuple[Floats, Floats]:
    """Give the rule's change of each weight (edges,) and of each bias (biased nodes,), a mean over samples.

    For an online rule, `nudged` must have been settled along with it.
    """
    if rule.kind == "online":
        if nudged.trace is None or nudged.bias_trace is None:
            raise ExpressionError("an online rule needs the nudged phase that it was integrated along")
        return nudged.trace, nudged.bias_trace
    wiring, count = network.wiring, network.weights.size
    n = len(wiring.table.nodes)
    one = np.full(wiring.biased.size, n, np.int32)
    pre = np.concatenate([wiring.pre, one])
    post = np.concatenate([wiring.post, wiring.biased.astype(np.int32)])
    values = np.concatenate([network.weights, network.biases[wiring.biased]])
    states = tuple(_by_node(equilibrium.state, 1.0) for equilibrium in (free, nudged))
    change = np.empty(pre.size)
    readout_kernel(rule.expression)(
        pre, post, values, states, _factors(rule.expression, network, free.state), float(beta), change
    )
    return change[:count], change[count:]


def _by_node(values: Floats, bias: float) -> Floats:
    """Give values (nodes + 1, batch), the last row that of the node which biases come from."""
    table = np.empty((values.shape[1] + 1, values.shape[0]), values.dtype)
    table[:-1] = values.T
    table[-1] = bias
    return table


def _factors(rule: Expression, network: Network, state: Floats) -> tuple[Floats, Floats, Floats]:
    """Give dg/dI, dg/dw_out and dg/dw_out_abs (nodes + 1, batch) at a state, empty where the rule needs none."""
    unused = np.empty((0, 0), state.dtype)
    gain = leak = leak_abs = unused
    if "post_gain" in rule.symbols:
        gain = _by_node(network.at_nodes(network.dynamics.slope("I"), state), 0.0)
    if "pre_leak" in rule.symbols:
        moving = np.zeros(state.shape[1], state.dtype)
        moving[network.wiring.free] = 1.0
        leak, leak_abs = (
            _by_node(moving * network.at_nodes(network.dynamics.slope(name), state), 0.0)
            for name in ("w_out", "w_out_abs")
        )
    return gain, leak, leak_abs
