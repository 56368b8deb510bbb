"""Deadlines: time that is left, and time that is spent."""

import pytest

from neurograph.certificates.deadline import Deadline, OutOfTimeError


def test_time_runs_from_when_it_is_made():
    deadline = Deadline(60.0)
    first = deadline.left
    assert 0.0 < deadline.left <= first <= 60.0
    deadline.check()


def test_spent_time_raises():
    with pytest.raises(OutOfTimeError):
        Deadline(1.0, began=Deadline(0.0).began - 2.0).check()
