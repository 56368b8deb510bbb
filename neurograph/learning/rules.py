"""Learning rules: the phases they need, and an expression that may see only the two ends of its own edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from neurograph._arrays import FrozenArrays
from neurograph._checks import checked_number, public_names
from neurograph.equations.expression import Expression
from neurograph.errors import LocalityError, ParameterError

__all__ = [
    "RULES",
    "Rule",
    "ThroughTime",
    "asymmetric_ep",
    "centred_ep",
    "contrastive_hebbian",
    "coupled_learning",
    "deep",
    "ep",
    "random_sign_ep",
    "stdp",
    "through_time",
    "vector_field",
]

DEFAULT_LIFT = 0.1
"""The lift of :func:`asymmetric_ep`."""

PHASES = ("nudged", "opposite", "clamped", "response")
"""The phases that a rule may need after the free one, in the order in which they are run."""

READOUT = (
    *(f"{end}_{sent}{phase}" for phase in ("free", *PHASES[:3]) for sent in ("", "sent_") for end in ("pre", "post")),
    "pre_response", "post_response", "post_slope", "pre_leak", "w", "beta",
)  # fmt: skip
"""The variables of a readout rule: both ends at the end of each phase, the edge's effect on either end, its weight."""

ONLINE = ("pre", "post", "dpre", "dpost", "w")
"""The variables of an online rule: both ends after a step, their changes in it, the weight."""


