"""An optimiser run along changes."""

import numpy as np


def run(optimiser, changes, weights=3, epochs=None):
    """Values after each of the changes, from 0."""
    values, memory, seen = np.zeros(len(changes[0])), optimiser.begin(len(changes[0])), []
    for k, change in enumerate(changes):
        values, memory = optimiser.step(values, np.array(change), memory, weights, 0 if epochs is None else epochs[k])
        seen.append(values)
    return np.array(seen)
