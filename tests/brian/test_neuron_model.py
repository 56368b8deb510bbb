"""What the models say for themselves is what Brian2 can read."""

import pytest

from neurograph.brian import KINDS
from neurograph.brian.importing import load_brian2


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_equations_and_constants_of_a_model_can_be_read_by_brian2(kind):
    brian2 = load_brian2()
    names = brian2.Equations(kind.neurons).names
    assert "I_syn" in names
    assert kind.phase is None or kind.phase[0] in names
    for name, (value, unit) in kind.constants:
        assert float(value * getattr(brian2, unit)) == value, name


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_model_spikes_or_sums_anew_in_every_step(kind):
    assert kind.spikes == (kind.threshold is not None) == (kind.name != "rate")
    assert kind.spikes != bool(kind.summed)
