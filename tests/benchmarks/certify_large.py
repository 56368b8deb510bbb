"""How long the fast certificates of a large sparse network take."""

import statistics
import time

import numpy as np

import neurograph as ng

TITLE = "Certifying: 100 000 nodes of degree 50, level 'fast'; medians of 5"
NODES, DEGREE, INPUTS, OUTPUTS, ROUNDS = 100_000, 50, 100, 10, 5
KINDS = {
    "tanh": ng.dynamics.additive("tanh"),
    "vector field": ng.dynamics.vector_field(),
    "deep": ng.dynamics.deep("absolute", extra_leak=0.3),
}


def rows():
    rng = np.random.default_rng(0)
    post = np.repeat(np.arange(INPUTS, NODES), DEGREE)
    pre = rng.integers(0, NODES, post.size)
    keys = np.unique(post[pre != post] * NODES + pre[pre != post])
    edges = keys % NODES, keys // NODES, rng.normal(0.0, 0.9 / DEGREE, keys.size)
    table = ng.topologies.from_edges(edges, inputs=range(INPUTS), outputs=range(NODES - OUTPUTS, NODES))
    for name, dynamics in KINDS.items():
        network = ng.compile(table, dynamics)
        ng.certify(network, level="fast")
        reports, seconds = [], []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            reports.append(ng.certify(network, level="fast"))
            seconds.append(time.perf_counter() - began)
        yield f"{name}: all certificates", "asked: at most 2 s", f"{statistics.median(seconds):.2f} s"
        for certificates in zip(*reports, strict=True):
            took = statistics.median(certificate.seconds for certificate in certificates)
            yield f"{name}: {certificates[0].name}, {certificates[0].verdict}", "", f"{took:.2f} s"
