"""layer(): a settled graph as a layer of PyTorch."""

from __future__ import annotations

from typing import Any

from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.torch.needed import check_torch


def layer(network: Network) -> Any:
    """Return a network as a layer of PyTorch."""
    check_torch("torch.layer")
    return checked_network(network)
