"""The named rules of binary neurons, which are evaluated on states that are drawn."""

from __future__ import annotations

from neurograph.learning.rule import Rule

FLOW = "(post_data - 0.5)*post_rate*pre_data"
"""What an edge adds to the descent of the probability flow."""


def variational_probability_flow(sweeps: int = 1) -> Rule:
    r"""Variational probability flow, for binary neurons: each flip away from the data becomes rarer.

    Parameters
    ----------
    sweeps : int
        Over the hidden neurons, for each sample in each epoch; more than one where they have edges among themselves.

    Returns
    -------
    Rule
        It needs one phase, a neuron's own state and rate, and none of the model's states.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    Notes
    -----
    .. math:: \Delta W_{ij} = (s_j - \tfrac 1 2) r_j s_i, \quad r_j = e^{(1/2 - s_j) a_j}

    is the half of an edge from i to j of weight :math:`W_{ij}`, with s the states, 0 or 1, and :math:`a_j` the log odds
    of :func:`neurograph.dynamics.binary`; its tied edge adds the other half [1]_. With the visible neurons v at the
    data and the hidden ones h drawn from P(h | v) it descends the flow out of the data, :math:`K = \sum_j r_j`. Where h
    is drawn exactly, the flips of hidden neurons add nothing in the mean. Without ties each neuron fits its own P(s_j |
    the others), which need not go together.

    References
    ----------
    .. [1] Liu, Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks,
       AAAI 2018, arXiv 1711.07732.

    Examples
    --------
    Two neurons that are always alike, in data; the flow out of them falls, and they become likely:

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 0.0}), ("b", "a", {"weight": 0.0})])
    >>> nx.set_node_attributes(graph, {node: {"role": "output", "bias": 0.0} for node in "ab"})
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
    >>> rule, x = ng.rules.variational_probability_flow(), [[0, 0], [1, 1]]
    >>> fit = ng.train(network, x, rule=rule, optimiser=ng.optimisers.adam(0.1), epochs=30, seed=0)
    >>> [ng.log_likelihood(one, x).mean().round(2).item() for one in (network, fit.network)]
    [-1.39, -1.03]
    """
    return Rule(FLOW, kind="sampled", sweeps=sweeps, name="variational probability flow")


def minimum_probability_flow(sweeps: int = 1) -> Rule:
    r"""Minimum probability flow, for binary neurons: :func:`variational_probability_flow` by visible flips alone.

    Parameters
    ----------
    sweeps : int
        As of :func:`variational_probability_flow`.

    Returns
    -------
    Rule
        It needs what that one needs.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    Notes
    -----
    .. math:: \Delta W_{ij} = (s_j - \tfrac 1 2) r_j s_i \quad \text{where } j \text{ is visible, else } 0

    with weights, states s and rates r as there [1]_. Without hidden neurons the two rules are one; with some, these are
    drawn from P(h | v), as there.

    References
    ----------
    .. [1] Sohl-Dickstein, Battaglino, DeWeese, Minimum probability flow learning, ICML 2011, arXiv 0906.4779.

    Examples
    --------
    Without hidden neurons, a step by either rule is the same:

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 0.5}), ("b", "a", {"weight": 0.5})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
    >>> rules = ng.rules.minimum_probability_flow(), ng.rules.variational_probability_flow()
    >>> one, other = (ng.training_step(network, [[0, 0], [1, 1]], rule=rule, seed=0).network.weights for rule in rules)
    >>> bool((one == other).all()), bool((one > 0.5).all())
    (True, True)
    """
    return Rule(f"post_visible*{FLOW}", kind="sampled", sweeps=sweeps, name="minimum probability flow")


def contrastive_divergence(sweeps: int = 1) -> Rule:
    r"""Contrastive divergence, for binary neurons: states at the data, less states some sweeps later.

    Parameters
    ----------
    sweeps : int
        Also over the hidden neurons, for the data phase.

    Returns
    -------
    Rule
        It needs two phases.

    Raises
    ------
    ParameterError
        If `sweeps` is no whole number >= 1.

    Notes
    -----
    .. math:: \Delta W_{ij} = s_i s_j - s'_i s'_j

    for the pair of tied edges between i and j, of weight :math:`W_{ij}`, with s the states at the data and s' those
    after `sweeps` Gibbs sweeps over all neurons from s [1]_; each of the two edges has the half that its postsynaptic
    neuron's change contributes.

    References
    ----------
    .. [1] Hinton, Training products of experts by minimizing contrastive divergence, Neural Computation 14, 2002.

    Examples
    --------
    Of neurons without weights, half of the states after a sweep are alike: the rule says 1/2 - 1/4.

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 0.0}), ("b", "a", {"weight": 0.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
    >>> rule, x = ng.rules.contrastive_divergence(), np.repeat([[0, 0], [1, 1]], 20000, axis=0)
    >>> step = ng.training_step(network, x, rule=rule, optimiser=ng.optimisers.sgd(1.0), seed=0)
    >>> step.network.weights.round(2).tolist()
    [0.25, 0.25]
    """
    change = "0.5*(pre_data + pre_model)*(post_data - post_model)"
    return Rule(change, kind="sampled", symmetric=True, sweeps=sweeps, name="contrastive divergence")
