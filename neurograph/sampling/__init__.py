"""States of binary neurons: drawn, and of few enumerated; how likely each neuron is 1, and how often it flips."""

from neurograph._checks import public_names
from neurograph.sampling.chains import flip_rates, probabilities
from neurograph.sampling.energy import Distribution, exact_distribution, log_likelihood
from neurograph.sampling.result import Samples
from neurograph.sampling.sample import sample

__all__ = [
    "Distribution", "Samples", "exact_distribution", "flip_rates", "log_likelihood", "probabilities", "sample",
]  # fmt: skip

public_names(__name__, __all__)
