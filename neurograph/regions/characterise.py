"""characterise(): a region of inputs around one on which a property of the outputs is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from neurograph._checks import checked_number
from neurograph.certificates import Report
from neurograph.certificates.deadline import Deadline, OutOfTimeError
from neurograph.certificates.system import in_float64, network_digest
from neurograph.errors import DataError, ParameterError
from neurograph.network.inputs import checked_inputs, checked_network
from neurograph.network.network import Network
from neurograph.regions.boxes import Box, largest_box
from neurograph.regions.growth import grown
from neurograph.regions.proof import Answer, Cuts
from neurograph.regions.proof import prove as prove_form
from neurograph.regions.properties import MARGIN, Property
from neurograph.regions.questions import asked, box_in_pattern, kept_range, unique
from neurograph.regions.region import SOLVER, InputRegion
from neurograph.regions.units import Array, Places, Units
from neurograph.solvers.settle import settle

LEAST_SHARE = 1e-3
"""Share of the domain about x0 from which on neurons are freed."""


def characterise(
    network: Network,
    x0: ArrayLike,
    *,
    prove: Property | None = None,
    domain: tuple[ArrayLike, ArrayLike] = (0.0, 1.0),
    release: bool = True,
    report: Report | None = None,
    budget: float = 60.0,
) -> InputRegion:
    r"""Return a region of inputs around x0 on which a property of the outputs is proved, and the neurons that decide.

    The pattern at x0 says at which piece of its activation each neuron settles. From the inputs of that pattern a box
    is grown as long as the property is proved all over it, whichever pieces the neurons are at there; and neurons are
    freed from the pattern as long as the rest still proves the property, over as much of the domain about x0 as the
    whole pattern proves it on. The region is what those that stay leave, and the box.

    Parameters
    ----------
    network : Network
        Of piecewise-linear neurons, with a certificate of a unique equilibrium.
    x0 : array (inputs,)
        An input that has the property.
    prove : Property, optional
        ``regions.decision()``, the default: the largest output stays the largest, or a single one on its side of 0.5;
        ``regions.bound("y", least=0.3)``; ``regions.linear({"y": 1.0, "z": -1.0})``.
    domain : (low, high)
        Numbers, or arrays (inputs,): the inputs that are spoken of; x0 is one of them.
    release : bool
        Whether the box grows beyond the pattern, and neurons are freed. Without, the region is the polytope of the
        whole pattern at x0, cut to where the property holds: ``.halfspaces``.
    report : Report, optional
        Of :func:`neurograph.certify` of this network, which spares asking again.
    budget : float
        Seconds that the whole call may take, but for the work between two looks at the clock; the largest region
        proved until then is returned.

    Returns
    -------
    InputRegion
        ``.contains(x)``, ``.box``, ``.pattern``, the neurons that decide, and ``.volume()``.

    Raises
    ------
    ParameterError
        If `network` is not a Network; no unique equilibrium is proved (NoUniqueEquilibriumError); a neuron is not
        piecewise linear (NotPiecewiseLinearError) or without a bound; the property is false at x0; the budget does not
        reach for a first region; or another argument is out of range.
    DataError
        If x0 or the domain do not fit the network.

    Notes
    -----
    At rest, with the summed inputs u (free,) and what neurons send r (free,),

    .. math:: u = W r + U x + w, \quad r_j = a_j u_j + e_j \quad \text{where} \quad k_j \le u_j \le k'_j

    with W the weights among free neurons, U those from the inputs x, w biases and bias nodes, and slope, intercept and
    ends of the piece that neuron j is at. For the inputs of one pattern of pieces, u is so affine in x, and they are a
    polytope A x <= b. The largest box inside it maximises the sum of the logs of its widths; whether the property holds
    all over a larger one is decided by branching over the pieces, each proof summed in outward-rounded arithmetic.
    Patterns and boxes are those of [1]_, after [2]_, for feedforward networks; recurrent ones, at the one equilibrium
    that is certified, are our own.

    References
    ----------
    .. [1] Finding input characterizations for output properties in ReLU neural networks, arXiv 2003.04273, 2020.
    .. [2] Gopinath, Converse, Pasareanu, Taly, Property inference for deep neural networks, arXiv 1904.13215.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "h", {"weight": 1.0}), ("h", "y", {"weight": 1.0}), ("y", "h", {"weight": -0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> region = ng.characterise(ng.compile(graph, ng.dynamics.additive("relu")), [1.2], domain=(-1.0, 2.0))
    >>> [end.round(3).tolist() for end in region.box]  # y settles at x/1.5, and is above 0.5 for x > 0.75
    [[0.75], [2.0]]
    """
    deadline = Deadline(checked_number("budget", budget, above=0.0))
    network = checked_network(network)
    if not isinstance(release, bool):
        raise ParameterError(f"release is {release!r}: expected True or False")
    if prove is not None and not isinstance(prove, Property):
        raise ParameterError(
            f"prove is {prove!r}: expected one of neurograph.regions.decision(), bound(...), linear(...)"
        )
    if report is not None:
        _check_report(report, network)
    x = _checked_input(network, x0)
    ends = _checked_domain(network, x, domain)
    try:
        return _Search(network, x, prove or Property(), ends, report, deadline, release).region()
    except OutOfTimeError:
        raise ParameterError(
            f"budget is {budget:g} s, which is not enough for the pattern at x0 alone: expected more, such as "
            f"{max(10.0 * budget, 10.0):g}"
        ) from None


def _check_report(report: Report, network: Network) -> None:
    if not isinstance(report, Report):
        raise ParameterError(f"report is of type {type(report).__name__}: expected what neurograph.certify returns")
    report.check(network)


def _checked_input(network: Network, x0: ArrayLike) -> Array:
    if np.ndim(x0) != 1:
        raise DataError(f"x0 has shape {np.shape(x0)}: expected (inputs,), one input; write x[0] for the first")
    found: Array = np.array(checked_inputs(network, np.asarray(x0)[None]), np.float64)[0]
    return found


def _checked_domain(network: Network, x: Array, domain: tuple[ArrayLike, ArrayLike]) -> Box:
    """Return the ends of the domain (inputs,), or say what is wrong with it."""
    try:
        low, high = (np.array(np.broadcast_to(np.asarray(end, np.float64), x.shape)) for end in domain)
    except (TypeError, ValueError):
        raise DataError(
            f"domain is {domain!r}: expected (low, high), each a number or an array ({x.size},), one for each input"
        ) from None
    labels = network.inputs
    for k in range(x.size):
        if not (np.isfinite(low[k]) and np.isfinite(high[k]) and low[k] < high[k]):
            raise DataError(
                f"domain of input {labels[k]!r} goes from {low[k]:g} to {high[k]:g}: expected finite numbers low < high"
            )
        if not low[k] <= x[k] <= high[k]:
            raise DataError(
                f"x0 is {x[k]:g} at input {labels[k]!r}, outside the domain from {low[k]:g} to {high[k]:g}: expected a "
                "domain that holds x0, such as domain=(x0 - 0.5, x0 + 0.5)"
            )
    return low, high


class _Search:
    """One call: what is known at x0, and the regions proved one after the other."""

    def __init__(
        self, network: Network, x: Array, proved: Property, domain: Box, report: Report | None, deadline: Deadline,
        release: bool,
    ) -> None:  # fmt: skip
        self.network, self.x, self.proved, self.domain, self.deadline = network, x, proved, domain, deadline
        self.release, self.seconds = release, deadline.left
        self.units = Units.of(network, *domain)
        self.certificate = unique(network, deadline, report)
        deadline.check()
        self.pattern = self._pattern()
        settled = self.units.affine(self.pattern)
        u = settled[0] @ x + settled[1]
        slope, foot = self.units.lines(self.pattern).T
        outputs = (slope * u + foot)[self.units.outputs]
        self.inequalities = proved.on(network, outputs)
        values = self.inequalities.at(outputs)
        worst = int(np.argmin(values))
        if values[worst] <= MARGIN:
            raise ParameterError(
                f"prove says {self.inequalities.words[worst]}, but at x0 the difference is {values[worst]:.6g}: "
                f"expected a property that holds at x0, by more than {MARGIN:g}"
            )
        self.question = asked(self.units, self.inequalities, self.certificate, domain)

    def _pattern(self) -> Places:
        """Return the pattern at x0."""
        network = in_float64(self.network)
        state = settle(network, self.x[None], solver=SOLVER, throw=False).state
        start = self.units.pattern_at(self.units.summed(state)[0])
        found = self.units.settled(self.x, start) if np.all(np.isfinite(state)) else None
        if found is None:
            raise ParameterError("x0 does not settle: expected an input whose equilibrium is found")
        return found[1]

    def region(self) -> InputRegion:
        """Return the best region that the time allows."""
        units, deadline = self.units, self.deadline
        A, b, _ = units.halfspaces(self.pattern)
        H, h = self.question.affine(self.pattern)
        room = 1e-9 * (1.0 + np.abs(np.concatenate([b, h]))) + self.units.affine_error(self.pattern, *self.domain)
        if not np.all(np.isfinite(room)):
            raise ParameterError(
                "the pattern at x0 is too ill-conditioned for a bound of its rounding: expected another x0"
            )
        rows, sides = np.vstack([A, -H]), np.concatenate([b, h]) - room
        box = largest_box(rows, sides, self.domain, deadline)
        if box is None:
            raise ParameterError(
                "x0 is where two patterns meet, and the polytope of its own has no inside: expected another x0, such "
                "as one a little beside it"
            )
        deadline.check()
        first = self._whole((-H, h - 1e-9 * (1.0 + np.abs(h))), box)
        deadline.check()
        if first is None:
            raise ParameterError(
                "the pattern at x0 is so near to where it ends, or to where the property does, that rounding decides: "
                "expected another x0"
            )
        if not self.release:
            return self._finished(first, True)
        best = first
        try:
            larger = grown(self.question, self.pattern, box, Deadline(0.6 * deadline.left))
            best = replace(first, box=larger)
            best = self._freed(best)
        except OutOfTimeError:
            pass
        return self._finished(best, deadline.left > 0.0)

    def _made(self, places: Places, domain: Box, cuts: Cuts, box: Box, pattern_box: Box) -> InputRegion:
        return InputRegion(
            self.network, self.x, self.proved, self.inequalities, places, self.pattern[places], domain, cuts, box,
            pattern_box, network_digest(self.network), self.certificate, units=self.units,
        )  # fmt: skip

    def _finished(self, region: InputRegion, in_time: bool) -> InputRegion:
        return replace(region, in_time=in_time, seconds=self.seconds - self.deadline.left)

    def _whole(self, cuts: Cuts, box: Box) -> InputRegion | None:
        """Return the region of the whole pattern, cut where the pattern alone does not prove the property."""
        everything = self._made(self.units.branching, self.domain, cuts, box, box)
        known = kept_range(self.question, self.domain, everything.places, everything.pieces, self.deadline)
        needed = []
        for k, form in enumerate(self.question.forms):
            if prove_form(self.units, known, form, self.deadline).answer is not Answer.PROVED:
                needed.append(k)
        cuts = (cuts[0][needed], cuts[1][needed])
        if self.question.holds(known, self.deadline, cuts) is not Answer.PROVED:
            return None
        # A neuron at a knot whatever the input leaves the box no room: the property is proved without a pattern.
        if not box_in_pattern(self.units, box, everything.places, everything.pieces, cuts) and (
            self.question.holds(self.question.over(box, self.deadline), self.deadline) is not Answer.PROVED
        ):
            return None
        return replace(everything, cuts=cuts)

    def _freed(self, first: InputRegion) -> InputRegion:
        """Return the region of as few neurons as prove the property, over a domain about x0 that the pattern bears.

        The outputs are freed first: the piece of an output may be the property itself.
        """
        units, deadline = self.units, self.deadline
        outputs = units.sources[units.outputs]
        every = [j for j in units.branching.tolist() if j not in outputs]
        domain, low, high = None, LEAST_SHARE, 1.0
        for share in (high, low):
            if self._holds(self._about(share), every, Deadline(0.2 * deadline.left)):
                domain, low = self._about(share), share
                break
        while domain is not None and high > 1.1 * low:
            middle = float(np.sqrt(low * high))
            if self._holds(self._about(middle), every, Deadline(0.2 * deadline.left)):
                domain, low = self._about(middle), middle
            else:
                high = middle
        if domain is None:
            return first
        kept = np.array(self._released(domain, every, Deadline(0.9 * deadline.left)), np.int64)
        no_cuts = np.zeros((0, self.x.size)), np.zeros(0)
        return replace(first, places=kept, pieces=self.pattern[kept], domain=domain, cuts=no_cuts)

    def _about(self, share: float) -> Box:
        """Return the box about x0 that reaches so far on either side, as a share of the domain, within the domain."""
        reach = share * (self.domain[1] - self.domain[0])
        return np.maximum(self.x - reach, self.domain[0]), np.minimum(self.x + reach, self.domain[1])

    def _holds(self, domain: Box, kept: list[int], deadline: Deadline) -> bool:
        places = np.array(kept, np.int64)
        try:
            known = kept_range(self.question, domain, places, self.pattern[places], deadline)
            return self.question.holds(known, deadline) is Answer.PROVED
        except OutOfTimeError:
            return False

    def _released(self, domain: Box, kept: list[int], deadline: Deadline) -> list[int]:
        """Return the neurons that stay: halves of those left are freed as long as the others prove the property."""
        groups = [list(kept)]
        while groups and deadline.left > 0.0:
            group = groups.pop()
            without = [j for j in kept if j not in group]
            if group and self._holds(domain, without, Deadline(0.3 * deadline.left)):
                kept = without
            elif len(group) > 1:
                groups += [group[len(group) // 2 :], group[: len(group) // 2]]
        return kept
