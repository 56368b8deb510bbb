"""A settled graph in PyTorch: a layer of a larger model, on GPUs, and on many machines.

PyTorch is imported when the first of these functions is called. It is the extra ``torch``.
"""

from neurograph._checks import public_names
from neurograph.torch.layer import layer
from neurograph.torch.training import train

__all__ = ["layer", "train"]

public_names(__name__, __all__)
