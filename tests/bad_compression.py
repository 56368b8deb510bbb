"""What users get wrong about compression: rows of the table of bad input."""

import numpy as np
import scipy.sparse

import neurograph as ng
from tests.remedies.row import small_graph


def network():
    return ng.compile(small_graph())


NAN = float("nan")

COMPRESSION = [
    ("no levels", lambda: ng.quantise(network(), 0), ["levels is 0", ">= 2"]),
    ("one level", lambda: ng.quantise(network(), 1), ["levels is 1", ">= 2", "tells weights apart"]),
    ("one level at random", lambda: ng.quantise(network(), 1, "probabilistic"), ["levels is 1", ">= 2"]),
    ("half a level", lambda: ng.quantise(network(), 2.5), ["levels is 2.5", "whole number"]),
    ("another method", lambda: ng.quantise(network(), 4, "kmeans"), ["'kmeans'", "'sharing' or 'probabilistic'"]),
    ("a seed that is none", lambda: ng.quantise(network(), 4, "probabilistic", seed=-1), ["seed is -1", ">= 0"]),
    (
        "weights that are not finite",
        lambda: ng.quantise(network().with_weights([1.0, NAN, 1.0]), 4),
        ["weights[1]", "nan", "finite"],
    ),
    ("HAM with NaN", lambda: ng.HAM.of([[1.0, NAN]]), ["matrix[0, 1] is nan", "expected finite weights"]),
    (
        "sHAM with infinity",
        lambda: ng.SHAM.of(scipy.sparse.csr_array([[0.0], [np.inf]])),
        ["matrix[1, 0] is inf", "expected finite weights"],
    ),
    ("HAM of no matrix", lambda: ng.HAM.of([1.0, 2.0]), ["shape (2,)", "(rows, columns)"]),
    ("HAM of a network", lambda: ng.HAM.of(network()), ["matrix is no matrix", "(rows, columns)"]),
    (
        "HAM of weights that are all different",
        lambda: ng.HAM.of(np.arange(1.0, 70_001.0).reshape(7, -1)),
        ["70000 different weights", "at most 65536", "quantise(network, levels=16)"],
    ),
    ("weights by columns", lambda: ng.PackedWeights.of(scipy.sparse.csc_array(np.eye(2))), ["csc_array", "csr_array"]),
    ("a dense array", lambda: ng.PackedWeights.of(np.eye(2)), ["type ndarray", "csr_array(matrix)"]),
    ("complex weights", lambda: ng.PackedWeights.of(scipy.sparse.csr_array([[1j]])), ["complex128", "real numbers"]),
    ("a complex right side", lambda: ng.SHAM.of(np.eye(2)) @ [1j, 1.0], ["complex128", "real numbers"]),
    ("a sparse right side", lambda: ng.HAM.of(np.eye(2)) @ scipy.sparse.eye_array(2), ["object", "dense array"]),
    ("words on the right side", lambda: ng.HAM.of(np.eye(2)) @ ["a", "b"], ["real numbers"]),
    (
        "a weight too large for float32",
        lambda: ng.compression_report(network().with_weights([1.0, 1e300, 1.0])).times(),
        ["too large for float32", ".float64"],
    ),
    ("a product of other sizes", lambda: ng.HAM.of(np.eye(2)) @ [1.0], ["shape (1,)", "(2,) or (2, k)"]),
    ("the sizes of a graph", lambda: ng.compression_report(small_graph()), ["DiGraph", "neurograph.compile(graph)"]),
    (
        "layers that an edge goes back through",
        lambda: ng.compression_report(network(), [["x"], ["h"], ["y"]]),
        ["'y' -> 'h'", "leave layers out"],
    ),
    (
        "a node in two layers",
        lambda: ng.compression_report(network(), [["x"], ["h", "x"], ["y"]]),
        ["'x' 2 times", "each label once"],
    ),
    (
        "layers without a node",
        lambda: ng.compression_report(network(), [["x"], ["y"]]),
        ["'x' -> 'h'", "expected layers"],
    ),
    ("an unknown form", lambda: ng.compression_report(network()).times("COO"), ["'COO'", "CSR", "packed"]),
]
