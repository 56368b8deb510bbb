"""How a drift moves with a symbol while the further variables of its neuron are at rest."""

from __future__ import annotations

from collections.abc import Mapping

from neurograph.equations.expression import Expression

Matrix = list[list[str]]


def rest_slope(drift: Expression, name: str, variables: Mapping[str, Expression]) -> Expression:
    r"""Differentiate a drift g by a symbol z, the variables a being where their own drifts h are 0.

    .. math:: \frac{dg}{dz} = \frac{\partial g}{\partial z}
        - \frac{\partial g}{\partial a} \left(\frac{\partial h}{\partial a}\right)^{-1} \frac{\partial h}{\partial z}
        = \det \begin{pmatrix} \partial g/\partial z & \partial g/\partial a \\
        \partial h/\partial z & \partial h/\partial a \end{pmatrix} \Big/ \det \frac{\partial h}{\partial a}

    (a Schur complement, by the implicit function theorem).
    """
    slope = drift.derivative(name)
    if not variables:
        return slope
    rows = [[one.derivative(by).text for by in (name, *variables)] for one in (drift, *variables.values())]
    whole, own = _determinant(rows), _determinant([row[1:] for row in rows[1:]])
    return Expression(f"({whole})/({own})", drift.vocabulary, f"{slope.what}, its variables at rest")


def _determinant(rows: Matrix) -> str:
    """Return the determinant of a matrix of texts, expanded by its first column; what is 0 is left out."""
    if not rows:
        return "1"
    terms = []
    for k, row in enumerate(rows):
        minor = "0" if row[0] == "0" else _determinant([other[1:] for other in rows[:k] + rows[k + 1 :]])
        if minor != "0":
            terms.append(f"{'+-'[k % 2]} ({row[0]})*({minor})")
    return " ".join(terms) or "0"
