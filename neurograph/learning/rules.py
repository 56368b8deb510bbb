"""The named learning rules."""

from __future__ import annotations

from collections.abc import Callable

from neurograph._checks import public_names
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
from neurograph.learning.sampled_rules import (
    contrastive_divergence,
    minimum_probability_flow,
    variational_probability_flow,
)
from neurograph.learning.symmetric_rules import (
    centred_ep,
    contrastive_hebbian,
    coupled_learning,
    ep,
    random_sign_ep,
)

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

    Parameters
    ----------
    average : bool
        The paper's mean over the steps of the phase, so that the learning rate must grow with their number; False sums
        over them, which no longer depends on their number nor on dt.

    Returns
    -------
    Rule
        It needs the free phase, a nudged one, and synapses that see the change of their postsynaptic neuron.

    Raises
    ------
    ParameterError
        If `average` is no bool.

    Notes
    -----
    .. math:: \Delta W_{ij} \propto \langle s_i(t+1) (s_j(t+1) - s_j(t)) \rangle

    with :math:`W_{ij}` the weight of the edge from i to j, :math:`s(t)` the state after step t of the nudged phase, and
    the mean over steps and samples [1]_. Its direction is near that of :func:`vector_field` where the presynaptic
    activity hardly changes; on a graph with cycles it is not the gradient. In :func:`neurograph.simulate` it is
    :math:`\dot W_{ij} = s_i \dot s_j`, so that in any run a weight changes by the learning rate times the integral of
    :math:`s_i\,ds_j`; there is no nudge there, nor a mean.

    References
    ----------
    .. [1] Farinha, Pequito, Santos, Figueiredo, Equilibrium propagation for complete directed neural networks, ESANN
       2020, arXiv 2006.08798.

    Examples
    --------
    How near it comes to the gradient, whose direction has the cosine 1:

    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=1, hidden=3, outputs=1, bias=True, scale=0.1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.deep(extra_leak=1.0))
    >>> round(ng.gradient_check(network, [[0.3], [0.6]], [[0.6], [0.4]], ng.rules.stdp(), beta=0.1).cosine, 2)
    0.98
    """
    return Rule("pre*dpost", kind="online", average=average, name="stdp")


def vector_field() -> Rule:
    r"""Equilibrium propagation for vector-field dynamics.

    Returns
    -------
    Rule
        It needs two phases, and no activity along an edge against its direction.

    Notes
    -----
    .. math:: \Delta W_{ij} = f(s_i^{free}) (s_j^{nudged} - s_j^{free}) / \beta

    with :math:`W_{ij}` the weight of the edge from i to j, s the states at the end of the two phases, f(s) what a
    neuron sends and :math:`\beta` the nudging strength [1]_. As it goes to 0 the rule is minus the gradient of the cost
    where W = W' and dg/dI, the slope of the drift by the summed input, is 1; the less symmetric the graph, the larger
    is its error.

    References
    ----------
    .. [1] Scellier, Goyal, Binas, Mesnard, Bengio, Generalization of equilibrium propagation to vector field dynamics,
       2018, arXiv 1808.04873.

    Examples
    --------
    On a directed graph and on the same with symmetric weights:

    >>> import neurograph as ng
    >>> x, y, rule = [[0.3], [0.6]], [[0.6], [0.4]], ng.rules.vector_field()
    >>> graph = ng.topologies.complete(inputs=1, hidden=3, outputs=1, bias="neurons", scale=0.4, seed=1)
    >>> for each in (graph, ng.topologies.symmetric(graph)):
    ...     network = ng.compile(each, ng.Dynamics("-s + I + b"))
    ...     print(round(ng.gradient_check(network, x, y, rule, beta=0.01).cosine, 2))
    0.86
    1.0
    """
    return Rule("pre_sent_free*(post_nudged - post_free)/beta", name="vector field")


def deep() -> Rule:
    r"""DEEP's two-term rule: the weight's effect on its postsynaptic node, and on its presynaptic node's leak.

    Returns
    -------
    Rule
        It needs two phases.

    Notes
    -----
    .. math::
        \Delta W_{ij} = \Bigl[ s_i^{free} (s_j^{nudged} - s_j^{free})
        + \frac{\partial g_i}{\partial W_{ij}} (s_i^{nudged} - s_i^{free}) \Bigr] / \beta

    with :math:`W_{ij}` the weight of the edge from i to j, s the states at the end of the two phases, :math:`g_i` the
    drift of the presynaptic node and :math:`\beta` the nudging strength. Of the signed leak the derivative is
    :math:`-s_i`, of the absolute leak :math:`-s_i\,\mathrm{sign}(W_{ij})`, and 0 where i is clamped. As :math:`\beta`
    goes to 0 it is the gradient where W = W', and near it (median cosine .94 to .97) on complete digraphs with small
    weights.

    The second term follows from the definition of the leak of :func:`neurograph.dynamics.deep`; the first is that of
    :func:`vector_field`.

    Examples
    --------
    Beside the rule without the second term:

    >>> import neurograph as ng
    >>> graph = ng.topologies.complete(inputs=1, hidden=3, outputs=1, bias=True, scale=0.1, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.deep(extra_leak=1.0))
    >>> for rule in (ng.rules.vector_field(), ng.rules.deep()):
    ...     print(round(ng.gradient_check(network, [[0.3], [0.6]], [[0.6], [0.4]], rule, beta=0.01).cosine, 3))
    0.984
    0.992
    """
    return Rule("(pre_sent_free*(post_nudged - post_free) + pre_leak*(pre_nudged - pre_free))/beta", name="deep")


def asymmetric_ep(finite: bool = False, lift: float | None = None) -> Rule:
    r"""Asymmetric equilibrium propagation: with no lift the exact gradient on any directed graph.

    A neuron at a bound of the box has no gradient, and a network whose outputs are at 0 would never learn: `lift` is
    the share by which such a neuron responds to a force back into the box. Of 1000 networks of 5 hidden DEEP neurons
    995 learn XOR with a lift of 0.1, and a third with none. Where no neuron is at a bound, it changes nothing; where
    one is, the default is not the gradient, as :func:`neurograph.gradient_check` says.

    Without `finite`, the phase is the linear response: the drift linearised at the free equilibrium, which settles
    wherever the free phase is stable, needs no beta and is exact. With `finite`, the nonlinear network itself is nudged
    by +beta and -beta with (J' - J)(s - s_free) added to its drift, as a physical system would be: two phases instead
    of one, an error of O(beta^2), and it can leave for another equilibrium even at a small beta. A sample whose
    contrast does not solve the equation of d is not learned from, in either case; finite nudges leave more than a
    quarter of dC/ds unsolved where beta is not well below the leaks. Hence the default.

    Parameters
    ----------
    finite : bool
        Whether to nudge by a finite beta.
    lift : float, optional
        From 0, the gradient and nothing else, to 1; default 0.1. Finite nudges lift by themselves.

    Returns
    -------
    Rule
        It needs two phases, and edges along which activity also returns, from post to pre.

    Raises
    ------
    ParameterError
        If `lift` is out of range, or given with `finite`.

    Notes
    -----
    .. math::
        \Delta W_{ij} = f(s_i) \frac{\partial g_j}{\partial I_j} d_j + \frac{\partial g_i}{\partial W_{ij}} d_i, \quad
        J' d = \frac{\partial C}{\partial s}

    at the free equilibrium s, with :math:`W_{ij}` the weight of the edge from i to j, f(s) what a neuron sends, g the
    drift, :math:`I_j` the summed input, J the Jacobian of the drift, C the cost, and d the response of the network with
    its edges turned round [1]_. The second term is that of drifts with ``w_out`` in them. The edge still sees only its
    own two ends. With ``lift=0`` it is minus the gradient of the cost on every graph, symmetric or not, up to how well
    both phases settle: backpropagation through equilibria [2]_, [3]_.

    References
    ----------
    .. [1] Scurria, Vanden Abeele, Mognetti, Massar, Equilibrium propagation for non-conservative systems, PMLR 306,
       2026, arXiv 2602.03670.
    .. [2] Almeida, A learning rule for asynchronous perceptrons with feedback in a combinatorial environment, ICNN
       1987.
    .. [3] Pineda, Generalization of back-propagation to recurrent neural networks, Physical Review Letters 59, 1987.

    Examples
    --------
    >>> import neurograph as ng
    >>> x, y = [[0.3], [0.6]], [[0.6], [0.4]]
    >>> graph = ng.topologies.complete(inputs=1, hidden=3, outputs=1, bias=True, scale=0.5, seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.gradient_check(network, x, y, ng.rules.asymmetric_ep()).relative_error < 1e-8
    True
    >>> finite = ng.rules.asymmetric_ep(finite=True)
    >>> [round(ng.gradient_check(network, x, y, finite, beta=beta).relative_error, 4) for beta in (0.2, 0.1)]
    [0.0413, 0.01]
    """
    if not finite:
        change = "pre_sent_free*post_slope*post_response + pre_leak*pre_response"
        return Rule(change, lift=DEFAULT_LIFT if lift is None else lift, name="asymmetric ep")
    if lift is not None:
        raise ParameterError(f"lift is {lift!r}, but a finite nudge lifts by itself: leave one of lift and finite out")
    change = "pre_sent_free*post_slope*(post_nudged - post_opposite) + pre_leak*(pre_nudged - pre_opposite)"
    return Rule(f"({change})/(2*beta)", transposed=True, name="asymmetric ep (finite)")


def through_time() -> Rule:
    r"""Backpropagation through time: the exact gradient of a unitary network along sequences. It is not local.

    A synapse would have to know the states of all steps, and the errors come back through W*, the weights transposed
    and conjugate.

    Returns
    -------
    ThroughTime
        For unitary networks alone.

    Notes
    -----
    .. math::
        \Delta \theta = -\sum_t \frac{dC}{dh_t} \frac{\partial h_t}{\partial \theta}, \quad
        \frac{dC}{dh_t} = \frac{\partial C}{\partial h_t} + \frac{dC}{dh_{t+1}} \frac{\partial h_{t+1}}{\partial h_t}

    with :math:`\theta` each parameter of W, V and the neurons' biases (U and d are outside of the loop), C the cost of
    the outputs, and :math:`h_t` the states of :func:`neurograph.dynamics.unitary` after step t, real and imaginary
    parts two numbers each [1]_, [2]_. It learns on the manifold of W: the phases of diagonal factors
    :math:`e^{i\theta}`, the vectors r of reflections :math:`1 - 2 r r^*/\|r\|^2`, which leaves W unitary whatever the
    step; and V, U and biases, each real and imaginary part a number.

    References
    ----------
    .. [1] Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE 78(10), 1990.
    .. [2] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    After a step W still turns states and does not stretch them:

    >>> import neurograph as ng
    >>> x, y = ng.tasks.adding(length=5, samples=4, seed=0)
    >>> network = ng.compile(ng.topologies.unitary(inputs=2, units=4, outputs=1, seed=0), ng.dynamics.unitary())
    >>> ng.gradient_check(network, x, y, ng.rules.through_time()).relative_error < 1e-6
    True
    >>> fit = ng.train(network, x, y, rule=ng.rules.through_time(), epochs=1, seed=0, progress=False)
    >>> ng.certify(fit.network)["norm_conservation"].verdict
    <Verdict.PROVED: 'PROVED'>
    """
    return ThroughTime()


public_names(__name__, __all__)

RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make
    for make in (
        stdp, vector_field, deep, ep, centred_ep, random_sign_ep, contrastive_hebbian, coupled_learning, asymmetric_ep,
    )
}  # fmt: skip
"""The function that makes each rule, by name; the command and the conformance suites run over them.

Examples
--------
Those whose edges have to be tied in pairs:

>>> [name for name in RULES if RULES[name]().symmetric]
['ep', 'centred_ep', 'random_sign_ep', 'contrastive_hebbian', 'coupled_learning']
"""

SAMPLED_RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make for make in (variational_probability_flow, minimum_probability_flow, contrastive_divergence)
}
"""The named rules of binary neurons."""

ONLINE_RULES: dict[str, Callable[..., Rule]] = {
    make.__name__: make for make in (stdp, oja, bcm, homeostatic_scaling, covariance, reward_modulated_hebb, e_prop)
}
"""The named rules of synapses that learn while a network runs."""
