"""The named dynamics of the literature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from neurograph._checks import checked_number, public_names
from neurograph.equations.binary import Binary
from neurograph.equations.neuron import Dynamics
from neurograph.equations.unitary import Unitary
from neurograph.errors import ParameterError

__all__ = ["Dynamics", "additive", "binary", "deep", "hopfield", "unitary", "vector_field"]


def deep(leak: Literal["absolute", "signed"] = "absolute", extra_leak: float = 0.0) -> Dynamics:
    r"""DEEP: what a neuron sends, it loses.

    Parameters
    ----------
    leak : {"absolute", "signed"}
        Whether the outgoing weights leak by absolute value (then `extra_leak` > 0 makes the network contract, whatever
        its weights) or with their sign, as published.
    extra_leak : float
        :math:`\lambda_0 \ge 0`, for every node; a node attribute ``extra_leak`` overrides it.

    Returns
    -------
    Dynamics
        In the box [0, 1], without self-loops.

    Raises
    ------
    ParameterError
        For another leak, or a negative `extra_leak`.

    Notes
    -----
    .. math:: \dot s_j = \sum_i W_{ij} s_i - s_j \Bigl(\lambda_0 + \sum_k W_{jk}\Bigr), \quad s_j \in [0, 1]

    with :math:`s_j` the state of neuron j, :math:`W_{ij}` the weight of the edge from i to j, and k over the edges that
    leave j: these are the signed leak [1]_, and :math:`|W_{jk}|` stands in its place for the absolute one. The extra
    leak :math:`\lambda_0` is that of leaky neurons [2]_. There is no bias of a neuron's own; a node with the role
    "bias" serves.

    References
    ----------
    .. [1] Farinha, Pequito, Santos, Figueiredo, Equilibrium propagation for complete directed neural networks, ESANN
       2020, arXiv 2006.08798.
    .. [2] Costa and Santos, Directed equilibrium propagation revisited, Mathematics 13(11) 1866, 2025.

    Examples
    --------
    Of what comes into h, 0.5, as much leaves as it leaks, 0.3 + 0.4 for each unit of its state:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "h", {"weight": 0.5}), ("h", "y", {"weight": 0.4})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.3))
    >>> ng.settle(network, [[1.0]]).state.round(3).tolist(), round(0.5 / 0.7, 3)
    ([[1.0, 0.714, 0.952]], 0.714)
    """
    sums = {"absolute": "w_out_abs", "signed": "w_out"}
    if leak not in sums:
        raise ParameterError(f"leak is {leak!r}: expected 'absolute' or 'signed'")
    checked_number("extra_leak", extra_leak, least=0.0)
    return Dynamics(
        drift=f"I - s*({sums[leak]} + extra_leak)",
        box=(0.0, 1.0),
        parameters={"extra_leak": extra_leak},
        self_loops=False,
        name=f"deep ({leak} leak)",
    )


def vector_field() -> Dynamics:
    r"""Leaky linear neurons in a box, any weights.

    Returns
    -------
    Dynamics
        In the box [0, 1].

    Notes
    -----
    .. math:: \dot s_j = -s_j + \sum_i W_{ij} s_i + b_j, \quad s_j \in [0, 1]

    with :math:`s_j` the state of neuron j, :math:`W_{ij}` the weight of the edge from i to j and :math:`b_j` the bias
    [1]_.

    References
    ----------
    .. [1] Scellier, Goyal, Binas, Mesnard, Bengio, Generalization of equilibrium propagation to vector field dynamics,
       2018, arXiv 1808.04873.

    Examples
    --------
    A neuron settles at its summed input, as far as the box goes:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"], graph.nodes["y"]["bias"] = "input", "output", 0.25
    >>> ng.settle(ng.compile(graph, ng.dynamics.vector_field()), [[1.0], [2.0]]).outputs.round(3).tolist()
    [[0.75], [1.0]]
    """
    return Dynamics(drift="-s + I + b", box=(0.0, 1.0), name="vector field")


def additive(activation: Literal["clip", "sigmoid", "tanh", "relu"] = "tanh") -> Dynamics:
    r"""Firing-rate neurons: each relaxes to a function of its summed input.

    Parameters
    ----------
    activation : {"clip", "sigmoid", "tanh", "relu"}
        :math:`\rho`; "clip" is the hard sigmoid, min(max(u, 0), 1), and "sigmoid" is 1/(1 + exp(-u)).

    Returns
    -------
    Dynamics
        Without a box.

    Raises
    ------
    ParameterError
        For another activation.

    Notes
    -----
    .. math:: \dot s_j = -s_j + \rho\Bigl(\sum_i W_{ij} s_i + b_j\Bigr)

    with :math:`s_j` the rate of neuron j, :math:`W_{ij}` the weight of the edge from i to j and :math:`b_j` the bias:
    the additive model [1]_, its rates taken for the states.

    References
    ----------
    .. [1] Grossberg, Nonlinear neural networks: principles, mechanisms, and architectures, Neural Networks 1, 1988.

    Examples
    --------
    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"))
    >>> ng.settle(network, [[1.0]]).outputs.round(3).tolist(), round(float(np.tanh(0.5)), 3)
    ([[0.462]], 0.462)
    """
    calls = {
        "clip": "clip(I + b, 0, 1)",
        "sigmoid": "sigmoid(I + b)",
        "tanh": "tanh(I + b)",
        "relu": "relu(I + b)",
    }
    if activation not in calls:
        raise ParameterError(f"activation is {activation!r}: expected one of {', '.join(calls)}")
    return Dynamics(drift=f"-s + {calls[activation]}", name=f"additive ({activation})")


def hopfield() -> Dynamics:
    r"""Continuous Hopfield network, the gradient flow of an energy; W symmetric.

    Returns
    -------
    Dynamics
        In the box [0, 1]. Edges between free nodes need an equal edge back: :func:`neurograph.topologies.symmetric`.

    Notes
    -----
    .. math::
        \dot s_j = \rho'(s_j) \Bigl(\sum_i W_{ij} \rho(s_i) + b_j\Bigr) - s_j = -\frac{\partial E}{\partial s_j}, \quad
        E = \tfrac 1 2 \sum_j s_j^2 - \tfrac 1 2 \sum_{ij} W_{ij} \rho(s_i) \rho(s_j) - \sum_j b_j \rho(s_j)

    with :math:`s_j` the state of neuron j, :math:`W_{ij} = W_{ji}` the weights, :math:`b_j` the bias, and
    :math:`\rho(s) = \min(\max(s, 0), 1)` what a neuron sends [1]_. In E an edge from a clamped node, which has none
    back, counts in full.

    References
    ----------
    .. [1] Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based models and
       backpropagation, Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.

    Examples
    --------
    Two neurons that excite each other, of which one hears the input: y0 = 0.5 x0 + 0.6 h0, and h0 = 0.6 y0.

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("x0", "y0", 0.5), ("y0", "h0", 0.6), ("h0", "y0", 0.6)])
    >>> graph.nodes["x0"]["role"], graph.nodes["y0"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.hopfield())
    >>> ng.settle(network, [[1.0]]).outputs.round(3).tolist(), round(0.5 / (1 - 0.6**2), 3)
    ([[0.781]], 0.781)
    """
    return Dynamics(
        drift="between(s, 0, 1)*(I + b) - s",
        transfer="clip(s, 0, 1)",
        box=(0.0, 1.0),
        symmetric=True,
        name="hopfield",
    )


def binary(log_odds: str = "I + b", parameters: Mapping[str, float] | None = None, symmetric: bool = True) -> Dynamics:
    r"""Binary neurons that flip at random: a Boltzmann machine, where W is symmetric.

    Parameters
    ----------
    log_odds : str
        :math:`a_j` as an equation over ``I``, the summed input, ``b``, the bias, and the names in `parameters`.
    parameters : mapping of str to float, optional
        Default values; a node attribute of the same name overrides it for that node.
    symmetric : bool
        Whether :math:`W_{ij} = W_{ji}` is asked of the graph, and learning keeps it so. Without it the neurons have no
        energy.

    Returns
    -------
    Dynamics
        For :func:`neurograph.sample`; it settles nowhere.

    Raises
    ------
    ExpressionError
        If the equation cannot be read, or sees more than its own node.
    ParameterError
        If `symmetric` is no bool, or a parameter is not a finite number.

    Notes
    -----
    .. math:: P(s_j = 1 \mid \text{the others}) = \frac 1 {1 + e^{-a_j}}, \quad a_j = \sum_i W_{ij} s_i + b_j

    with :math:`s_j` the state of neuron j, 0 or 1, :math:`W_{ij}` the weight of the edge from i to j and :math:`b_j`
    the bias. With a symmetric W the states have the probabilities exp(-E(s)) / Z, E(s) = -s'Ws/2 - b's [1]_, under
    Gibbs sweeps as under flips in continuous time, at the rates exp((1/2 - s_j) a_j) [2]_.

    References
    ----------
    .. [1] Ackley, Hinton, Sejnowski, A learning algorithm for Boltzmann machines, Cognitive Science 9, 1985.
    .. [2] Liu, Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks,
       AAAI 2018, arXiv 1711.07732.

    Examples
    --------
    A temperature of 2 takes the force out of the weights:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 2.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> hot = ng.dynamics.binary("(I + b)/T", parameters={"T": 2.0})
    >>> print(hot)
    P(s = 1) = sigmoid((I + b)/T)
    >>> networks = [ng.compile(graph, each) for each in (ng.dynamics.binary(), hot)]
    >>> [ng.exact_distribution(each).marginals.round(3).tolist() for each in networks]
    [[0.807, 0.807], [0.65, 0.65]]
    """
    if not isinstance(symmetric, bool):
        raise ParameterError(f"symmetric is {symmetric!r}: expected True or False")
    return Binary.of(log_odds, parameters or {}, symmetric)


def unitary() -> Dynamics:
    r"""Neurons of complex states in discrete time, which a unitary W turns: their sizes neither vanish nor explode.

    A graph of neurons and relays, by the node attribute ``population``, with complex weights:
    :func:`neurograph.topologies.unitary` builds one, :func:`neurograph.simulate` runs it along sequences, and
    :func:`neurograph.certify` checks that W conserves the norm. It has no equilibrium.

    Returns
    -------
    Dynamics
        For graphs with complex weights.

    Notes
    -----
    .. math::
        h_t = \mathrm{modReLU}(W h_{t-1} + V x_t), \quad y_t = \mathrm{Re}(U h_t) + d, \quad
        \mathrm{modReLU}(z) = \max(|z| + b, 0)\, z/|z|

    with :math:`h_t` the complex states of the neurons at step t, :math:`x_t` the inputs, :math:`y_t` the outputs, W the
    product of the relays' factors, V and U the weights from inputs and to outputs, b the biases of the neurons and d
    those of the outputs [1]_.

    References
    ----------
    .. [1] Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.

    Examples
    --------
    Without thresholds the norm stays what the input has made it, here over a thousand steps:

    >>> import networkx as nx, numpy as np, neurograph as ng
    >>> graph = ng.topologies.unitary(inputs=1, units=8, outputs=1, seed=0)
    >>> nx.set_node_attributes(graph, {node: 0.0 for node, data in graph.nodes(data=True) if "bias" in data}, "bias")
    >>> run = ng.simulate(ng.compile(graph, ng.dynamics.unitary()), np.eye(1000, 1)[None])
    >>> sizes = np.linalg.norm(run.states[0], axis=1)
    >>> bool(abs(sizes / sizes[0] - 1.0).max() < 1e-12)
    True
    """
    return Unitary()


public_names(__name__, __all__)

DYNAMICS: dict[str, Callable[[], Dynamics]] = {
    "deep": partial(deep, "absolute", extra_leak=0.3),
    "deep_signed": partial(deep, "signed"),
    "vector_field": vector_field,
    "tanh": partial(additive, "tanh"),
    "sigmoid": partial(additive, "sigmoid"),
    "relu": partial(additive, "relu"),
    "clip": partial(additive, "clip"),
    "hopfield": hopfield,
}
"""What makes each named dynamics, as ``DYNAMICS["tanh"]()``; the command and the conformance suites run over them."""
