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

    .. math:: \dot s_j = \sum_i W_{ij} s_i - s_j (\lambda_0 + \sum_k W_{jk}), \quad s \in [0, 1]

    Parameters
    ----------
    leak : {"absolute", "signed"}
        Whether the outgoing weights leak by absolute value (then `extra_leak` > 0 makes the network
        contract, whatever its weights) or with their sign, as published.
    extra_leak : float
        lambda_0 >= 0, for every node; a node attribute ``extra_leak`` overrides it.

    Raises
    ------
    ParameterError
        For another leak, or a negative `extra_leak`.

    References
    ----------
    Farinha, Pequito, Santos, Figueiredo, ESANN 2020, arXiv 2006.08798. The extra leak: Costa and Santos, Directed
    Equilibrium Propagation Revisited, Mathematics 13(11) 1866, 2025.
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

    .. math:: \dot s_j = -s_j + \sum_i W_{ij} s_i + b_j, \quad s \in [0, 1]

    References
    ----------
    Scellier, Goyal, Binas, Mesnard, Bengio, arXiv 1808.04873.
    """
    return Dynamics(drift="-s + I + b", box=(0.0, 1.0), name="vector field")


def additive(activation: Literal["clip", "sigmoid", "tanh", "relu"] = "tanh") -> Dynamics:
    r"""Firing-rate network, :math:`\dot s_j = -s_j + \rho(\sum_i W_{ij} s_i + b_j)`.

    Parameters
    ----------
    activation : {"clip", "sigmoid", "tanh", "relu"}
        rho; "clip" is the hard sigmoid on [0, 1].

    Raises
    ------
    ParameterError
        For another activation.
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

    .. math:: \dot s_j = \rho'(s_j) (\sum_i W_{ij} \rho(s_i) + b_j) - s_j, \quad \rho(s) = \min(\max(s, 0), 1)

    References
    ----------
    Scellier and Bengio, Frontiers in Computational Neuroscience 11:24, 2017, arXiv 1602.05179.
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

    .. math:: P(s_j = 1 \mid \text{the others}) = \sigma(a_j), \quad a_j = \sum_i W_{ij} s_i + b_j

    With a symmetric W the states have the probabilities exp(-E(s)) / Z, E(s) = -s'Ws/2 - b's, under Gibbs sweeps as
    under flips in continuous time, at the rates exp((1/2 - s_j) a_j). :func:`neurograph.sample` draws them.

    Parameters
    ----------
    log_odds : str
        a_j as an equation over ``I``, the summed input, ``b``, the bias, and the names in `parameters`.
    parameters : mapping of str to float, optional
        Default values; a node attribute of the same name overrides it for that node.
    symmetric : bool
        Whether W_ij = W_ji is asked of the graph, and learning keeps it so. Without it the neurons have no energy.

    Raises
    ------
    ExpressionError
        If the equation cannot be read, or sees more than its own node.
    ParameterError
        If `symmetric` is no bool, or a parameter is not a finite number.

    References
    ----------
    Ackley, Hinton, Sejnowski, A learning algorithm for Boltzmann machines, Cognitive Science 9, 1985; the rates: Liu,
    Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks, AAAI 2018,
    arXiv 1711.07732.

    Examples
    --------
    At a temperature of 2:

    >>> print(binary("(I + b)/T", parameters={"T": 2.0}))
    P(s = 1) = sigmoid((I + b)/T)
    """
    if not isinstance(symmetric, bool):
        raise ParameterError(f"symmetric is {symmetric!r}: expected True or False")
    return Binary.of(log_odds, parameters or {}, symmetric)


def unitary() -> Dynamics:
    r"""Neurons of complex states in discrete time, which a unitary W turns: their sizes neither vanish nor explode.

    .. math:: h_t = \mathrm{modReLU}(W h_{t-1} + V x_t), \quad y_t = \mathrm{Re}(U h_t) + d, \quad
        \mathrm{modReLU}(z) = \max(|z| + b, 0)\, z/|z|

    A graph of neurons and relays, by the node attribute ``population``, with complex weights:
    :func:`neurograph.topologies.unitary` builds one, :func:`neurograph.simulate` runs it along sequences, and
    :func:`neurograph.certify` checks that W conserves the norm. It has no equilibrium.

    References
    ----------
    Arjovsky, Shah, Bengio, Unitary evolution recurrent neural networks, ICML 2016, arXiv 1511.06464.
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
"""What makes each named dynamics; the command and the conformance suites run over them."""
