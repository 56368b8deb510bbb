"""A few networks of the attack that ``python -m tests.soundness`` makes on thousands."""

from dataclasses import replace

import numpy as np
import pytest

from neurograph.certificates import THEOREMS
from neurograph.certificates.system import System
from tests.soundness.families import Family, threshold
from tests.soundness.search import Outcome, attacked, power, sound

SLOW = ("lure", "quadratic_lyapunov")
LATE = ("delay_independent", "delay_margin")


# Those about delays are attacked in test_delays.py, with delays.
@pytest.mark.parametrize("name", [name for name, one in THEOREMS.items() if "rate" in one.kinds and name not in LATE])
def test_nothing_is_found_against_what_is_proved_at_its_threshold(name):
    outcome = sound(THEOREMS[name], 1 if name in SLOW else 3, seed=1)
    assert outcome.networks == (1 if name in SLOW else 3)
    assert not outcome.false
    assert outcome.worst <= 1e-8


def test_the_same_search_finds_most_networks_past_the_limit():
    found, seen = power(10, seed=1)
    assert found >= seen / 2


def test_what_is_claimed_of_a_strictly_convex_energy_holds_up_to_its_limit_and_is_found_out_past_it():
    rng, past, theorem = np.random.default_rng(3), [], THEOREMS["energy"]
    for kind in ("relu, unequal leaks", "linear and relu") * 5:
        family = Family.draw(kind, rng, most=20, symmetric=True)
        t, found = threshold(theorem, family, rng, rounds=12)
        assert "unique equilibrium" in found.claims
        assert attacked(found, family, t, None, rng, Outcome()) is None
        past.append(attacked(replace(found, largest_dt=None), family, 1.15 * t, None, rng, Outcome()))
    assert sum(one is not None for one in past) >= 5


W = np.array([[0.0, -0.5, 0.2], [0.3, 0.0, -0.4], [0.5, 0.2, 0.0]])


@pytest.mark.parametrize("name", ["gershgorin", "m_matrix", "symmetric_part", "diagonal_lyapunov"])
def test_a_rate_or_a_step_that_is_too_large_by_a_hundredth_is_found_out(name):
    family, rng = Family("vector field", W), np.random.default_rng(0)
    found = THEOREMS[name].answer(system_of(family), 60.0)
    assert attacked(found, family, 1.0, None, rng, Outcome()) is None
    for wrong in (replace(found, rate=1.01 * found.rate), replace(found, largest_dt=2.0 * found.largest_dt)):
        assert "distances grow" in attacked(wrong, family, 1.0, None, rng, Outcome())


def test_a_box_or_an_eigenvalue_that_is_wrong_by_a_hundredth_is_found_out():
    family, rng, x = Family("tanh", W), np.random.default_rng(0), np.array([[0.1, -0.2, 0.3]])
    box = THEOREMS["invariant_box"].answer(system_of(family), 60.0)
    assert attacked(box, family, 1.0, None, rng, Outcome()) is None
    smaller = replace(box, witness={**box.witness, "high": 0.99 * box.witness["high"]})
    assert attacked(smaller, family, 1.0, None, rng, Outcome()) == "a state stays outside"
    local = THEOREMS["spectral_abscissa"].answer(system_of(family, x), 60.0)
    assert attacked(local, family, 1.0, x, rng, Outcome()) is None
    assert "abscissa" in attacked(replace(local, rate=1.01 * local.rate), family, 1.0, x, rng, Outcome())


def system_of(family, x=None):
    return System(family.network, x, None, 0.0, None)
