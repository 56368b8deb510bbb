"""The time that a theorem is given."""

import time

import pytest

from neurograph.certificates.deadline import Deadline, OutOfTimeError


def test_a_deadline_counts_down():
    deadline = Deadline(0.01)
    deadline.check()
    time.sleep(0.02)
    assert deadline.left < 0.0
    with pytest.raises(OutOfTimeError):
        deadline.check()


def test_a_deadline_without_end_never_passes():
    deadline = Deadline(float("inf"))
    deadline.check()
    assert deadline.left == float("inf")
