"""The named rules of networks with an energy, whose edges are tied in pairs."""

from __future__ import annotations

from neurograph._checks import checked_number
from neurograph.learning.rule import Rule


def ep() -> Rule:
    r"""Equilibrium propagation, for networks with an energy.

    Returns
    -------
    Rule
        It needs two phases and symmetric edges.

    Notes
    -----
    .. math:: \Delta W_{ij} = [ f(s_i^{nudged}) f(s_j^{nudged}) - f(s_i^{free}) f(s_j^{free}) ] / \beta

    for the pair of tied edges between i and j, of weight :math:`W_{ij}`; each of the two has the half that its
    postsynaptic node's change contributes, with s the states at the end of the two phases, f(s) what a neuron sends and
    :math:`\beta` the nudging strength [1]_. As it goes to 0 this is minus the gradient of the cost, up to
    :math:`O(\beta)`, where the drift is that of an energy, as in :func:`neurograph.dynamics.hopfield`.

    References
    ----------
    .. [1] Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based models and
       backpropagation, Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.

    Examples
    --------
    Half the nudge leaves half the error, beside the exact gradient:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    >>> x, y, rule = [[0.3], [0.6]], [[0.6], [0.4]], ng.rules.ep()
    >>> [round(ng.gradient_check(network, x, y, rule, beta=beta).relative_error, 3) for beta in (0.1, 0.05)]
    [0.075, 0.038]
    """
    return Rule(_product("nudged", "free", "beta"), symmetric=True, name="ep")


def centred_ep() -> Rule:
    r"""Centred equilibrium propagation: the difference of two phases nudged in opposite directions.

    Returns
    -------
    Rule
        It needs three phases, a nudge of either sign, and symmetric edges.

    Notes
    -----
    .. math:: \Delta W_{ij} = [ f(s_i^{+}) f(s_j^{+}) - f(s_i^{-}) f(s_j^{-}) ] / 2 \beta

    with :math:`s^{\pm}` the states at the end of the phases nudged by :math:`\pm\beta` [1]_; weights, halves and f as
    of :func:`ep`. It is minus the gradient of an energy network's cost up to :math:`O(\beta^2)`.

    References
    ----------
    .. [1] Laborieux, Ernoult, Scellier, Bengio, Grollier, Querlioz, Scaling equilibrium propagation to deep ConvNets by
       drastically reducing its gradient estimator bias, Frontiers in Neuroscience 15, 2021, arXiv 2006.03824.

    Examples
    --------
    Half the nudge leaves a quarter of the error, beside the exact gradient:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    >>> x, y, rule = [[0.3], [0.6]], [[0.6], [0.4]], ng.rules.centred_ep()
    >>> [round(ng.gradient_check(network, x, y, rule, beta=beta).relative_error, 4) for beta in (0.1, 0.05)]
    [0.0103, 0.0024]
    """
    return Rule(_product("nudged", "opposite", "(2*beta)"), symmetric=True, name="centred ep")


def random_sign_ep() -> Rule:
    r"""Equilibrium propagation whose beta has a random sign, drawn for each sample.

    Returns
    -------
    Rule
        It needs two phases, a nudge of either sign, and symmetric edges.

    Notes
    -----
    .. math:: \Delta W_{ij} = \zeta\, [ f(s_i^{\zeta}) f(s_j^{\zeta}) - f(s_i^{free}) f(s_j^{free}) ] / \beta

    with :math:`\zeta` = 1 or -1, each with the chance 1/2, and :math:`s^{\zeta}` the states at the end of a phase
    nudged by :math:`\zeta\beta` [1]_; weights, halves and f as of :func:`ep`. Its mean over the signs is that of
    :func:`centred_ep`: minus the gradient of an energy network's cost up to :math:`O(\beta^2)`.

    References
    ----------
    .. [1] Laborieux, Ernoult, Scellier, Bengio, Grollier, Querlioz, Scaling equilibrium propagation to deep ConvNets by
       drastically reducing its gradient estimator bias, Frontiers in Neuroscience 15, 2021, arXiv 2006.03824.

    Examples
    --------
    Of one sample the two signs make two changes, and their mean is nearer to the gradient than either:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    >>> rule = ng.rules.random_sign_ep()
    >>> found = [ng.gradient_check(network, [[0.3]], [[0.6]], rule, beta=0.1, seed=seed) for seed in range(8)]
    >>> low, high = sorted({float(one.change[0].round(4)) for one in found})
    >>> low, high, round((low + high) / 2, 4), float(-found[0].gradient[0].round(4))
    (0.0912, 0.125, 0.1081, 0.1055)
    """
    return Rule(_product("nudged", "free", "beta"), symmetric=True, random_sign=True, name="random-sign ep")


