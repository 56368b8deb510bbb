"""The named rules of synapses that learn while a network runs; :mod:`neurograph.rules` has them beside the others."""

from __future__ import annotations

from neurograph._checks import checked_number
from neurograph.learning.rule import Rule


def oja(alpha: float = 1.0) -> Rule:
    r"""Oja's rule: Hebbian growth, less what keeps the weights into a neuron at one length.

    Parameters
    ----------
    alpha : float
        Strength of the decay, above 0.

    Returns
    -------
    Rule
        It needs both activities and the weight, at the synapse.

    Raises
    ------
    ParameterError
        If alpha is out of range.

    Notes
    -----
    .. math:: \dot W_{ij} = s_j (s_i - \alpha s_j W_{ij})

    with :math:`W_{ij}` the weight of the edge from i to j and s the activities [1]_. Into a linear neuron, :math:`\tau
    \dot s_j = -s_j + \sum_i W_{ij} s_i`, it converges for a small learning rate eta to a vector of length 1/sqrt(alpha)
    along the first eigenvector of <s_i r_k>, r being s low-passed by tau: where the inputs change more slowly than the
    neuron does, or at random from one value held to the next, that is the first principal component of inputs with the
    mean 0, and of others the first eigenvector of the uncentred <s_i s_k>. All neurons that hear the same inputs find
    the same one. In steps of dt the length is off by O(dt), unless the neuron follows at once ("euler" with dt = tau);
    eta dt times the largest eigenvalue must be below 1.

    References
    ----------
    .. [1] Oja, A simplified neuron model as a principal component analyzer, Journal of Mathematical Biology 15, 1982.

    Examples
    --------
    Two inputs that vary along (0.8, 0.6), and a little beside:

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("a", "y", 0.1), ("b", "y", 0.1)])
    >>> nx.set_node_attributes(graph, {"a": "input", "b": "input", "y": "output"}, "role")
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1, 2000, 1)) * [0.8, 0.6] + rng.normal(0.0, 0.05, (1, 2000, 2))
    >>> network, learning = ng.compile(graph, ng.Dynamics("-s + I")), {"rule": ng.rules.oja(), "learning_rate": 0.05}
    >>> ng.simulate(network, x, dt=1.0, method="euler", **learning).learned.weights.round(1).tolist()
    [0.8, 0.6]
    """
    alpha = checked_number("alpha", alpha, above=0.0)
    return Rule("post*(pre - alpha*post*w)", parameters={"alpha": alpha}, name="oja")


def bcm(tau: float = 100.0, scale: float = 1.0) -> Rule:
    r"""Bienenstock, Cooper and Munro: depression below a threshold that slides with the neuron's own activity.

    Parameters
    ----------
    tau : float
        Time constant of the threshold, above 0.
    scale : float
        The activity to which the squared activity is compared, above 0; in a box that ends at 1 at most
        the smallest p.

    Returns
    -------
    Rule
        It needs a trace of the postsynaptic activity.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math:: \dot W_{ij} = s_i s_j (s_j - \theta_j), \quad \tau \dot \theta_j = s_j^2 / y_0 - \theta_j

    with :math:`W_{ij}` the weight of the edge from i to j, s the activities [1]_, and :math:`\theta` the threshold in
    the form of Intrator and Cooper [2]_, the mean of the squared activity. A linear neuron that hears orthogonal
    patterns, one at a time, becomes selective: its answers converge to y_0/p for one of them, shown in a share p of the
    time, and to 0 for the others, from almost every start where one answer is above 0. That holds if tau is long beside
    the time in which all patterns are shown, and short beside that of learning: a selective neuron is stable for eta
    tau y_0 \|x\|^2 < 1, with eta the learning rate and x its pattern, and oscillates beyond. Samples that run side by
    side have a threshold each, so that patterns must follow one another in time.

    References
    ----------
    .. [1] Bienenstock, Cooper, Munro, Theory for the development of neuron selectivity, Journal of Neuroscience 2,
       1982.
    .. [2] Intrator and Cooper, Objective function formulation of the BCM theory of visual cortical plasticity, Neural
       Networks 5, 1992.

    Examples
    --------
    Two patterns, each shown half of the time: the answer to one goes to 2, that to the other to 0.

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("a", "y", 0.5), ("b", "y", 0.4)])
    >>> nx.set_node_attributes(graph, {"a": "input", "b": "input", "y": "output"}, "role")
    >>> x = np.tile(np.repeat(np.eye(2), 5, axis=0), (500, 1))[None]
    >>> network = ng.compile(graph, ng.Dynamics("-s + I"))
    >>> learning = {"rule": ng.rules.bcm(tau=50.0), "learning_rate": 0.005}
    >>> ng.simulate(network, x, dt=1.0, method="euler", **learning).learned.weights.round(1).tolist()
    [2.0, 0.0]
    """
    numbers = {"tau": checked_number("tau", tau, above=0.0), "scale": checked_number("scale", scale, above=0.0)}
    return Rule(
        "pre*post*(post - theta)", traces={"theta": "(post**2/scale - theta)/tau"}, parameters=numbers, name="bcm"
    )


