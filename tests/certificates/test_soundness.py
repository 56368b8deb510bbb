"""A few networks of the attack that ``python -m tests.soundness`` makes on thousands."""

import pytest

from neurograph.certificates import THEOREMS
from tests.soundness import power, sound

ATTACKED = [
    theorem for theorem in THEOREMS.values() if theorem.scope != "local" and theorem.name not in ("p_matrix", "lure")
]


@pytest.mark.parametrize("theorem", ATTACKED, ids=lambda theorem: theorem.name)
def test_nothing_is_found_against_what_is_proved_at_its_threshold(theorem):
    outcome = sound(theorem, 4, seed=1)
    assert outcome.networks == 4
    assert not outcome.false
    assert outcome.worst <= 1e-8


def test_the_same_search_finds_most_networks_past_the_limit():
    found, seen = power(10, seed=1)
    assert found >= seen / 2
