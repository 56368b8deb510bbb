"""The figure that all functions of plots give: matplotlib's, which a notebook also shows."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure that shows itself where a notebook displays it, whether or not pyplot is set up there."""

    def _repr_png_(self) -> bytes:
        """Return the figure as a PNG, as IPython asks for it."""
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()
