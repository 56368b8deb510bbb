"""InputRegion: inputs on which a property is proved, with the neurons that decide, and the largest box inside."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import FrozenArrays
from neurograph._checks import checked_number, wrapped
from neurograph.certificates import Certificate
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.json_value import json_value
from neurograph.certificates.system import network_digest
from neurograph.drawing.card import ROWS, Carded, Html, facts, table
from neurograph.errors import ParameterError
from neurograph.graphs.labelled import shown
from neurograph.network.inputs import checked_inputs, checked_network
from neurograph.network.network import Network
from neurograph.regions.boxes import Box, hull, log_volume
from neurograph.regions.growth import Question
from neurograph.regions.proof import Answer, Cuts
from neurograph.regions.properties import Inequalities, Property
from neurograph.regions.questions import asked, box_in_pattern, kept_range, unique, whole_pattern
from neurograph.regions.units import Array, Places, Units
from neurograph.solvers import Auto
from neurograph.solvers.result import Status
from neurograph.solvers.settle import settle

SOLVER = Auto(tol=1e-10)
"""How the equilibria of inputs are found."""

LATE = "The time was over before all was tried."

SLACK = 1e-9
"""How far an input may be beyond a cut, relative to its side, and count as inside: what was taken off before."""


@dataclass(frozen=True, eq=False, repr=False)
class InputRegion(FrozenArrays, Carded):
    """Inputs on which a property is proved: of a domain, where some neurons are at the pieces of a pattern; and a box.

    Made by :func:`neurograph.characterise`.

    Attributes
    ----------
    network : Network
    x0 : array (inputs,)
        The input that was asked about; it is in the region.
    proved : Property
        What holds for every input of the region.
    inequalities : Inequalities
        The same as numbers: each is at least :data:`neurograph.regions.MARGIN`.
    places : array (kept,)
        The free neurons that stay in the pattern, by their place among the free ones, and of :attr:`pieces` the piece
        of each.
    pieces : array (kept,)
    domain : (array (inputs,), array (inputs,))
        The ends of the inputs that the pattern speaks of: the domain asked for, or where the neurons that stay do not
        prove the property all over that, a smaller one about x0.
    cuts : (array (rows, inputs), array (rows,))
        Further inequalities A x <= b of the inputs that the pattern speaks of; none after a release.
    box : (array (inputs,), array (inputs,))
        The ends of the largest box that was found; the property is proved all over it.
    pattern_box : (array (inputs,), array (inputs,))
        The largest box inside the polytope of the whole pattern at x0.
    digest : str
        The hash of the network.
    certificate : Certificate
        What proves that each input has one equilibrium.
    in_time : bool
        Whether time was left at the end; if not, it is the largest region proved until then. Each step has a share of
        the time, and leaves undone what its share does not prove.
    seconds : float
    """

    network: Network
    x0: Array
    proved: Property
    inequalities: Inequalities
    places: Places
    pieces: Places
    domain: Box
    cuts: Cuts
    box: Box
    pattern_box: Box
    digest: str
    certificate: Certificate
    in_time: bool = True
    seconds: float = 0.0
    units: Units = field(kw_only=True)

    def __repr__(self) -> str:
        """Return a line."""
        return (
            f"InputRegion({self.proved}: {self.places.size} of {self.units.branching.size} neurons kept, "
            f"log-volume of the box {self.volume():.4g}, of the pattern's {self.pattern_volume:.4g})"
        )

    def __str__(self) -> str:
        """Return the region in a few lines."""
        names = self.network.inputs
        ends = zip(names, *self.box, strict=True)
        shown_ends = ", ".join(f"{name} in [{low:.4g}, {high:.4g}]" for name, low, high in [*ends][:12])
        more = f", and {len(names) - 12} more inputs" if len(names) > 12 else ""
        said = {**self._said, "Box": f"{shown_ends}{more}", "One equilibrium": self.certificate.name}
        lines = [repr(self), *(f"{name}: {text}." for name, text in said.items())]
        lines += [] if self.in_time else [LATE]
        return "\n".join(line for text in lines for line in wrapped(text, 4))

    @property
    def _said(self) -> dict[str, str]:
        pattern = ", ".join(f"{label} {piece}" for label, piece in [*self.pattern.items()][:20]) or "none"
        return {
            "Proved of every input in it": "; ".join(self.inequalities.words),
            "Neurons that stay in the pattern": f"{pattern}{', ...' if len(self.pattern) > 20 else ''}",
        }

    def _parts(self) -> Iterator[Html]:
        yield facts({**self._said, "One equilibrium": self.certificate.name, "Time": "" if self.in_time else LATE})
        rows = zip(map(str, self.network.inputs[:ROWS]), *(end.tolist() for end in (*self.box, self.x0)), strict=False)
        yield table(["input", "from", "to", "x0"], rows, len(self.network.inputs) - ROWS, "Box")

    @cached_property
    def pattern(self) -> Mapping[Hashable, str]:
        """The neurons that stay, by label, and the piece of each: "low", "linear", "high"."""
        labels, neurons = self.units.labels, self.units.neurons
        pairs = zip(self.places.tolist(), self.pieces.tolist(), strict=True)
        return {labels[place]: neurons[place].names()[piece] for place, piece in pairs}

    @property
    def freed(self) -> tuple[Hashable, ...]:
        """Labels of the neurons of several pieces that the region leaves free."""
        return tuple(self.units.labels[j] for j in self.units.branching.tolist() if j not in self.places)

    def volume(self) -> float:
        """Return the log of the volume of the box."""
        return log_volume(self.box)

    @property
    def pattern_volume(self) -> float:
        """The log of the volume of the box of the whole pattern."""
        return log_volume(self.pattern_box)

    def contains(self, x: ArrayLike) -> NDArray[np.bool_]:
        """Return which inputs (batch,) are in the region; one that does not settle is not.

        Parameters
        ----------
        x : array (batch, inputs)

        Raises
        ------
        DataError
            If x has the wrong shape or holds a number that is not finite.
        """
        given = np.asarray(checked_inputs(self.units.network, x), np.float64)
        return self._in(self.box, given) | self._at_pattern(given)

    @staticmethod
    def _in(box: Box, x: Array) -> NDArray[np.bool_]:
        return np.asarray(np.all((x >= box[0]) & (x <= box[1]), axis=1))

    def _at_pattern(self, x: Array) -> NDArray[np.bool_]:
        found = self._in(self.domain, x)
        if len(self.cuts[1]):
            room = SLACK * (1.0 + np.abs(self.cuts[1]))
            found &= np.all(x @ self.cuts[0].T <= self.cuts[1] + room, axis=1)
        if not self.places.size or not np.any(found):
            return found
        settled = settle(self.units.network, x[found], solver=SOLVER, throw=False)
        u = self.units.summed(settled.state)[:, self.places]
        ends = [self.units.neurons[j].ends[[k, k + 1]] for j, k in zip(self.places, self.pieces, strict=True)]
        low, high = np.array(ends).T
        at = np.all((u >= low) & (u <= high), axis=1) & (settled.status == Status.CONVERGED)
        found[found] = at | np.all(x[found] == self.x0, axis=1)
        return found

    @property
    def halfspaces(self) -> tuple[Array, Array]:
        """A (rows, inputs) and b (rows,): the inputs at the whole pattern are the polytope A x <= b.

        Raises
        ------
        ParameterError
            If neurons were freed, for the region is then a union of polytopes.
        """
        if self.freed:
            raise ParameterError(
                f"the region leaves {len(self.freed)} neurons free ({shown(self.freed)}), and is a union of polytopes: "
                "expected a whole pattern, as characterise(..., release=False) gives, or .box, which is one polytope"
            )
        pattern = whole_pattern(self.units, self.places, self.pieces)
        A, b, _ = self.units.halfspaces(pattern)
        eye = np.eye(self.x0.size)
        return np.vstack([A, self.cuts[0], eye, -eye]), np.concatenate(
            [b, self.cuts[1], self.domain[1], -self.domain[0]]
        )

    def subgraph(self) -> nx.DiGraph[Any]:
        """Return the neurons that stay in the pattern, with inputs, outputs and bias nodes, and the edges among them.

        It compiles, and is drawn and written as any graph is: the explanation of what the network answers here. Each
        neuron that stays has its piece as the attribute ``piece``.
        """
        connectivity, pattern = self.network.connectivity, self.pattern
        fixed = np.concatenate([connectivity.inputs, connectivity.bias_nodes, connectivity.outputs])
        shown_nodes = {self.network.nodes[place] for place in fixed.tolist()} | set(pattern)
        graph = self.network.to_graph()
        graph.remove_nodes_from([node for node in graph if node not in shown_nodes])
        nx.set_node_attributes(graph, dict(pattern), "piece")
        return graph

    def recheck(self, network: Network, *, budget: float = 60.0) -> bool:
        """Return whether the region is proved anew of a network, which has to be the one that it was proved of.

        Parameters
        ----------
        network : Network
        budget : float
            Seconds; False where they are not enough.

        Raises
        ------
        ParameterError
            If it is another network: other equations, edges, weights, biases or parameters.
        """
        deadline = Deadline(checked_number("budget", budget, above=0.0))
        network = checked_network(network)
        found = network_digest(network)
        if found != self.digest:
            raise ParameterError(
                f"region is of another network: it was proved with the hash {self.digest}, and this is {network!r} "
                f"with the hash {found}; expected the same network, or neurograph.characterise of this one"
            )
        try:
            return self._proved_anew(network, deadline)
        except OutOfTimeError:
            return False

    def _proved_anew(self, network: Network, deadline: Deadline) -> bool:
        certificate = unique(network, deadline)
        units = Units.of(network, *hull(self.domain, self.box))
        question: Question = asked(units, self.inequalities, certificate, self.domain)
        known = kept_range(question, self.domain, self.places, self.pieces, deadline)
        if question.holds(known, deadline, self.cuts) is not Answer.PROVED:
            return False
        if not self.freed and box_in_pattern(units, self.box, self.places, self.pieces, self.cuts):
            return True
        return question.holds(question.over(self.box, deadline), deadline) is Answer.PROVED

    def to_json(self) -> str:
        """Return all that the region says as JSON text; labels that are neither text nor a number as their repr."""
        content = {
            "proved": str(self.proved), "inequalities": self.inequalities.words,
            "rows": self.inequalities.rows, "offsets": self.inequalities.offsets, "x0": self.x0,
            "inputs": self.network.inputs, "pattern": [[label, piece] for label, piece in self.pattern.items()],
            "freed": self.freed, "domain": self.domain, "cuts": {"A": self.cuts[0], "b": self.cuts[1]}, "box": self.box,
            "log_volume": self.volume(), "pattern_box": self.pattern_box,
            "pattern_log_volume": self.pattern_volume, "network": self.digest,
            "unique_equilibrium": self.certificate.name, "in_time": self.in_time, "seconds": self.seconds,
        }  # fmt: skip
        return json.dumps(json_value(content), allow_nan=False)
