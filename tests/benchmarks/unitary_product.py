"""W h of a unitary network, against the two Fourier transforms in it alone."""

import statistics
import time

import numpy as np
import scipy.fft

import neurograph as ng
from neurograph.simulation.product import product_of

TITLE = "W h of a unitary network, against two transforms by scipy.fft alone; medians of 3000 turns, one call each"
SIZES = ((64, 32), (512, 1), (512, 32), (2048, 32))
"""Neurons, samples."""

ASKED = (512, 32)


def rows():
    for units, batch in SIZES:
        network = ng.compile(ng.topologies.unitary(1, units, 1, seed=0), ng.dynamics.unitary())
        product, rng = product_of(network), np.random.default_rng(0)
        h = rng.normal(size=(batch, units)) + 1j * rng.normal(size=(batch, units))
        took = [[], []]
        for _ in range(3000):
            for times, call in zip(took, (transforms, product.apply), strict=True):
                began = time.perf_counter()
                call(h)
                times.append(time.perf_counter() - began)
        ratio = statistics.median(one / other for other, one in zip(*took, strict=True))
        wish = "asked: at most 1.5x" if (units, batch) == ASKED else ""
        yield f"{units} neurons, batch {batch}", wish, f"{ratio:.2f}x of {1e6 * statistics.median(took[0]):.3g} us"


def transforms(h):
    return scipy.fft.ifft(scipy.fft.fft(h, norm="ortho"), norm="ortho")
