"""Several regions of one network and one property as one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import checked_number
from neurograph.certificates.deadline import Deadline
from neurograph.drawing.card import Carded
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.regions.boxes import union_log_volume
from neurograph.regions.region import InputRegion

MOST = 16
"""Regions whose boxes are summed by inclusion and exclusion."""


@dataclass(frozen=True, eq=False)
class RegionUnion(Carded):
    """Inputs that are in one of several regions.

    Attributes
    ----------
    regions : tuple of InputRegion
    """

    regions: tuple[InputRegion, ...]

    def contains(self, x: ArrayLike) -> NDArray[np.bool_]:
        """Return which inputs (batch,) are in one of the regions.

        Parameters
        ----------
        x : array (batch, inputs)
        """
        return np.asarray(np.any([region.contains(x) for region in self.regions], axis=0))

    def volume(self) -> float:
        """Return the log of the volume that the boxes cover together.

        Raises
        ------
        ParameterError
            If they are more than :data:`MOST`.
        """
        if len(self.regions) > MOST:
            raise ParameterError(
                f"regions are {len(self.regions)}: expected at most {MOST}, for every set of boxes is summed; take the "
                "volume of a part of them"
            )
        return union_log_volume([region.box for region in self.regions])

    def recheck(self, network: Network, *, budget: float = 60.0) -> bool:
        """Return whether each region is proved anew, as :meth:`InputRegion.recheck` does, in so many seconds."""
        deadline = Deadline(checked_number("budget", budget, above=0.0))
        return all(region.recheck(network, budget=max(deadline.left, 1e-3)) for region in self.regions)

    def to_json(self) -> str:
        """Return what the regions say as JSON text."""
        return json.dumps({"regions": [json.loads(region.to_json()) for region in self.regions]})

    def __repr__(self) -> str:
        """Return a line."""
        return f"RegionUnion({len(self.regions)} regions: {self.regions[0].proved})"


def union(regions: Sequence[InputRegion]) -> RegionUnion:
    """Return the union of regions of one network on which the same is proved.

    Parameters
    ----------
    regions : sequence of InputRegion

    Raises
    ------
    ParameterError
        If there is none, they are of several networks, or different things are proved of them.
    """
    given = tuple(regions) if isinstance(regions, (list, tuple)) else ()
    if not given or not all(isinstance(one, InputRegion) for one in given):
        raise ParameterError(
            f"regions is {regions!r}: expected a list of InputRegions, as neurograph.characterise gives"
        )
    for k, one in enumerate(given):
        if one.digest != given[0].digest:
            raise ParameterError(f"regions[{k}] is of another network than regions[0]: expected regions of one network")
        if one.inequalities.words != given[0].inequalities.words:
            raise ParameterError(
                f"regions[{k}] proves {'; '.join(one.inequalities.words)}, and regions[0] "
                f"{'; '.join(given[0].inequalities.words)}: expected the same of all; make a union of each"
            )
    return RegionUnion(given)
