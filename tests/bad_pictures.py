"""What users get wrong about pictures of simulations: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_network


def simulation(**options):
    return ng.simulate(small_network(), np.ones((2, 3, 1)), dt=0.1, **options)


PICTURES = [
    (
        "activity of an equilibrium",
        lambda: ng.plots.activity(ng.settle(small_network(), [[1.0]])),
        ["simulation is of type Equilibrium", "neurograph.simulate"],
    ),
    ("a sample that is not there", lambda: ng.plots.activity(simulation(), sample=2), ["sample is 2", "below 2"]),
    ("a sample from the end", lambda: ng.plots.activity(simulation(), sample=-1), ["sample is -1", ">= 0"]),
    (
        "activity of a node that was not recorded",
        lambda: ng.plots.activity(simulation(), nodes=["z"]),
        ["node 'z'", "simulation.nodes"],
    ),
    ("activity of a label", lambda: ng.plots.activity(simulation(), nodes="h"), ["nodes is 'h'", "a list"]),
    ("activity of no nodes", lambda: ng.plots.activity(simulation(), nodes=[]), ["nodes is []", "a list"]),
    ("activity as a raster", lambda: ng.plots.activity(simulation(), kind="raster"), ["kind is 'raster'", "'lines'"]),
    (
        "activity without frames",
        lambda: ng.plots.activity(simulation(record=100)),
        ["simulation has no frames", "recorded more often"],
    ),
    ("activity on one Axes of two", lambda: ng.plots.activity(simulation(), ax=1), ["ax is 1", "2 Axes"]),
]
