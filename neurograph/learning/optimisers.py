"""The named optimisers: in which direction a rule's change leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from neurograph._checks import checked_number, public_names
from neurograph.learning.optimiser import Optimiser

__all__ = ["Adam", "Optimiser", "Rmsprop", "Sgd", "adam", "rmsprop", "sgd"]


@dataclass(frozen=True)
class Sgd(Optimiser):
    r"""Steps along the rule's change, with momentum.

    Parameters
    ----------
    learning_rate : float
        Factor of the direction V.
    momentum : float
        :math:`\mu`, share of the last direction that is kept, from 0 to below 1.
    decay, max_norm, max_step, l1, bounds
        The limits of every step: see :class:`Optimiser`.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math:: V \leftarrow \mu V + c, \quad d = V

    with c the rule's change and d the direction, which :class:`Optimiser` makes a step of: the heavy ball [1]_.

    References
    ----------
    .. [1] Polyak, Some methods of speeding up the convergence of iteration methods, USSR Computational Mathematics and
       Mathematical Physics 4, 1964.

    Examples
    --------
    With a momentum of 1/2, the same change twice moves by 1 and by 1.5 of it:

    >>> import numpy as np, neurograph as ng
    >>> optimiser = ng.optimisers.sgd(0.1, momentum=0.5)
    >>> values, state = optimiser.step(np.zeros(1), np.ones(1), optimiser.begin(1), weights=1)
    >>> values.tolist(), optimiser.step(values, np.ones(1), state, weights=1)[0].tolist()
    ([0.1], [0.25])
    """

    of_each: ClassVar[tuple[str, ...]] = ("velocity",)
    equations: ClassVar[Mapping[str, str]] = {"velocity": "momentum*velocity + change", "direction": "velocity"}

    learning_rate: float = 1.0
    momentum: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("momentum", self.momentum, least=0.0, below=1.0)


@dataclass(frozen=True)
class Adam(Optimiser):
    r"""Adam's steps: the mean of the rule's changes over the root of the mean of their squares.

    Parameters
    ----------
    learning_rate : float
        About how far a number moves in an update.
    decay, max_norm, max_step, l1, bounds
        The limits of every step: see :class:`Optimiser`.
    beta1, beta2 : float
        :math:`\beta_1, \beta_2`, share of the mean, and of the mean square, that is kept; from 0 to below 1.
    epsilon : float
        :math:`\epsilon`, above 0, added to the root, so that changes much smaller than this count for less.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) c, \quad v \leftarrow \beta_2 v + (1 - \beta_2) c^2, \quad
        d = \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    at update t = 1, 2, ..., with c the rule's change, m and v its means, at first 0, and d the direction, which
    :class:`Optimiser` makes a step of [1]_.

    References
    ----------
    .. [1] Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, arXiv 1412.6980.

    Examples
    --------
    The first step is as long as the learning rate, whatever the size of the change:

    >>> import numpy as np, neurograph as ng
    >>> optimiser = ng.optimisers.adam(0.01)
    >>> optimiser.step(np.zeros(2), np.array([1e-3, -1e3]), optimiser.begin(2), weights=2)[0].round(6).tolist()
    [0.01, -0.01]
    """

    # After t updates with changes c, m and v of which begin at 0:
    #   m <- beta1 m + (1 - beta1) c,   v <- beta2 v + (1 - beta2) c^2,
    #   direction = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
    of_each: ClassVar[tuple[str, ...]] = ("mean", "square")
    of_all: ClassVar[tuple[str, ...]] = ("updates",)
    equations: ClassVar[Mapping[str, str]] = {
        "updates": "updates + 1",
        "mean": "beta1*mean + (1 - beta1)*change",
        "square": "beta2*square + (1 - beta2)*change**2",
        "mean_share": "1 - beta1**updates",
        "square_share": "1 - beta2**updates",
        "direction": "mean/(mean_share*(sqrt(square/square_share) + epsilon))",
    }

    learning_rate: float = 0.01
    _: KW_ONLY
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("beta1", self.beta1, least=0.0, below=1.0)
        checked_number("beta2", self.beta2, least=0.0, below=1.0)
        checked_number("epsilon", self.epsilon, above=0.0)


@dataclass(frozen=True)
class Rmsprop(Optimiser):
    r"""RMSProp's steps: the rule's change over the root of the mean of its squares.

    Parameters
    ----------
    learning_rate : float
        About how far a number moves in an update.
    decay, max_norm, max_step, l1, bounds
        The limits of every step: see :class:`Optimiser`.
    memory : float
        :math:`\mu`, share of the mean square that is kept, from 0 to below 1.
    epsilon : float
        :math:`\epsilon`, above 0, added to the root, so that changes much smaller than this count for less.

    Raises
    ------
    ParameterError
        If a number is out of range.

    Notes
    -----
    .. math:: v \leftarrow \mu v + (1 - \mu) c^2, \quad d = \frac{c}{\sqrt v + \epsilon}

    with c the rule's change, v the mean of its square, at first 0, and d the direction, which :class:`Optimiser` makes
    a step of [1]_.

    References
    ----------
    .. [1] Tieleman and Hinton, lecture 6.5 of Neural networks for machine learning, Coursera, 2012.

    Examples
    --------
    The first step is 1/sqrt(1 - memory) times the learning rate, for the mean square begins at 0:

    >>> import numpy as np, neurograph as ng
    >>> optimiser = ng.optimisers.rmsprop(0.01, memory=0.75)
    >>> optimiser.step(np.zeros(2), np.array([1e-3, -1e3]), optimiser.begin(2), weights=2)[0].round(6).tolist()
    [0.02, -0.02]
    """

    of_each: ClassVar[tuple[str, ...]] = ("square",)
    equations: ClassVar[Mapping[str, str]] = {
        "square": "memory*square + (1 - memory)*change**2",
        "direction": "change/(sqrt(square) + epsilon)",
    }

    learning_rate: float = 0.001
    _: KW_ONLY
    memory: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the numbers."""
        super().__post_init__()
        checked_number("memory", self.memory, least=0.0, below=1.0)
        checked_number("epsilon", self.epsilon, above=0.0)


sgd = Sgd
adam = Adam
rmsprop = Rmsprop

public_names(__name__, __all__)

OPTIMISERS: dict[str, Callable[..., Optimiser]] = {"sgd": sgd, "adam": adam, "rmsprop": rmsprop}
"""The constructor of each optimiser, by name; the conformance suite runs over them."""
