"""Small checkpoints, and the files beside them."""

import numpy as np

from neurograph.training.checkpoints import Checkpoint


def small(number):
    return Checkpoint({"number": number}, {"weights": np.array([number, -0.5]), "mask": np.array(True)})


def same(one, other):
    """Bit for bit; repr tells -0.0 from 0.0, True from 1, a pair of surrogates from one letter, and nan is nan."""
    assert repr(one.facts) == repr(other.facts)
    assert list(one.arrays) == list(other.arrays)
    for mine, theirs in zip(one.arrays.values(), other.arrays.values(), strict=True):
        assert (mine.dtype.str, mine.shape, mine.tobytes()) == (theirs.dtype.str, theirs.shape, theirs.tobytes())


def beside(path, suffix):
    return path.with_name(path.name + suffix)


def folder_of(path):
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}
