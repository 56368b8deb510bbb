"""Delays of rates: lines that hold what neurons have sent, step by step, and what each synapse hears of them.

Brian2 delays spikes, and rates have none. A neuron's line is a chain of elements: one takes what the neuron sends in a
step, and each of the others what the one before it held in the step before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurograph._arrays import Floats
from neurograph._checks import check_memory
from neurograph.brian.timing import CLOSE

Places = NDArray[np.int64]

ELEMENTS = """held : 1
moved : 1
newest : 1 (constant)
sent_now : 1 (linked)
before : 1 (linked)"""
"""What an element holds; the newest of a line takes what its neuron sends."""

ELEMENT_OPERATIONS = (
    ("moved = before", "start"),
    ("held = newest*sent_now + (1.0 - newest)*moved", "before_groups"),
)
"""What elements do in every step, after inputs have their values and before neurons sum up what they hear."""

TAPS = """share : 1 (constant)
heard_post = share*held_pre : 1 (summed)"""
"""The synapses from the elements onto the network's synapses."""

ORDER = -1
"""That of the network's synapses in a slot, so that they hear their taps before the neurons sum up."""


BYTES = 64
"""What an element takes."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of neurons, and their taps.

    Attributes
    ----------
    neuron : int64 array (elements,)
        Whose line an element is of.
    before : int64 array (elements,)
        The element that it takes from; the newest of a line is there with its own place.
    element, synapse : int64 array (taps,)
        What a tap connects: one for a delay that is a multiple of the step, two for another.
    share : array (taps,)
        How much of what the element holds the synapse hears.
    """

    neuron: Places
    before: Places
    element: Places
    synapse: Places
    share: Floats

    @property
    def newest(self) -> Floats:
        """1 for the newest element of each line, 0 for the others (elements,)."""
        return np.asarray(self.before == np.arange(self.before.size), np.float64)

    @property
    def age(self) -> Places:
        """How many steps ago each element's neuron sent what it holds at the end of a step (elements,)."""
        places = np.arange(self.before.size)
        return np.asarray(places - np.maximum.accumulate(np.where(self.newest, places, 0)), np.int64)

    def held(self, past: Floats) -> NDArray[np.float64]:
        """Return what the elements hold after nodes have sent `past` (batch, steps, nodes), oldest first."""
        steps, nodes = past.shape[1:]
        copy, node = np.divmod(self.neuron, nodes)
        return np.asarray(past[copy, np.maximum(steps - 1 - self.age, 0), node], np.float64)

    def past(self, held: Floats, now: Floats) -> NDArray[np.float64]:
        """Return what nodes have sent (batch, steps, nodes), oldest first, as far back as the longest delay asks for.

        `held` is what the elements hold, `now` what nodes send (batch, nodes), which stands for what no edge hears.
        """
        age, steps = self.age, max(int(self.age.max()), 1)
        sent = np.repeat(np.asarray(now, np.float64)[:, None], steps, axis=1)
        heard = age < steps
        copy, node = np.divmod(self.neuron[heard], now.shape[1])
        sent[copy, steps - 1 - age[heard], node] = held[heard]
        return sent


def lines_of(pre: Places, lags: Floats) -> Lines:
    """Return the lines for synapses from the neurons `pre` whose delays are `lags` steps, whole or not.

    Raises
    ------
    GraphTooLargeError
        If the lines do not fit into the memory.
    """
    held = np.zeros(int(pre.max()) + 1)
    np.maximum.at(held, pre, lags + 2.0)
    check_memory(
        int(BYTES * held.sum()),
        f"holding what neurons send for up to {np.max(lags):.6g} steps",
        "take a longer dt, or shorter delays",
    )
    nearest = np.round(lags)
    lags = np.where(np.abs(lags - nearest) <= CLOSE * np.maximum(nearest, 1.0), nearest, lags)
    whole = np.floor(lags).astype(np.int64)
    later = lags - whole
    longest = np.full(int(pre.max()) + 1, -1, np.int64)
    np.maximum.at(longest, pre, whole + (later > 0.0))
    first = np.r_[0, np.cumsum(longest + 1)]
    neuron = np.repeat(np.arange(longest.size), longest + 1)
    places = np.arange(neuron.size)
    split = np.flatnonzero(later > 0.0)
    newer = first[pre] + whole
    return Lines(
        neuron,
        np.where(places == first[neuron], places, places - 1),
        np.r_[newer, newer[split] + 1],
        np.r_[np.arange(pre.size), split],
        np.r_[1.0 - later, later[split]],
    )
