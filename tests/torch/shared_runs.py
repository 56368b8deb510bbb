"""Runs whose samples are shared, as the processes of test_training.py make them: each with what it is called with."""

import os
import time
import warnings
from pathlib import Path

import numpy as np

import neurograph as ng
from neurograph.torch.group import Group
from tests.training.networks import XOR, labelled, network

LAYERED = ng.compile(ng.topologies.layered(4, (12,), 3, bias="neurons", seed=1), ng.dynamics.additive("tanh"))
TIED = ng.compile(
    ng.topologies.symmetric(ng.topologies.complete(4, 6, 3, bias="neurons", seed=2)), ng.dynamics.vector_field()
)
DEEP = ng.compile(ng.topologies.complete(4, 8, 3, bias=True, seed=3), ng.dynamics.deep())
FLOAT32 = ng.compile(
    ng.topologies.layered(4, (12,), 3, bias="neurons", seed=1), ng.dynamics.additive("tanh"), dtype=np.float32
)


def samples(count):
    rng = np.random.default_rng(count)
    return rng.random((count, 4)), rng.random((count, 3))


ONE = {"batch_size": None, "epochs": 1, "optimiser": ng.optimisers.sgd(1.0)}
CASES = {
    "all at once": (LAYERED, 10, ONE),
    "a digraph": (DEEP, 11, ONE),
    "tied edges": (TIED, 10, ONE | {"rule": ng.rules.centred_ep()}),
    "a sign for each sample": (TIED, 10, ONE | {"rule": ng.rules.random_sign_ep(), "beta": 0.2}),
    "clamped": (TIED, 7, ONE | {"rule": ng.rules.contrastive_hebbian()}),
    "along the nudged phase": (TIED, 7, ONE | {"rule": ng.rules.vector_field()}),
    "transposed phases": (DEEP, 7, ONE | {"rule": ng.rules.asymmetric_ep(finite=True), "beta": 0.05}),
    "float32": (FLOAT32, 10, ONE),
    "batches of which the last is small": (LAYERED, 11, {"batch_size": 5, "epochs": 3}),
    "drawn starts": (DEEP, 10, {"batch_size": 4, "epochs": 3, "start": "uniform"}),
    "warm starts": (DEEP, 10, {"batch_size": 4, "epochs": 3, "start": "warm"}),
    "edges leave": (
        DEEP, 12, {"batch_size": 5, "epochs": 4, "pruner": ng.pruning.magnitude(0.1), "validation": 0.25},
    ),
    "edges leave and come": (
        LAYERED, 12,
        {"batch_size": 5, "epochs": 4, "pruner": ng.pruning.saliency(0.1), "grower": ng.growth.rigl()},
    ),
    "contracting": (DEEP, 10, {"batch_size": 4, "epochs": 2, "keep": ng.certificates.contracting(rate=0.05)}),
    "a cost that is reached": (LAYERED, 10, {"batch_size": 4, "epochs": 30, "target_cost": 0.06}),
}  # fmt: skip


def trained(name, train):
    start, count, options = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ng.TrainingWarning)
        return train(start, *samples(count), **{"target_cost": None, "seed": 5, "progress": False} | options)


def every_case(folder):
    return {name: trained(name, ng.torch.train) for name in CASES}