@dataclass(frozen=True)
class Rule(FrozenArrays):
    """How one edge's weight changes, from what is known at its two ends and nowhere else.

    A bias learns by the same expression, as an edge from a node that sends 1. The phases are those that the expression
    names: ``free`` (always run), ``nudged`` (+beta), ``opposite`` (-beta), ``clamped`` (outputs held at their
    targets) and ``response`` (the linear response to a nudge that goes to 0, along the edges turned round).

    Parameters
    ----------
    change : str
        The change of the weight that lowers the cost, as an equation. A *readout* rule is evaluated once, on
        the final states of its phases: ``pre_free``, ``post_free``, ``pre_nudged``, ... are the states of the edge's
        two ends, ``pre_sent_free``, ... what they send, f(s); ``pre_response`` and ``post_response`` are ds/dbeta;
        ``post_slope`` is dg_j/dI_j and ``pre_leak`` is the derivative of the presynaptic node's drift with respect to
        this weight (0 where the node is clamped, or its drift has no ``w_out``), both at the free equilibrium; ``w``
        is the weight, ``beta`` the nudging strength. An *online* rule is evaluated at each step of the nudged phase,
        on ``pre`` and ``post`` after the step and on ``dpre`` and ``dpost``, their differences in it, and ``w``.
    kind : {"readout", "online"}
        Whether the rule is evaluated once or at each step.
    average : bool
        Whether an online rule is averaged over the solver's number of steps; else it is summed.
    transposed : bool
        Whether activity also returns along the edges in the nudged phases: the drift gets (J' - J)(s - s_free).
    random_sign : bool
        Whether the sign of beta is drawn anew for each sample and update.
    clamp : float
        How far the outputs of the clamped phase are moved from where they are free towards their targets, 0 to 1.
    lift : float
        The share, 0 to 1, by which a node at a bound of the box responds to a force back into it, in the response
        phase. With 0 it does not respond, as its gradient is 0.
    symmetric : bool
        Whether the rule is right only where every edge between free nodes is tied to the edge back.
    name : str
        The name of the rule in results.

    Raises
    ------
    LocalityError
        If the expression names anything else: the rule would not be local.
    ExpressionError
        If the expression cannot be read.
    ParameterError
        If the other arguments do not go with the phases.

    Examples
    --------
    >>> hebb = Rule("post_nudged*pre_nudged - post_free*pre_free", name="contrastive")
    >>> hebb.phases
    ('nudged',)
    >>> Rule("pre_free * sum_post")
    Traceback (most recent call last):
    ...
    neurograph.errors.LocalityError: a readout rule uses 'sum_post', which is not at either end of its edge: ...
    """

    change: str
    kind: Literal["readout", "online"] = "readout"
    average: bool = False
    transposed: bool = False
    random_sign: bool = False
    clamp: float = 1.0
    lift: float = 0.0
    symmetric: bool = False
    name: str = "custom"

    def __post_init__(self) -> None:
        """Check that the rule is local, and that its arguments agree with its phases."""
        if self.kind not in ("readout", "online"):
            raise ParameterError(f"kind is {self.kind!r}: expected 'readout' or 'online'")
        if self.average and self.kind == "readout":
            raise ParameterError("average is True for a readout rule, which has no steps: expected an online rule")
        _ = self.expression
        checked_number("clamp", self.clamp, above=0.0, most=1.0)
        checked_number("lift", self.lift, least=0.0, most=1.0)
        if self.lift and "response" not in self.phases:
            raise ParameterError(f"lift is {self.lift!r}, but {self.change!r} names no response phase")
        for name in ("transposed", "random_sign"):
            if getattr(self, name) and not self.nudged:
                raise ParameterError(
                    f"{name} is True, but {self.change!r} names neither the nudged nor the opposite phase: "
                    "expected a rule with one of them"
                )
        if self.clamp != 1.0 and "clamped" not in self.phases:
            raise ParameterError(f"clamp is {self.clamp!r}, but {self.change!r} names no clamped phase")

    @cached_property
    def expression(self) -> Expression:
        """The change, checked."""
        vocabulary = READOUT if self.kind == "readout" else ONLINE
        return LocalExpression(self.change, vocabulary, f"a {self.kind} rule")

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The phases after the free one that the rule needs, in their order."""
        symbols = self.expression.symbols
        if self.kind == "online":
            return ("nudged",)
        return tuple(phase for phase in PHASES if any(symbol.endswith(f"_{phase}") for symbol in symbols))

    @property
    def nudged(self) -> bool:
        """Whether there is a phase of nudging strength beta."""
        return bool({"nudged", "opposite"} & set(self.phases))


class LocalExpression(Expression):
    """An expression whose unknown names raise :class:`LocalityError`."""

    def _unknown_name(self, name: str) -> None:
        raise LocalityError(
            f"{self.what} uses {name!r}, which is not at either end of its edge: expected only "
            f"{', '.join(self.vocabulary)}"
        )


def stdp(average: bool = True) -> Rule:
    r"""DEEP's online rule: presynaptic activity times the change of postsynaptic activity, along the nudged phase.

    .. math:: \Delta W_{ij} \propto \langle s_i(t+1) (s_j(t+1) - s_j(t)) \rangle

    It needs the free phase, a nudged one, and synapses that see the change of their postsynaptic neuron. Its direction
    is near that of :func:`vector_field` where the presynaptic activity hardly changes; on a graph with cycles it is not
    the gradient.

    Parameters
    ----------
    average : bool
        The paper's mean over the steps of the phase, so that the learning rate must grow with their number;
        False sums over them, which no longer depends on their number nor on dt.

    References
    ----------
    Farinha, Pequito, Santos, Figueiredo, Equilibrium propagation for complete directed neural networks, ESANN 2020,
    arXiv 2006.08798.
    """
    return Rule("pre*dpost", kind="online", average=average, name="stdp")


def vector_field() -> Rule:
    r"""Equilibrium propagation for vector-field dynamics.

    .. math:: \Delta W_{ij} = f(s_i^{free}) (s_j^{nudged} - s_j^{free}) / \beta

    It needs two phases, and no activity along an edge against its direction. For beta to 0 it is the gradient where
    W = W' and dg/dI is 1; the less symmetric the graph, the larger is its error.

    References
    ----------
    Scellier, Goyal, Binas, Mesnard, Bengio, Generalization of equilibrium propagation to vector field dynamics, 2018,
    arXiv 1808.04873.
    """
    return Rule("pre_sent_free*(post_nudged - post_free)/beta", name="vector field")


def deep() -> Rule:
    r"""DEEP's two-term rule: the weight's effect on its postsynaptic node, and on its presynaptic node's leak.

    .. math:: \Delta W_{ij} = [ s_i^{free} (s_j^{nudged} - s_j^{free})
        + \frac{\partial g_i}{\partial W_{ij}} (s_i^{nudged} - s_i^{free}) ] / \beta

    For the signed leak the derivative is -s_i, for the absolute leak -s_i sign(W_ij), and 0 where i is clamped. It
    needs two phases. For beta to 0 it is the gradient where W = W', and near it (median cosine .94 to .97) on complete
    digraphs with small weights.
    """
    return Rule("(pre_sent_free*(post_nudged - post_free) + pre_leak*(pre_nudged - pre_free))/beta", name="deep")


def ep() -> Rule:
    r"""Equilibrium propagation, for networks with an energy.

    .. math:: \Delta W_{ij} = [ f(s_i^{nudged}) f(s_j^{nudged}) - f(s_i^{free}) f(s_j^{free}) ] / \beta

    for the pair of tied edges; each of the two has the half that its postsynaptic node's change contributes. It needs
    two phases and symmetric edges. For beta to 0 it is the gradient, up to O(beta), where the drift is that of an
    energy, as in :func:`neurograph.dynamics.hopfield`.

    References
    ----------
    Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based models and backpropagation,
    Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.
    """
    return Rule(_product("nudged", "free", "beta"), symmetric=True, name="ep")


def centred_ep() -> Rule:
    r"""Centred equilibrium propagation: the difference of two phases nudged in opposite directions.

    .. math:: \Delta W_{ij} = [ f(s_i^{+}) f(s_j^{+}) - f(s_i^{-}) f(s_j^{-}) ] / 2 \beta

    It needs three phases, a nudge of either sign, and symmetric edges. It is the gradient of an energy network up to
    O(beta^2).

    References
    ----------
    Laborieux, Ernoult, Scellier, Bengio, Grollier, Querlioz, Scaling equilibrium propagation to deep ConvNets by
    drastically reducing its gradient estimator bias, Frontiers in Neuroscience 15, 2021, arXiv 2006.03824.
    """
    return Rule(_product("nudged", "opposite", "(2*beta)"), symmetric=True, name="centred ep")


def random_sign_ep() -> Rule:
    """Equilibrium propagation whose beta has a random sign, drawn for each sample.

    Its mean over the signs is the gradient of an energy network up to O(beta^2). It needs two phases, a nudge of
    either sign, and symmetric edges.

    References
    ----------
    Laborieux, Ernoult, Scellier, Bengio, Grollier, Querlioz, Scaling equilibrium propagation to deep ConvNets by
    drastically reducing its gradient estimator bias, Frontiers in Neuroscience 15, 2021, arXiv 2006.03824.
    """
    return Rule(_product("nudged", "free", "beta"), symmetric=True, random_sign=True, name="random-sign ep")


def contrastive_hebbian() -> Rule:
    r"""Contrastive Hebbian learning: outputs clamped at their targets, less outputs free.

    .. math:: \Delta W_{ij} = f(s_i^{clamped}) f(s_j^{clamped}) - f(s_i^{free}) f(s_j^{free})

    It needs two phases and symmetric edges. It descends the difference of the two energies, which is the gradient of
    the squared error only as the outputs near their targets, up to a factor for each output.

    References
    ----------
    Movellan, Contrastive Hebbian learning in the continuous Hopfield model, Connectionist Models, 1991.
    """
    return Rule(_product("clamped", "free", "1.0"), symmetric=True, name="contrastive hebbian")


def coupled_learning(eta: float = 0.1) -> Rule:
    r"""Coupled learning: outputs clamped a little nearer to their targets than they are when free.

    .. math:: \Delta W_{ij} = [ f(s_i^{clamped}) f(s_j^{clamped}) - f(s_i^{free}) f(s_j^{free}) ] / \eta,
        \quad s_{out}^{clamped} = s^{free} + \eta (y - s^{free})

    It needs two phases and symmetric edges. As eta goes to 0 it is the gradient of a cost that weighs the outputs'
    errors by the stiffness of the network.

    Parameters
    ----------
    eta : float
        How far, above 0 and at most 1 (which is contrastive Hebbian learning).

    Raises
    ------
    ParameterError
        If eta is out of range.

    References
    ----------
    Stern, Hexner, Rocks, Liu, Supervised learning in physical networks: from machine learning to learning machines,
    Physical Review X 11, 021045, 2021, arXiv 2011.03861.
    """
    eta = checked_number("eta", eta, above=0.0, most=1.0)
    return Rule(_product("clamped", "free", repr(eta)), clamp=eta, symmetric=True, name="coupled learning")


def asymmetric_ep(finite: bool = False, lift: float | None = None) -> Rule:
    r"""Asymmetric equilibrium propagation: with no lift the exact gradient on any directed graph.

    .. math:: \Delta W_{ij} = f(s_i) \frac{\partial g_j}{\partial I_j} d_j + \frac{\partial g_i}{\partial W_{ij}} d_i

    at the free equilibrium, where d solves J' d = dC/ds: the response of the network with its edges turned round. The
    second term is that of drifts with ``w_out`` in them. It needs two phases, and edges along which activity also
    returns, from post to pre; the edge still sees only its own two ends. With ``lift=0`` it is minus the gradient of
    the cost on every graph, symmetric or not, up to how well both phases settle.

    A neuron at a bound of the box has no gradient, and a network whose outputs are at 0 would never learn: `lift` is
    the share by which such a neuron responds to a force back into the box. Of 1000 networks of 5 hidden DEEP neurons
    995 learn XOR with a lift of 0.1, and a third with none. Where no neuron is at a bound, it changes nothing; where
    one is, the default is not the gradient, as :func:`neurograph.gradient_check` says.

    Without `finite`, the phase is the linear response: the drift linearised at the free equilibrium, which settles
    wherever the free phase is stable, needs no beta and is exact. With `finite`, the nonlinear network
    itself is nudged by +beta and -beta with (J' - J)(s - s_free) added to its drift, as a physical system would be:
    two phases instead of one, an error of O(beta^2), and it can leave for another equilibrium even at a small beta. A
    sample whose contrast does not solve J' d = dC/ds is not learned from, in either case; finite nudges leave more than
    a quarter of dC/ds unsolved where beta is not well below the leaks. Hence the default.

    Parameters
    ----------
    finite : bool
        Whether to nudge by a finite beta.
    lift : float, optional
        From 0, the gradient and nothing else, to 1; default 0.1. Finite nudges lift by themselves.

    Raises
    ------
    ParameterError
        If `lift` is out of range, or given with `finite`.

    References
    ----------
    Scurria, Vanden Abeele, Mognetti, Massar, Equilibrium propagation for non-conservative systems, PMLR 306, 2026,
    arXiv 2602.03670. Backpropagation through equilibria: Almeida, A learning rule for asynchronous perceptrons with
    feedback in a combinatorial environment, ICNN 1987; Pineda, Generalization of back-propagation to recurrent neural
    networks, Physical Review Letters 59, 1987.
    """
    if not finite:
        change = "pre_sent_free*post_slope*post_response + pre_leak*pre_response"
        return Rule(change, lift=DEFAULT_LIFT if lift is None else lift, name="asymmetric ep")
    if lift is not None:
        raise ParameterError(f"lift is {lift!r}, but a finite nudge lifts by itself: leave one of lift and finite out")
    change = "pre_sent_free*post_slope*(post_nudged - post_opposite) + pre_leak*(pre_nudged - pre_opposite)"
    return Rule(f"({change})/(2*beta)", transposed=True, name="asymmetric ep (finite)")


@dataclass(frozen=True, repr=False)
class ThroughTime(Rule):
    """Backpropagation through time, which is not local; made by :func:`through_time`."""

    change: str = ""
    name: str = "through time"

    def __post_init__(self) -> None:
        """Leave it unread: there is no expression of the two ends of an edge."""

    def __repr__(self) -> str:
        """Return the call, and that it is not local."""
        return "through_time() (not local: it needs the states of all steps, and the weights transposed)"

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """It has none."""
        return ()


def through_time() -> Rule:
    r"""Backpropagation through time: the exact gradient of a unitary network along sequences. It is not local.

    A synapse would have to know the states of all steps, and the errors come back through W*, the weights transposed
    and conjugate. It learns on the manifold of W: the phases theta of diagonal factors exp(i theta), the vectors r of
    reflections 1 - 2 r r*/\|r\|^2, which leaves W unitary whatever the step; and V, U and biases, each real and
    imaginary part a number.

    References
    ----------
    Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE 78(10), 1990; Arjovsky,
    Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.
    """
    return ThroughTime()


def _product(after: str, before: str, scale: str) -> str:
    """Return the equation of one edge's half of f(s_i) f(s_j) after, less before."""
    # A difference of products is mean(f_i) (change of f_j) + mean(f_j) (change of f_i), means and changes over the two
    # phases: the edge i -> j has the first term and its tied edge j -> i the second.
    mean = f"0.5*(pre_sent_{after} + pre_sent_{before})"
    return f"{mean}*(post_sent_{after} - post_sent_{before})/{scale}"


public_names(__name__, __all__)

RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make
    for make in (
        stdp, vector_field, deep, ep, centred_ep, random_sign_ep, contrastive_hebbian, coupled_learning, asymmetric_ep,
    )
}  # fmt: skip
"""The function that makes each rule, by name; the command and the conformance suites run over them."""