def homeostatic_scaling(target: float = 0.5, tau: float = 10.0) -> Rule:
    r"""Synaptic scaling: all weights into a neuron grow while it is less active than its target, and else shrink.

    Parameters
    ----------
    target : float
        r, the activity that each neuron is to have in the mean, above 0.
    tau : float
        Time constant of the running mean, above 0.

    Returns
    -------
    Rule
        It needs a running mean of the postsynaptic activity.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math:: \dot W_{ij} = W_{ij} (r - \bar s_j), \quad \tau \dot{\bar s}_j = s_j - \bar s_j

    with :math:`W_{ij}` the weight of the edge from i to j, :math:`s_j` the activity and :math:`\bar s_j` its running
    mean [1]_, [2]_. Every plastic weight into a neuron is multiplied by the same factor, so that their ratios stay; 0
    stays 0. The mean activity converges to r where larger weights make the neuron more active, so with more excitation
    than inhibition along plastic edges. A linear neuron of leak 1 with constant inputs, all plastic, settles if eta r <
    1 + 1/tau, with eta the learning rate; beyond, it oscillates.

    References
    ----------
    .. [1] Turrigiano, Leslie, Desai, Rutherford, Nelson, Activity-dependent scaling of quantal amplitude in neocortical
       neurons, Nature 391, 1998.
    .. [2] Turrigiano, The self-tuning neuron: synaptic scaling of excitatory synapses, Cell 135, 2008.

    Examples
    --------
    Weights of 2 to 1 stay so, and come to the target together:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("a", "y", 0.2), ("b", "y", 0.1)])
    >>> nx.set_node_attributes(graph, {"a": "input", "b": "input", "y": "output"}, "role")
    >>> learning = {"rule": ng.rules.homeostatic_scaling(target=0.6), "learning_rate": 0.1}
    >>> run = ng.simulate(ng.compile(graph, ng.Dynamics("-s + I")), [[[1.0, 1.0]]], dt=0.1, hold=300.0, **learning)
    >>> run.learned.weights.round(3).tolist()
    [0.4, 0.2]
    """
    numbers = {"target": checked_number("target", target, above=0.0), "tau": checked_number("tau", tau, above=0.0)}
    return Rule(
        "w*(target - mean)", traces={"mean": "(post - mean)/tau"}, parameters=numbers, name="homeostatic scaling"
    )


