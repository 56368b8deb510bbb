"""A cost: how far outputs are from their targets, as an equation, and the force that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import FrozenArrays
from neurograph._checks import check_mask
from neurograph.equations.checked import checked_parameters
from neurograph.equations.expression import ARRAY_FUNCTIONS, Expression, shown_latex
from neurograph.errors import ParameterError

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Cost(FrozenArrays):
    r"""The cost of a sample's outputs, and the force by which a nudge pulls on them.

    Solvers, certificates and Brian2 derive what they need from these equations.

    Parameters
    ----------
    value : str
        c, over ``s`` (an output), ``y`` (its target), the names in `parameters`, and with a normaliser ``log_share``.
    force : str, optional
        F over the same names. Without it, minus the derivative of `value`; needed where there is a normaliser.
    normaliser : str, optional
        n over ``s`` and the parameters; then ``log_share`` of output j is :math:`n(s_j) - \log \sum_k \exp n(s_k)`.
    parameters : mapping of str to float
        Numbers that the equations name.
    shares : bool
        Whether the targets of a sample have to be shares of several outputs: not negative, with the sum 1.
    curvature : str, optional
        With a normaliser, a bound over all states of :math:`|\partial F_j / \partial s_j|` and of
        :math:`\sum_{k \ne j} |\partial F_j / \partial s_k|`, over the parameters, for the tests of contraction.
    name : str
        How results call it.

    Raises
    ------
    ExpressionError
        If an equation cannot be read, or sees more than one output and its target.
    ParameterError
        If a parameter is not a finite number, there is a normaliser without a force, the force is not minus the slope
        of the value, or the curvature does not bound the slopes of the force, at any of a few outputs and targets.

    Notes
    -----
    .. math:: C = \sum_j c(s_j, y_j), \quad F_j = -\frac{\partial C}{\partial s_j}

    with :math:`s_j` the state of output j and :math:`y_j` its target. In a nudged phase the drift of output j gets
    :math:`\beta F_j`. It follows from the definition of the nudge.

    Examples
    --------
    A cost of one's own is one line:

    >>> import neurograph as ng
    >>> quartic = ng.costs.Cost("(y - s)**4/4")
    >>> quartic.force_at([[0.5]], [[1.0]]).tolist(), quartic.mean([[0.5]], [[1.0]])
    ([[0.125]], 0.015625)
    """

    value: str
    force: str | None = None
    normaliser: str | None = None
    parameters: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    shares: bool = False
    curvature: str | None = None
    name: str = "custom"

    def __post_init__(self) -> None:
        """Check the equations and freeze the parameters as sorted pairs."""
        object.__setattr__(
            self, "parameters", checked_parameters(self.parameters, ("s", "y", "log_share", *ARRAY_FUNCTIONS))
        )
        if self.normaliser is not None and self.force is None:
            raise ParameterError(
                f"normaliser is {self.normaliser!r}, but force is missing: expected -dC/ds over s, y and log_share, as "
                "in costs.cross_entropy()"
            )
        _ = self.value_equation, self.force_equation, self.normaliser_equation, self.bound
        with np.errstate(all="ignore"):  # an equation may have no value at an output that is tried
            if self.force is not None:
                _check_force(self)
            if self.curvature is not None:
                _check_curvature(self)

    def __repr__(self) -> str:
        """Return the call that makes a named cost, and of another its value."""
        if self.name == "custom":
            return f"Cost({self.value!r})"
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.constants.items())})"

    def latex(self) -> str:
        r"""Typeset C, and with a normaliser what ``log_share``, here :math:`\ell_j`, is.

        Examples
        --------
        >>> print(Cost("(y - s)**2/2").latex())
        C = \sum_j \frac{\left(- s_{j} + y_{j}\right)^{2}}{2}
        """
        names = {"s": "s_{j}", "y": "y_{j}", "log_share": r"\ell_{j}"}
        text = rf"C = \sum_j {self.value_equation.latex(names)}"
        if (n := self.normaliser_equation) is None:
            return text
        own, every = (n.latex({"s": f"s_{{{k}}}"}) for k in "jk")
        return rf"{text},\quad \ell_{{j}} = {own} - \log \sum_k e^{{{every}}}"

    def _repr_latex_(self) -> str:
        """Return the same, as IPython asks for it."""
        return shown_latex(self.latex())

    @cached_property
    def constants(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(self.parameters)

    @cached_property
    def _symbols(self) -> tuple[str, ...]:
        return ("s", "y", *(("log_share",) if self.normaliser is not None else ()), *self.constants)

    @cached_property
    def value_equation(self) -> Expression:
        """The equation c, checked."""
        return Expression(self.value, self._symbols, "cost")

    @cached_property
    def force_equation(self) -> Expression:
        """The equation F, checked."""
        if self.force is not None:
            return Expression(self.force, self._symbols, "force")
        slope = self.value_equation.derivative("s")
        return Expression(f"-({slope.text})", self._symbols, "force")

    @cached_property
    def normaliser_equation(self) -> Expression | None:
        """The equation n, checked, or None where the outputs are independent of each other."""
        return None if self.normaliser is None else Expression(self.normaliser, ("s", *self.constants), "normaliser")

    @property
    def coupled(self) -> bool:
        """Whether the force on one output depends on the others."""
        return self.normaliser is not None

    @cached_property
    def stiffness(self) -> float | None:
        """The number k where the force is ``a(y) - k s``; None where it is not of this form."""
        slope = self.force_equation.derivative("s")
        if self.coupled or slope.symbols - set(self.constants) or not self.force_equation.is_affine("s"):
            return None
        return -float(slope(**self.constants))

    @cached_property
    def bound(self) -> float:
        """The curvature, evaluated; infinite where it is not given."""
        if self.curvature is None:
            return float("inf")
        return float(Expression(self.curvature, tuple(self.constants), "curvature")(**self.constants))

    def each(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return the cost C of each sample.

        Parameters
        ----------
        outputs, y : array (batch, outputs)
            States of the output nodes, and their targets.

        Returns
        -------
        array (batch,)
        """
        return np.asarray(self._at(self.value_equation, outputs, y).sum(axis=-1))

    def mean(self, outputs: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cost of the samples.

        Parameters
        ----------
        outputs, y : array (batch, outputs)
            States of the output nodes, and their targets.

        Returns
        -------
        float
        """
        return float(self.each(outputs, y).mean())

    def force_at(self, outputs: ArrayLike, y: ArrayLike) -> Floats:
        """Return the force F on each output.

        Parameters
        ----------
        outputs, y : array (batch, outputs)
            States of the output nodes, and their targets.

        Returns
        -------
        array (batch, outputs)
        """
        return self._at(self.force_equation, outputs, y)

    def force_slopes(self, outputs: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
        r"""Return the parts of :math:`dF_j/ds_k = a_j \delta_{jk} + b_j c_k`, each (batch, outputs).

        With F_s the derivative at fixed shares, F_l that by log_share, n' that of the normaliser and p the shares:
        a = F_s + F_l n', b = -F_l and c = p n'. b and c are 0 where the outputs are independent of each other.
        """
        own = self._at(self.force_equation.derivative("s"), outputs, y)
        if self.normaliser_equation is None:
            return own, np.zeros_like(own), np.zeros_like(own)
        coupling = self._at(self.force_equation.derivative("log_share"), outputs, y)
        slope = self.normaliser_equation.derivative("s")(s=np.asarray(outputs), **self.constants)
        return own + coupling * slope, -coupling, self.answer_shares(outputs) * slope

    @np.errstate(under="ignore")
    def answer_shares(self, outputs: ArrayLike) -> Floats:
        r"""Return the shares :math:`p_k = \exp(n(s_k)) / \sum_l \exp n(s_l)` of the outputs (batch, outputs).

        Raises
        ------
        ParameterError
            If the cost has no normaliser.
        """
        if self.normaliser_equation is None:
            raise ParameterError(f"cost is {self!r}, which has no shares: expected one with a normaliser")
        from scipy.special import softmax  # which takes as long to import as all else here

        return np.asarray(softmax(self.normaliser_equation(s=np.asarray(outputs), **self.constants), axis=-1))

    @np.errstate(under="ignore")
    def _at(self, equation: Expression, outputs: ArrayLike, y: ArrayLike) -> Floats:
        check_mask("outputs", outputs)
        check_mask("y", y)
        s, target = np.asarray(outputs), np.asarray(y)
        values: dict[str, Any] = {"s": s, "y": target, **self.constants}
        if self.normaliser_equation is not None:
            from scipy.special import log_softmax

            values["log_share"] = log_softmax(self.normaliser_equation(s=s, **self.constants), axis=-1)
        result = np.empty(np.broadcast(s, target).shape, np.result_type(s, target, 1.0 * s.dtype.type(0)))
        result[...] = equation(**values)
        return result


OUTPUTS = np.array([[0.31, 0.62, 0.17], [0.83, 0.07, 0.45], [-0.71, 1.37, 0.29], [0.4, 0.4, -40.0], [1.9, -1.3, 0.4]])
TARGETS = np.array([[0.2, 0.7, 0.1], [0.55, 0.05, 0.4], [0.13, 0.27, 0.6], [0.81, 0.03, 0.16], [0.0, 1.0, 0.0]])
"""Outputs of some samples, and targets that are shares, at which a force and a curvature are checked."""

BUMP = 1e-6
"""How far outputs are moved for a central difference."""


def _slopes(function: Callable[[Floats], Floats]) -> Floats:
    """Return the slope of a function of the outputs by each of them, by central differences: (..., outputs)."""
    bumps = BUMP * np.eye(OUTPUTS.shape[1])[:, None]
    return np.moveaxis((function(OUTPUTS + bumps) - function(OUTPUTS - bumps)) / (2 * BUMP), 0, -1)


def _check_force(cost: Cost) -> None:
    for y in (TARGETS,) if cost.shares else (TARGETS, 3.0 * TARGETS - 1.0):
        slopes, force = _slopes(partial(cost.each, y=y)), cost.force_at(OUTPUTS, y)
        wrong = np.abs(force + slopes) > 1e-4 * (np.abs(slopes) + np.abs(slopes).max(axis=1, keepdims=True)) + 1e-6
        if wrong.any():
            sample, output = np.argwhere(wrong)[0]
            remedy = "mend one of the two" if cost.coupled else "leave force out, for it follows from the value"
            raise ParameterError(
                f"force is {cost.force!r}, that is {force[sample, output]:.4g} on output {output} at the outputs "
                f"{OUTPUTS[sample].tolist()} and the targets {y[sample].round(2).tolist()}: expected minus the slope "
                f"of the value {cost.value!r}, {-slopes[sample, output]:.4g}; {remedy}"
            )


def _check_curvature(cost: Cost) -> None:
    sizes = np.abs(_slopes(partial(cost.force_at, y=TARGETS)))
    own = np.diagonal(sizes, axis1=1, axis2=2)
    largest = np.nan_to_num(np.maximum(own, sizes.sum(axis=2) - own), nan=0.0, posinf=0.0)
    sample, output = np.unravel_index(np.argmax(largest), largest.shape)
    if not largest.max() <= 1.001 * cost.bound + 1e-6:
        raise ParameterError(
            f"curvature is {cost.curvature!r}, that is {cost.bound:.4g}: expected a bound of the slopes of the force, "
            f"which reach {largest.max():.4g} on output {output} at the outputs {OUTPUTS[sample].tolist()}; enlarge it"
        )
