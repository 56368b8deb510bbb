"""What a region asks to be proved: one equilibrium, the property on a part of the domain, a box inside the region."""

from __future__ import annotations

import numpy as np

from neurograph.certificates import Certificate, Report, certify
from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import EPS
from neurograph.certificates.verdict import LEVELS
from neurograph.errors import ParameterError
from neurograph.network.network import Network
from neurograph.regions.bounds import Range, settled_range
from neurograph.regions.boxes import Box
from neurograph.regions.growth import Question
from neurograph.regions.proof import Cuts, Form
from neurograph.regions.properties import MARGIN, Inequalities
from neurograph.regions.units import Places, Units


class NoUniqueEquilibriumError(ParameterError):
    """No certificate says that each input has one equilibrium, so that a proof would not be about what is settled.

    Raised by :func:`neurograph.characterise`. Train with ``keep=certificates.contracting()``, or project the network;
    if only the time was short, a larger ``budget``, or the ``report`` of a :func:`neurograph.certify` that took longer,
    may find one.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": 2.0})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> network = ng.compile(graph, ng.dynamics.additive("clip"))  # y excites itself more than it leaks
    >>> ng.characterise(network, [0.8], report=ng.certify(network, level="fast"))
    Traceback (most recent call last):
    neurograph.regions.questions.NoUniqueEquilibriumError: Network(...) has no certificate of a unique equilibrium ...
    >>> tame = ng.certificates.contracting().project(network)
    >>> ng.characterise(tame, [0.8]).inequalities.words
    ('y > 0.5',)
    """


def unique(network: Network, deadline: Deadline, report: Report | None = None) -> Certificate:
    """Return a certificate that each input has one equilibrium, with a rate where there is one that has.

    Raises
    ------
    NoUniqueEquilibriumError
        If none is proved.
    OutOfTimeError
        If none is proved before the deadline passes.
    """
    for level in LEVELS if report is None else LEVELS[:1]:
        seconds = max(0.3 * deadline.left, 1e-3)
        made = certify(network, level=level, budget=seconds, progress=False) if report is None else report
        found = [one for one in made.proved if "unique equilibrium" in one.claims and one.scope == "all inputs"]
        if found:
            return next((one for one in found if one.rate is not None), found[0])
    if report is None:
        deadline.check()
    raise NoUniqueEquilibriumError(
        f"{network!r} has no certificate of a unique equilibrium ({made.claim}): expected one, for where an input has "
        "several equilibria, a proof and settling speak of different ones; train or project with "
        "certificates.contracting()"
    )


def asked(units: Units, inequalities: Inequalities, certificate: Certificate, domain: Box) -> Question:
    """Return the question whether each inequality holds with the margin to spare."""
    forms = []
    for row, offset in zip(inequalities.rows, inequalities.offsets, strict=True):
        r = np.zeros(len(units.neurons))
        np.add.at(r, units.outputs, row)
        forms.append(Form(r, np.zeros(r.size), np.zeros(units.U.shape[1]), float(offset) - MARGIN))
    return Question(units, tuple(forms), certificate, domain)


def piece_ends(units: Units, places: Places, pieces: Places) -> Box:
    """Return the ends of u (free,) that say that these neurons are at these pieces."""
    low, high = np.full(len(units.neurons), -np.inf), np.full(len(units.neurons), np.inf)
    for place, piece in zip(places.tolist(), pieces.tolist(), strict=True):
        own = units.sources == place
        low[own], high[own] = units.neurons[place].ends[[piece, piece + 1]]
    return low, high


def kept_range(question: Question, box: Box, places: Places, pieces: Places, deadline: Deadline) -> Range:
    """Return the range of a box in which these neurons are at these pieces."""
    known = question.over(box, deadline)
    return settled_range(
        question.units, known.within(question.units, *piece_ends(question.units, places, pieces)), deadline
    )


def whole_pattern(units: Units, places: Places, pieces: Places) -> Places:
    """Return the piece of every neuron (free,), where all those of several pieces are told."""
    of = dict(zip(places.tolist(), pieces.tolist(), strict=True))
    return np.array([of.get(source, 0) for source in units.sources.tolist()], np.int64)


def box_in_pattern(units: Units, box: Box, places: Places, pieces: Places, cuts: Cuts) -> bool:
    """Return whether all of a box is at one pattern, and within the cuts.

    What solves the pattern's equation and is at its pieces is an equilibrium, and so the only one.
    """
    pattern = whole_pattern(units, places, pieces)
    A, b, _ = units.halfspaces(pattern)
    size = np.abs(A) @ np.maximum(np.abs(box[0]), np.abs(box[1])) + np.abs(b)
    most = np.maximum(A, 0.0) @ box[1] + np.minimum(A, 0.0) @ box[0] + (A.shape[1] + 8) * EPS * size
    cut = np.maximum(cuts[0], 0.0) @ box[1] + np.minimum(cuts[0], 0.0) @ box[0]
    return bool(np.all(most + units.affine_error(pattern, *box) <= b) and np.all(cut <= cuts[1]))