def contrastive_hebbian() -> Rule:
    r"""Contrastive Hebbian learning: outputs clamped at their targets, less outputs free.

    Returns
    -------
    Rule
        It needs two phases and symmetric edges.

    Notes
    -----
    .. math:: \Delta W_{ij} = f(s_i^{clamped}) f(s_j^{clamped}) - f(s_i^{free}) f(s_j^{free})

    with s the states at the end of the two phases, in one of which the outputs are held at their targets [1]_; weights,
    halves and f as of :func:`ep`. It descends the difference of the two energies, which is the gradient of the squared
    error only as the outputs near their targets, up to a factor for each output.

    References
    ----------
    .. [1] Movellan, Contrastive Hebbian learning in the continuous Hopfield model, Connectionist Models, 1991.

    Examples
    --------
    The nearer the target is to the output, the nearer the rule is to the gradient's direction:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    >>> output = float(ng.settle(network, [[0.5]]).outputs[0, 0])
    >>> rule = ng.rules.contrastive_hebbian()
    >>> [round(1 - ng.gradient_check(network, [[0.5]], [[output + gap]], rule).cosine, 5) for gap in (0.4, 0.1)]
    [0.0025, 0.00022]
    """
    return Rule(_product("clamped", "free", "1.0"), symmetric=True, name="contrastive hebbian")


def coupled_learning(eta: float = 0.1) -> Rule:
    r"""Coupled learning: outputs clamped a little nearer to their targets than they are when free.

    Parameters
    ----------
    eta : float
        How far, above 0 and at most 1 (which is contrastive Hebbian learning).

    Returns
    -------
    Rule
        It needs two phases and symmetric edges.

    Raises
    ------
    ParameterError
        If eta is out of range.

    Notes
    -----
    .. math::
        \Delta W_{ij} = [ f(s_i^{clamped}) f(s_j^{clamped}) - f(s_i^{free}) f(s_j^{free}) ] / \eta, \quad
        s_{out}^{clamped} = s_{out}^{free} + \eta (y - s_{out}^{free})

    with s the states at the end of the two phases, and y the targets of the outputs [1]_; weights, halves and f as of
    :func:`ep`. As :math:`\eta` goes to 0 it is minus the gradient of a cost that weighs the outputs' errors by the
    stiffness of the network.

    References
    ----------
    .. [1] Stern, Hexner, Rocks, Liu, Supervised learning in physical networks: from machine learning to learning
       machines, Physical Review X 11, 021045, 2021, arXiv 2011.03861.

    Examples
    --------
    With one output, the weighed cost has the direction of the plain one:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x", "h", 0.8), ("h", "y", 0.6), ("y", "h", 0.6)])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.hopfield())
    >>> x, y = [[0.3], [0.6]], [[0.6], [0.4]]
    >>> [round(ng.gradient_check(network, x, y, ng.rules.coupled_learning(eta)).cosine, 4) for eta in (1.0, 0.01)]
    [0.9923, 1.0]
    """
    eta = checked_number("eta", eta, above=0.0, most=1.0)
    return Rule(_product("clamped", "free", repr(eta)), clamp=eta, symmetric=True, name="coupled learning")


def _product(after: str, before: str, scale: str) -> str:
    """Return the equation of one edge's half of f(s_i) f(s_j) after, less before."""
    # A difference of products is mean(f_i) (change of f_j) + mean(f_j) (change of f_i), means and changes over the two
    # phases: the edge i -> j has the first term and its tied edge j -> i the second.
    mean = f"0.5*(pre_sent_{after} + pre_sent_{before})"
    return f"{mean}*(post_sent_{after} - post_sent_{before})/{scale}"
