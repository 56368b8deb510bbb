"""Runs whose samples are shared, as the processes of test_training.py make them."""

import os
import signal
import time
import warnings
from dataclasses import replace
from unittest import mock

import numpy as np
import torch.distributed as dist

import neurograph as ng
from neurograph.torch.training import SharedProblem

LAYERED = ng.compile(ng.topologies.layered(4, (12,), 3, bias="neurons", seed=1), ng.dynamics.additive("tanh"))
TIED = ng.compile(
    ng.topologies.symmetric(ng.topologies.complete(4, 6, 3, bias="neurons", seed=2)), ng.dynamics.vector_field()
)
DEEP = ng.compile(ng.topologies.complete(4, 8, 3, bias=True, seed=3), ng.dynamics.deep())
FLOAT32 = ng.compile(
    ng.topologies.layered(4, (12,), 3, bias="neurons", seed=1), ng.dynamics.additive("tanh"), dtype=np.float32
)

ONE = {"batch_size": None, "epochs": 1, "optimiser": ng.optimisers.sgd(1.0)}
SHORT = {"batch_size": 4, "epochs": 3}
CASES = {
    "all at once": (LAYERED, 10, ONE),
    "a digraph": (DEEP, 11, ONE),
    "tied edges": (TIED, 10, ONE | {"rule": ng.rules.centred_ep()}),
    "a sign for each sample": (TIED, 10, ONE | {"rule": ng.rules.random_sign_ep(), "beta": 0.2}),
    "clamped": (TIED, 7, ONE | {"rule": ng.rules.contrastive_hebbian()}),
    "along the nudged phase": (TIED, 7, ONE | {"rule": ng.rules.stdp(average=False)}),
    "transposed phases": (DEEP, 7, ONE | {"rule": ng.rules.asymmetric_ep(finite=True), "beta": 0.05}),
    "not all are learned from": (DEEP, 9, ONE | {"rule": ng.rules.asymmetric_ep(finite=True), "beta": 0.6}),
    "some do not settle": (DEEP, 9, ONE | {"solver": ng.solvers.Euler(dt=0.2, steps=52)}),
    "float32": (FLOAT32, 10, ONE),
    "batches of which the last is small": (LAYERED, 11, SHORT | {"batch_size": 5}),
    "drawn starts": (DEEP, 10, SHORT | {"start": "uniform"}),
    "warm starts": (DEEP, 10, SHORT | {"start": "warm"}),
    "edges leave": (DEEP, 12, SHORT | {"pruner": ng.pruning.magnitude(0.1), "validation": 0.25}),
    "edges leave and come": (LAYERED, 12, SHORT | {"pruner": ng.pruning.saliency(0.1), "grower": ng.growth.rigl()}),
    "contracting": (DEEP, 10, SHORT | {"keep": ng.certificates.contracting(rate=0.05)}),
    "a cost that is reached": (LAYERED, 10, SHORT | {"epochs": 30, "target_cost": 0.06}),
}


def samples(count):
    rng = np.random.default_rng(count)
    return rng.random((count, 4)), rng.random((count, 3))


def trained(name, train):
    start, count, options = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ng.TrainingWarning)
        return train(start, *samples(count), **{"target_cost": None, "seed": 5, "progress": False} | options)


def every_case(folder):
    return {name: trained(name, ng.torch.train) for name in CASES}