def covariance(tau: float = 100.0) -> Rule:
    r"""Sejnowski's covariance rule: a weight grows while both ends are on one side of their means, and else shrinks.

    Parameters
    ----------
    tau : float
        Time constant of both running means, above 0. They begin at 0, so that the first few tau count
        means too.

    Returns
    -------
    Rule
        It needs a running mean of either end.

    Raises
    ------
    ParameterError
        If tau is out of range.

    Notes
    -----
    .. math:: \dot W_{ij} = (s_i - \bar s_i) (s_j - \bar s_j), \quad \tau \dot{\bar s} = s - \bar s

    with :math:`W_{ij}` the weight of the edge from i to j, s the activities and :math:`\bar s` their running means
    [1]_. Its mean is the covariance of s_i and s_j where both vary faster than tau; of what varies with the angular
    frequency omega, both pass with the share omega^2 tau^2/(1 + omega^2 tau^2) of it, and of values that are drawn anew
    in each step, it is 1/(1 - dt/(2 tau)) times the covariance, for the running means vary too. The weights into a
    linear neuron do not converge: they grow along the first principal component of its inputs without limit, and need
    `bounds`, or `incoming` of :func:`neurograph.simulate`.

    References
    ----------
    .. [1] Sejnowski, Storing covariance with nonlinearly interacting neurons, Journal of Mathematical Biology 4, 1977.

    Examples
    --------
    An input that is always on teaches nothing, however active it is; one that varies does:

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("a", "y", 0.1), ("b", "y", 0.1)])
    >>> nx.set_node_attributes(graph, {"a": "input", "b": "input", "y": "output"}, "role")
    >>> x = np.column_stack([np.ones(2000), np.random.default_rng(0).normal(size=2000)])[None]
    >>> network = ng.compile(graph, ng.Dynamics("-s + I"))
    >>> learning = {"rule": ng.rules.covariance(tau=10.0), "learning_rate": 0.001}
    >>> run = ng.simulate(network, x, start=x[0, 0, 0], dt=1.0, method="euler", **learning)
    >>> run.learned.weights.round(1).tolist()
    [0.1, 0.8]
    """
    return Rule(
        "(pre - pre_mean)*(post - post_mean)",
        traces={"pre_mean": "(pre - pre_mean)/tau", "post_mean": "(post - post_mean)/tau"},
        parameters={"tau": checked_number("tau", tau, above=0.0)},
        name="covariance",
    )


def reward_modulated_hebb(tau: float = 1.0, tau_mean: float = 20.0) -> Rule:
    r"""Reward-modulated Hebbian learning, of three factors: what noise has tried is kept if reward is above its mean.

    Parameters
    ----------
    tau : float
        Time constant of the eligibility, above 0.
    tau_mean : float
        That of the running means of the postsynaptic activity and of the modulator, above 0. They begin
        at 0, so that the first few tau_mean count means too.

    Returns
    -------
    Rule
        It needs neurons that are noisy on their own, and one number, the reward, that reaches all synapses.

    Raises
    ------
    ParameterError
        If an argument is out of range.

    Notes
    -----
    .. math::
        \dot W_{ij} = (R - \bar R) e_{ij}, \quad \tau \dot e_{ij} = s_i (s_j - \bar s_j) - e_{ij}, \quad
        \tau_m \dot{\bar s}_j = s_j - \bar s_j, \quad \tau_m \dot{\bar R} = R - \bar R

    with :math:`W_{ij}` the weight of the edge from i to j, s the activities, R the modulator, :math:`\bar s` and
    :math:`\bar R` running means, and e the eligibility [1]_, [2]_. Where all vary about their means by little, tau_m is
    long and inputs change slowly, it climbs the mean reward: of neurons of leak 1 with the noise :math:`\sigma` of
    :func:`neurograph.simulate`, and a reward that depends on the states now, the mean change is

    .. math:: \langle \dot W_{ij} \rangle = s_i \frac{\sigma_j^2}{1 + \tau} \frac{\partial R}{\partial s_j}

    in the limit. It converges to a maximum of the mean reward, up to a random walk of the weights that the learning
    rate keeps small. The eligibility is read as it was before a step, so that reward must follow what earlier steps
    did: noise that is drawn anew in each step, as by "euler" with dt = 1, teaches nothing. Tau must span the delay of
    the reward.

    References
    ----------
    .. [1] Legenstein, Chase, Schwartz, Maass, A reward-modulated Hebbian learning rule can explain experimentally
       observed network reorganization in a brain control task, Journal of Neuroscience 30, 2010.
    .. [2] Fremaux and Gerstner, Neuromodulated spike-timing-dependent plasticity, and theory of three-factor learning
       rules, Frontiers in Neural Circuits 9:85, 2016.

    Examples
    --------
    Reward for an output near 0.7; the rule is told how large it is, and not which way to go:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.0})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> learning = {"rule": ng.rules.reward_modulated_hebb(), "learning_rate": 2.0, "record_weights": 1}
    >>> def reward(time, outputs):
    ...     return -((outputs[:, 0] - 0.7) ** 2)
    >>> network, noisy = ng.compile(graph, ng.Dynamics("-s + I")), {"dt": 0.2, "noise": {"y": 0.2}, "seed": 0}
    >>> run = ng.simulate(network, [[[1.0]]], hold=400.0, modulator=reward, **learning, **noisy)
    >>> round(float(run.weights[1000:].mean()), 1)
    0.7
    """
    return Rule(
        "(modulator - reward_mean)*eligibility",
        traces={
            "eligibility": "(pre*(post - post_mean) - eligibility)/tau",
            "post_mean": "(post - post_mean)/tau_mean",
            "reward_mean": "(modulator - reward_mean)/tau_mean",
        },
        parameters={
            "tau": checked_number("tau", tau, above=0.0),
            "tau_mean": checked_number("tau_mean", tau_mean, above=0.0),
        },
        name="reward-modulated hebb",
    )


