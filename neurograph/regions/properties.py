"""What is proved of the outputs: the decision, a bound on one, or linear inequalities of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neurograph._arrays import FrozenArrays
from neurograph._checks import checked_number
from neurograph.errors import ParameterError
from neurograph.graphs.labelled import shown
from neurograph.network.network import Network
from neurograph.regions.units import Array

MARGIN = 1e-6
"""How far above 0 each inequality is proved to be, so that settled states, which are not exact, satisfy it as well.

In the unit of the outputs.

Examples
--------
>>> import networkx as nx, neurograph as ng
>>> graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
>>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
>>> region = ng.characterise(ng.compile(graph, ng.dynamics.additive("relu")), [0.9])
>>> bool(region.box[0][0] >= 0.5 + MARGIN)  # y settles at x, and 0.5 itself would be no decision
True
"""


@dataclass(frozen=True)
class Property:
    """Inequalities that the states of the outputs satisfy: ``decision()``, ``bound()`` and ``linear()`` make them.

    Parameters
    ----------
    kind : {"decision", "inequality"}
        Whether the answer stays, or a weighted sum of outputs is at least a number.
    weights : tuple of (label, float)
        Of an inequality, the factor of each output.
    least : float
        What their sum is at least, in the unit of the outputs.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=3, outputs=2, seed=0))
    >>> asked = ng.regions.linear({network.outputs[0]: 1.0}, least=0.25)
    >>> asked == ng.regions.bound(network.outputs[0], least=0.25)
    True
    >>> asked.on(network, [0.3, 0.9]).at([0.3, 0.9]).round(3).tolist()  # 0.05 above what is asked
    [0.05]
    >>> ng.regions.decision().on(network, [0.3, 0.9]).at([0.3, 0.9]).round(3).tolist()
    [0.6]
    """

    kind: str = "decision"
    weights: tuple[tuple[Hashable, float], ...] = ()
    least: float = 0.0

    def on(self, network: Network, outputs: Array) -> Inequalities:
        """Return the inequalities of a network whose outputs are as given at the input that is asked about.

        Parameters
        ----------
        network : Network
            The network, whose output nodes the property names.
        outputs : array (outputs,)
            Their states, which say what the decision is.

        Returns
        -------
        Inequalities
            ``.at(outputs)``, which is at least 0 where they hold; ``.words``, what each says.

        Raises
        ------
        ParameterError
            If the property names no output of the network, or the network has none.
        """
        labels = network.outputs
        if not labels:
            raise ParameterError("network has no output: a property is about outputs, expected a node of that role")
        if self.kind == "decision":
            return _decision(labels, outputs)
        for label, _ in self.weights:
            if label not in labels:
                raise ParameterError(f"prove names {label!r}, which is no output: expected one of {shown(labels)}")
        row = np.array([sum(value for label, value in self.weights if label == one) for one in labels])
        return Inequalities(row[None], np.array([-self.least]), (str(self),))

    def __str__(self) -> str:
        """Return the property in words."""
        if self.kind == "decision":
            return "the decision stays"
        terms = [f"{_exact(value, '+')} {label}" for label, value in self.weights]
        return f"{' '.join(terms)} >= {_exact(self.least)}"


def _exact(value: float, sign: str = "") -> str:
    """Return a number in words, no digit of it lost."""
    short = f"{value:{sign}g}"
    return short if float(short) == value else f"{value:{sign}.17g}"


@dataclass(frozen=True, eq=False)
class Inequalities(FrozenArrays):
    """``rows @ outputs + offsets >= 0``.

    Attributes
    ----------
    rows : array (inequalities, outputs)
    offsets : array (inequalities,)
    words : tuple of str
        What each says.
    """

    rows: Array
    offsets: Array
    words: tuple[str, ...]

    def at(self, outputs: ArrayLike) -> Array:
        """Return the values (..., inequalities) at outputs (..., outputs)."""
        return np.asarray(np.asarray(outputs, np.float64) @ self.rows.T + self.offsets)


def _decision(labels: tuple[Hashable, ...], outputs: Array) -> Inequalities:
    count = len(labels)
    if count == 1:
        sign = 1.0 if outputs[0] > 0.5 else -1.0
        return Inequalities(np.array([[sign]]), np.array([-0.5 * sign]), (f"{labels[0]} {'<>'[sign > 0]} 0.5",))
    best = int(np.argmax(outputs))
    others = [k for k in range(count) if k != best]
    rows = np.eye(count)[best] - np.eye(count)[others]
    return Inequalities(rows, np.zeros(count - 1), tuple(f"{labels[best]} > {labels[k]}" for k in others))


def decision() -> Property:
    """Return the property that the answer stays: the largest output, or whether a single one is above 0.5.

    Returns
    -------
    Property
        The inequalities y_best > y_k for each other output k; or y > 0.5, or y < 0.5, where there is one output.

    Raises
    ------
    ParameterError
        Not here, but by :func:`neurograph.characterise`, if the network has no output or its answer at x0 is not sure.

    Examples
    --------
    >>> import neurograph as ng
    >>> print(ng.regions.decision())
    the decision stays
    """
    return Property()


def bound(output: Hashable, *, least: float | None = None, most: float | None = None) -> Property:
    """Return the property that an output is at least, or at most, a number.

    Parameters
    ----------
    output : label
        The output node.
    least, most : float
        One of the two, in the unit of the state.

    Returns
    -------
    Property
        The inequality y >= least, or -y >= -most.

    Raises
    ------
    ParameterError
        If none or both are given, or it is no finite number.

    Examples
    --------
    >>> import neurograph as ng
    >>> print(ng.regions.bound("y", most=0.25))
    -1 y >= -0.25
    """
    if (least is None) == (most is None):
        raise ParameterError(f"least is {least!r} and most is {most!r}: expected one of the two")
    if least is not None:
        return Property("inequality", ((output, 1.0),), checked_number("least", least))
    return Property("inequality", ((output, -1.0),), -checked_number("most", most))


def linear(weights: Mapping[Hashable, float], least: float = 0.0) -> Property:
    """Return the property that a weighted sum of outputs is at least a number.

    Parameters
    ----------
    weights : mapping of label to float
        The factor of each output node; of the others it is 0.
    least : float
        The number, in the unit of the states.

    Returns
    -------
    Property
        The inequality.

    Raises
    ------
    ParameterError
        If `weights` is empty or no mapping, or a number is not finite.

    Examples
    --------
    >>> import neurograph as ng
    >>> print(ng.regions.linear({"y0": 1.0, "y1": -1.0}, least=0.5))
    +1 y0 -1 y1 >= 0.5
    """
    if not isinstance(weights, Mapping) or not weights:
        raise ParameterError(f"weights is {weights!r}: expected a mapping of outputs to their factors")
    pairs = tuple((label, checked_number(f"weights[{label!r}]", value)) for label, value in weights.items())
    return Property("inequality", pairs, checked_number("least", least))
