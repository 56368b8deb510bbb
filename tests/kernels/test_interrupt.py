"""Ctrl-C while a phase runs in C: it ends soon, and leaves what it was given as it was."""

import signal
import threading
import time

import numpy as np
import pytest
import scipy.sparse

import neurograph as ng
from neurograph.kernels import bindings, engine
from neurograph.solvers import Euler, GaussSeidel
from neurograph.solvers.base import Phase

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="sends a signal as POSIX does")
PATIENCE = 1.0
"""Seconds within which a phase ends; some hundredths are usual, where the machine is not loaded."""

ENDLESS = 10**12
KINDS = {
    "short steps": (20, 60, 1, "tanh"),
    "many lanes": (2000, 100000, 64, "tanh"),
    "Newton": (300, 3000, 64, "own"),
}


@pytest.fixture(autouse=True)
def heeded():
    """Let SIGINT interrupt, as in a terminal: a process that was started in the background ignores it."""
    assert threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def drawn(nodes, edges, batch, kind):
    random = np.random.default_rng(0)
    places = (random.integers(0, nodes, edges), random.integers(0, nodes, edges))
    weights = scipy.sparse.csr_array((random.normal(scale=1e-4, size=edges), places), shape=(nodes, nodes))
    weights.setdiag(0.0)
    weights.eliminate_zeros()
    own = ng.Dynamics("-s + sin(I) - s**3", transfer="s/(1 + exp(-s))", name="own")
    table = ng.topologies.from_matrix(weights, inputs=[], outputs=[nodes - 1])
    network = ng.compile(table, own if kind == "own" else ng.dynamics.additive("tanh"))
    return network, random.uniform(size=(batch, nodes))


def endless(monkeypatch, name, places, call):
    """Return the engine's function and the arguments of a call, changed so that it goes on and on."""
    kept = []
    with monkeypatch.context() as patch:
        original = getattr(engine, name)
        patch.setattr(engine, name, lambda *arguments: (kept.append(arguments), original(*arguments))[1])
        call()
    arguments = list(kept[0])
    for place, value in places.items():
        arguments[place] = value
    return original, arguments


def interrupted(call):
    """Return the seconds from the signal to the end of a call that it interrupts."""
    sent = []

    def send():
        time.sleep(0.1)
        sent.append(time.perf_counter())
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            call()
        return time.perf_counter() - sent[0]
    finally:
        sender.join()


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kind", ["Euler", "Euler on two threads", "Gauss-Seidel", "linear response"])
def test_a_phase_ends_soon_after_ctrl_c(monkeypatch, kind, name):
    network, start = drawn(*KINDS[name])
    if kind.startswith("Euler"):
        monkeypatch.setattr(bindings, "WORTH_A_THREAD", 0)
        monkeypatch.setenv("OMP_NUM_THREADS", "2" if "two" in kind else "1")
        solver = Euler(dt=1e-3, steps=1, tol=0)
        function, arguments = endless(monkeypatch, "euler", {9: ENDLESS}, lambda: solver.solve(network, Phase(start)))
    elif kind == "Gauss-Seidel":
        solver = GaussSeidel(steps=1)
        changes = {11: ENDLESS, 12: -1.0}
        function, arguments = endless(monkeypatch, "gauss_seidel", changes, lambda: solver.solve(network, Phase(start)))
    else:
        solver = Euler(dt=1e-9, steps=1, tol=0)
        free, force = solver.solve(network, Phase(start)), np.ones((start.shape[0], 1))
        changes = {13: ENDLESS, 14: -1.0}
        function, arguments = endless(monkeypatch, "response", changes, lambda: solver.respond(free, force))
    before = start.copy(), network.weights.copy(), network.biases.copy()
    seconds = interrupted(lambda: function(*arguments))
    assert seconds < PATIENCE
    for now, then in zip((start, network.weights, network.biases), before, strict=True):
        assert np.array_equal(now, then)
    # What stopped is no hindrance to the next.
    assert np.isfinite(Euler(dt=1e-3, steps=3, tol=0).solve(network, Phase(start)).state).all()


def test_ctrl_c_ends_a_settle_that_a_user_calls():
    network, start = drawn(20, 60, 1, "tanh")
    assert interrupted(lambda: Euler(dt=1e-6, steps=10**9, tol=0).solve(network, Phase(start))) < PATIENCE


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("method", "chains"), [("gibbs", 1), ("gibbs", 130), ("flips", 3)])
def test_chains_end_soon_after_ctrl_c(monkeypatch, method, chains, threads):
    monkeypatch.setattr(bindings, "WORTH_A_THREAD", 0)
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    graph = ng.topologies.symmetric(ng.topologies.complete(inputs=0, hidden=20, outputs=30, seed=0))
    network = ng.compile(graph, ng.dynamics.binary())
    endless_one = {"samples": 1, "burn_in": ENDLESS, "chains": chains, "method": method, "seed": 0}
    assert interrupted(lambda: ng.sample(network, **endless_one)) < PATIENCE
