"""A box grown while the property is proved all over it, whichever piece each neuron is at there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurograph.certificates import Certificate
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.regions.bounds import Range, range_over
from neurograph.regions.boxes import Box, largest_box, log_volume, stretched
from neurograph.regions.proof import Answer, Form, prove, tightened
from neurograph.regions.units import Array, Places, Units

STRETCHES = (3.0, 1.5, 1.1)
"""How much wider than a box the one is in which a larger one is looked for."""

EXAMPLES = 60
"""Rounds of boxes and of inputs that refute them."""

ATTACKS = 4
"""Corners that are looked at from each pattern."""

GAIN = 0.02
"""How much larger a box is to be, in log-volume, to be looked at."""

DRAWN_IN = 5e-4
"""Share of its width by which a face is drawn in before a proof is tried."""

FEW = 8
"""Inputs up to which each face of a box is moved on its own."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is proved of a network: forms that are >= 0, by linear programmes and branching, inputs in a domain.

    Attributes
    ----------
    units : Units
    forms : tuple of Form
    certificate : Certificate
        Of the one equilibrium.
    domain : (array (inputs,), array (inputs,))
    """

    units: Units
    forms: tuple[Form, ...]
    certificate: Certificate
    domain: Box

    def over(self, box: Box, deadline: Deadline) -> Range:
        """Return the range of a box, as intervals say."""
        return range_over(self.units, *box, self.certificate, deadline)

    def holds(self, known: Range, deadline: Deadline, cuts: tuple[Array, Array] | None = None) -> Answer:
        """Return whether every form is >= 0 in a range."""
        for form in self.forms:
            found = prove(self.units, known, form, deadline, cuts)
            if found.answer is not Answer.PROVED:
                return found.answer
        return Answer.PROVED

    def affine(self, pattern: Places) -> tuple[Array, Array]:
        """Return H and h: at the pattern's equilibrium the forms are H x + h."""
        T, t = self.units.affine(pattern)
        slope, foot = self.units.lines(pattern).T
        R = np.array([form.r * slope + form.u for form in self.forms])
        offsets = np.array([form.offset + form.r @ foot for form in self.forms])
        return R @ T + np.array([form.x for form in self.forms]), R @ t + offsets


def grown(question: Question, pattern: Places, box: Box, deadline: Deadline) -> Box:
    """Return a box at least as large on all of which the forms are proved to be >= 0, in the time.

    It is found by what refutes boxes that are too large. At first the forms are taken for the affine functions that
    they are at the pattern. The largest box on which these are >= 0 is attacked, then a proof is tried; whatever input
    refutes it has a pattern of its own, whose affine function joins the others. Each time a domain some times as wide
    as the best box is looked at.
    """
    best = _by_examples(question, pattern, box, Deadline(0.7 * deadline.left))
    return _by_faces(question, best, deadline) if box[0].size <= FEW else best


def _by_examples(question: Question, pattern: Places, box: Box, deadline: Deadline) -> Box:
    best, widths = box, list(STRETCHES)
    while widths and deadline.left > 0.0:
        domain = stretched(best, widths[0], question.domain)
        found = _within(question, pattern, domain, log_volume(best), Deadline(0.5 * deadline.left))
        if found is None:
            widths.pop(0)
        else:
            best = found
    return best


def _within(question: Question, pattern: Places, domain: Box, least: float, deadline: Deadline) -> Box | None:
    """Return a proved box in a domain whose log-volume is above `least`; None where none is found."""
    H, h = question.affine(pattern)
    kept = [(i, pattern, H[i], h[i]) for i in range(len(h))]
    for _ in range(EXAMPLES):
        rows, sides = np.array([row for *_, row, _ in kept]), np.array([side for *_, side in kept])
        if deadline.left < 0.0:
            return None
        found = largest_box(-rows, sides - 1e-9 * (1.0 + np.abs(sides)), domain, deadline)
        if found is None or log_volume(found) < least + GAIN:
            return None
        found = _drawn_in(found)
        examples = attacked(question, kept, found)
        if not examples:
            try:
                known = question.over(found, deadline)
                if len(kept) > len(h):
                    known = tightened(question.units, known, Deadline(0.2 * deadline.left))
                for i, form in enumerate(question.forms):
                    answer = prove(question.units, known, form, deadline)
                    if answer.answer is Answer.UNKNOWN:
                        return None
                    if answer.point is not None:
                        examples = [(i, answer.point)]
                        break
                else:
                    return found
            except OutOfTimeError:
                return None
        new = [one for i, point in examples if (one := _cut(question, i, point, pattern)) is not None]
        if not new:
            return None
        kept += new
    return None


def _drawn_in(box: Box) -> Box:
    """Return a box that is a little smaller, so that a proof has room."""
    room = DRAWN_IN * (box[1] - box[0])
    return box[0] + room, box[1] - room


Cut = tuple[int, Places, Array, float]
"""A form, a pattern, and the affine function that it is there."""


def _cut(question: Question, i: int, point: Array, start: Places) -> Cut | None:
    """Return the affine function that a form is at an input's pattern."""
    found = question.units.settled(point, start)
    if found is None:
        return None
    H, h = question.affine(found[1])
    return i, found[1], H[i], float(h[i])


def attacked(question: Question, cuts: list[Cut], box: Box) -> list[tuple[int, Array]]:
    """Return inputs of a box at which forms are negative, as (form, input), where the corners have some.

    From each pattern in turn: the corner that is worst for its affine function, then the worst for that of the
    corner's own pattern, and so on.
    """
    found = {}
    for i, pattern, row, _ in cuts:
        for _ in range(ATTACKS):
            corner = np.where(row > 0.0, box[0], box[1])
            settled = question.units.settled(corner, pattern)
            if settled is None:
                break
            u, next_pattern = settled
            if question.forms[i].at(question.units, corner, u, next_pattern) < 0.0:
                found[i, next_pattern.tobytes()] = (i, corner)
                break
            if np.array_equal(next_pattern, pattern):
                break
            pattern, row = next_pattern, question.affine(next_pattern)[0][i]
    return list(found.values())


def _by_faces(question: Question, box: Box, deadline: Deadline) -> Box:
    """Return the box with each face moved outward as far as a proof goes, by bisection, one face after the other."""
    for face in [(side, k) for k in range(box[0].size) for side in (0, 1)]:
        side, k = face
        near, far = box[side][k], question.domain[side][k]
        width = box[1][k] - box[0][k]
        for trial in range(7):
            if deadline.left < 0.0 or abs(far - near) <= 0.02 * width:
                break
            end = far if trial == 0 else 0.5 * (near + far)
            moved = (box[0].copy(), box[1].copy())
            moved[side][k] = end
            if _proved(question, moved, Deadline(0.3 * deadline.left)):
                near, box = end, moved
                if trial == 0:
                    break
            else:
                far = end
    return box


def _proved(question: Question, box: Box, deadline: Deadline) -> bool:
    try:
        return question.holds(question.over(box, deadline), deadline) is Answer.PROVED
    except OutOfTimeError:
        return False