def e_prop(tau: float = 1.0, slope: str = "1") -> Rule:
    r"""Eligibility propagation, for rates: a learning signal times what the weight has done to its own neuron.

    Parameters
    ----------
    tau : float
        Time constant of the postsynaptic neuron, above 0.
    slope : str
        The slope rho', as an equation of what an online rule sees: 1 for linear neurons. With "euler", rho of the
        summed input is post + (tau - dt)*dpost, so for tanh at tau = 1 and dt = 0.1 the slope is
        "1 - (post + 0.9*dpost)**2".

    Returns
    -------
    Rule
        It needs a trace at the synapse and a signal for each neuron.

    Raises
    ------
    ParameterError
        If tau is out of range.
    LocalityError
        If the slope names anything that is not at either end of the edge.
    ExpressionError
        If it cannot be read.

    Notes
    -----
    .. math:: \dot W_{ij} = L_j e_{ij}, \quad \tau \dot e_{ij} = \rho'_j s_i - e_{ij}

    with :math:`W_{ij}` the weight of the edge from i to j, s the activities, e the eligibility and :math:`L_j` the
    modulator at the postsynaptic neuron, minus :math:`\partial C/\partial s_j` of a cost C of the outputs for descent
    [1]_. Of a neuron :math:`\tau \dot s_j = -s_j + \rho(\sum_i W_{ij} s_i + b_j)` to which nothing returns that it
    sends, e_ij is ds_j/dW_ij. So where j is an output that feeds no other neuron, the change in a run at a small
    learning rate eta is eta times minus the gradient of the integral of C; elsewhere it leaves out what the weight does
    by way of other neurons. The eligibility is read as it was before a step: with "euler" the change is exactly the
    gradient for the signal that each step had had before it, and with the signal after it up to O(dt).

    References
    ----------
    .. [1] Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein, Maass, A solution to the learning dilemma for recurrent
       networks of spiking neurons, Nature Communications 11:3625, 2020.

    Examples
    --------
    The signal is what the output lacks to 0.7:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.0})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network, learning = ng.compile(graph, ng.Dynamics("-s + I")), {"rule": ng.rules.e_prop(), "learning_rate": 0.2}
    >>> def signal(time, outputs):
    ...     return 0.7 - outputs[:, 0]
    >>> run = ng.simulate(network, [[[0.5]]], dt=0.1, hold=200.0, modulator=signal, **learning)
    >>> run.learned.weights.round(3).tolist()
    [1.4]
    """
    return Rule(
        "modulator*eligibility",
        traces={"eligibility": f"(({slope})*pre - eligibility)/tau"},
        parameters={"tau": checked_number("tau", tau, above=0.0)},
        name="e-prop",
    )
