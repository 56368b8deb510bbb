"""Without PyTorch, what needs it names the extra."""

from unittest.mock import patch

import pytest

import neurograph as ng
from neurograph.torch.needed import check_torch
from tests.torch.networks import SMOOTH, drawn


def test_it_names_the_extra():
    with patch.dict("sys.modules", {"torch": None}), pytest.raises(ng.MissingPackageError, match=r"\[torch\]"):
        ng.torch.layer(drawn(SMOOTH["tanh"]))


def test_with_it_nothing_is_said():
    check_torch("a test")
