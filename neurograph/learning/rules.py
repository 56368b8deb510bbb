"""The named learning rules."""

from __future__ import annotations

from collections.abc import Callable

from neurograph._checks import checked_number, public_names
from neurograph.errors import ParameterError
from neurograph.learning.online_rules import (
    bcm,
    covariance,
    e_prop,
    homeostatic_scaling,
    oja,
    reward_modulated_hebb,
)
from neurograph.learning.rule import Rule, ThroughTime

__all__ = [
    "RULES",
    "Rule",
    "ThroughTime",
    "asymmetric_ep",
    "bcm",
    "centred_ep",
    "contrastive_divergence",
    "contrastive_hebbian",
    "coupled_learning",
    "covariance",
    "deep",
    "e_prop",
    "ep",
    "homeostatic_scaling",
    "minimum_probability_flow",
    "oja",
    "random_sign_ep",
    "reward_modulated_hebb",
    "stdp",
    "through_time",
    "variational_probability_flow",
    "vector_field",
]

DEFAULT_LIFT = 0.1
"""The lift of :func:`asymmetric_ep`."""


def stdp(average: bool = True) -> Rule:
    r"""DEEP's online rule: presynaptic activity times the change of postsynaptic activity, along the nudged phase.

    .. math:: \Delta W_{ij} \propto \langle s_i(t+1) (s_j(t+1) - s_j(t)) \rangle

    It needs the free phase, a nudged one, and synapses that see the change of their postsynaptic neuron. Its direction
    is near that of :func:`vector_field` where the presynaptic activity hardly changes; on a graph with cycles it is not
    the gradient. In :func:`neurograph.simulate` it is dw/dt = s_i ds_j/dt, so that in any run a weight changes by the
    learning rate times the integral of s_i ds_j; there is no nudge there, nor a mean.

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


def variational_probability_flow(sweeps: int = 1) -> Rule:
    r"""Variational probability flow, for binary neurons: each flip away from the data becomes rarer.

    .. math:: \Delta W_{ij} = (s_j - \tfrac 1 2) r_j s_i, \quad r_j = e^{(1/2 - s_j) a_j}

    the half of an edge i -> j, a_j the log odds; its tied edge adds the other. With the visible neurons at the data and
    the hidden ones h drawn from P(h | v) it descends the flow out of the data, K = sum_j r_j. It needs one phase, a
    neuron's own state and rate, and none of the model's states. Where h is drawn exactly, the flips of hidden neurons
    add nothing in the mean. Without ties each neuron fits its own P(s_j | the others), which need not go together.

    Parameters
    ----------
    sweeps : int
        Over the hidden neurons, for each sample in each epoch; more than one where they have edges among themselves.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    References
    ----------
    Liu, Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks, AAAI 2018,
    arXiv 1711.07732.
    """
    return Rule(FLOW, kind="sampled", sweeps=sweeps, name="variational probability flow")


def minimum_probability_flow(sweeps: int = 1) -> Rule:
    r"""Minimum probability flow, for binary neurons: :func:`variational_probability_flow` by visible flips alone.

    .. math:: \Delta W_{ij} = (s_j - \tfrac 1 2) r_j s_i \quad \text{where } j \text{ is visible, else } 0

    Without hidden neurons the two are one; with some, h is drawn from P(h | v), as there.

    Parameters
    ----------
    sweeps : int
        As of :func:`variational_probability_flow`.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    References
    ----------
    Sohl-Dickstein, Battaglino, DeWeese, Minimum probability flow learning, ICML 2011, arXiv 0906.4779.
    """
    return Rule(f"post_visible*{FLOW}", kind="sampled", sweeps=sweeps, name="minimum probability flow")


def contrastive_divergence(sweeps: int = 1) -> Rule:
    r"""Contrastive divergence, for binary neurons: states at the data, less states some sweeps later.

    .. math:: \Delta W_{ij} = s_i s_j - s'_i s'_j

    for the pair of tied edges, s' after `sweeps` Gibbs sweeps over all neurons from s; each of the two has the half
    that its postsynaptic neuron's change contributes. It needs two phases.

    Parameters
    ----------
    sweeps : int
        Also over the hidden neurons, for the data phase.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    References
    ----------
    Hinton, Training products of experts by minimizing contrastive divergence, Neural Computation 14, 2002.
    """
    change = "0.5*(pre_data + pre_model)*(post_data - post_model)"
    return Rule(change, kind="sampled", symmetric=True, sweeps=sweeps, name="contrastive divergence")


FLOW = "(post_data - 0.5)*post_rate*pre_data"
"""What an edge adds to the descent of the probability flow."""


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

SAMPLED_RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make for make in (variational_probability_flow, minimum_probability_flow, contrastive_divergence)
}
"""The named rules of binary neurons."""

ONLINE_RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make for make in (stdp, oja, bcm, homeostatic_scaling, covariance, reward_modulated_hebb, e_prop)
}
"""The named rules of synapses that learn while a network runs."""