def said(call):
    """What a call is refused with, and the warnings it gives."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            call()
        except ng.NeurographError as error:
            return type(error).__name__, str(error)
    return [one.category.__name__ for one in heard]


GROWING = ng.compile(
    ng.topologies.from_edges((["x", "y"], ["y", "y"], [1.0, 2.0]), inputs=["x"], outputs=["y"]),
    ng.dynamics.additive("relu"),
)
"""Which diverges wherever its input is above 0."""


def what_is_said(folder):
    """What differs, what fails in one process, and what is warned of; the same group goes on after each."""
    rank, (x, y) = dist.get_rank(), samples(10)
    other = DEEP.with_weights(DEEP.weights * (1 + rank))
    train = ng.torch.train
    options = {"epochs": 1, "progress": False, "seed": 0}
    zeros = np.append(np.zeros(7), [1.0, 2.0, 3.0])[:, None]  # the last two of process 1's part diverge
    diverges = {"batch_size": None, "solver": ng.solvers.Euler(), **options}
    fit = ng.train(DEEP, x, y, **options | {"seed": rank})
    fit = replace(ng.train(DEEP, x, y, **options), generator=fit.generator)
    return {
        "the state of the fit": said(lambda: train(fit, x, y, epochs=1)),
        "x": said(lambda: train(DEEP, x + rank, y, **options)),
        "y": said(lambda: train(DEEP, x, y / (1 + rank), **options)),
        "weights": said(lambda: train(other, x, y, **options)),
        "seed": said(lambda: train(DEEP, x, y, **options | {"seed": rank})),
        "epochs": said(lambda: train(DEEP, x, y, **options | {"epochs": 1 + rank})),
        "beta": said(lambda: train(DEEP, x, y, rule=ng.rules.asymmetric_ep(finite=True), beta=0.1 + rank, **options)),
        "one has no y": said(lambda: train(DEEP, x, y if rank == 0 else None, **options)),
        "one has another argument": said(lambda: train(DEEP, x, y, batch_size=None if rank == 0 else -1, **options)),
        "one diverges": said(lambda: train(GROWING, zeros, np.ones(10), **diverges)),
        "warned": said(lambda: train(DEEP, x, y + 3.0, **options)),
    }


def gone_on(folder):
    """A run at once, one by a checkpoint of which the second process has no folder, and one from a fit."""
    rank, (x, y) = dist.get_rank(), samples(11)
    options = {"batch_size": 4, "target_cost": None, "progress": False, "validation": 0.25}
    options |= {"pruner": ng.pruning.magnitude(0.05), "start": "uniform"}
    kept = options | {"checkpoint": (folder if rank == 0 else folder / "not" / "there") / "run.ckpt"}
    first = {"checkpoint_seconds": 0} if rank == 0 else {}
    at_once = ng.torch.train(DEEP, x, y, seed=3, epochs=6, **options)
    half = ng.torch.train(DEEP, x, y, seed=3, epochs=3, **kept, **first)
    whole = ng.torch.train(DEEP, x, y, seed=3, epochs=6, **kept)
    fit = ng.torch.train(half, x, y, epochs=3, **options)
    refused = said(lambda: ng.torch.train(DEEP, x, y, seed=4, epochs=6, **kept))
    nowhere = options | {"checkpoint": folder / "not" / "there" / "run.ckpt"}
    unwritten = said(lambda: ng.torch.train(DEEP, x, y, seed=4, epochs=1, **nowhere))
    drawn = [ng.torch.train(DEEP, x, y, epochs=1, **options) for _ in range(2)]
    rng = np.random.default_rng(7)
    ng.torch.train(DEEP, x, y, seed=rng, epochs=1, **options)
    return {
        "fits": (at_once, whole, fit),
        "refused": refused,
        "unwritten": unwritten,
        "drawn": drawn,
        "next": rng.random(),
    }


def bothered(what):
    """Return an update of process 1 in which something happens at the third time."""
    own, count = SharedProblem.update, 0

    def update(*arguments):
        nonlocal count
        count += 1
        if dist.get_rank() == 1 and count == 3:
            what()
        return own(*arguments)

    return mock.patch.object(SharedProblem, "update", update)


def timed(folder, timeout):
    began = time.monotonic()
    found = said(lambda: ng.torch.train(DEEP, *samples(8), batch_size=4, seed=0, timeout=timeout, progress=False))
    return found, time.monotonic() - began


def one_dies(folder):
    with bothered(lambda: os.kill(os.getpid(), signal.SIGKILL)):
        return timed(folder, 60.0)


def one_is_late(folder):
    with bothered(lambda: time.sleep(6.0)):
        return timed(folder, 2.0)
