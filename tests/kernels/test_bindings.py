"""The sums over edges, by the extension and without it, and phases on several threads."""

import os
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest
import scipy.sparse

import neurograph as ng
from neurograph.kernels import bindings as gathering
from neurograph.kernels import threads as teamwork
from neurograph.kernels.machine_code import LARGE, lanes_for
from neurograph.kernels.threads import run_together
from neurograph.learning.rules import stdp
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase

BUILT = pytest.mark.skipif(gathering.extension is None, reason="the extension was not built: no C compiler")
NODES, ROWS = 50, 31


def compiled(lanes, narrow):
    """`gather` and `gather_rows` of the text for so many lanes."""
    gathering.link()
    module = {"np": np}
    exec("\n".join(gathering.gathering(lanes, narrow)), module)
    for name in ("add_all_rows", "gather", "gather_rows"):
        if name in module:
            module[name] = numba.njit(**gathering.FUSED.get(name, {}))(module[name])
    return module["gather"], module["gather_rows"]


def edges_of(number):
    """Rows of 0, 1, 2, ... edges, as the loops take them, and as scipy's matrix."""
    random = np.random.default_rng(0)
    indptr = np.concatenate([[0], np.cumsum(np.arange(ROWS))])
    pre = np.concatenate([np.sort(random.permutation(NODES)[:count]) for count in range(ROWS)]).astype(np.int32)
    weights = random.normal(size=pre.size).astype(number)
    return (indptr, pre, weights), scipy.sparse.csr_array((weights, pre, indptr), shape=(ROWS, NODES))


@pytest.mark.parametrize("built", [pytest.param(True, marks=BUILT), False])
@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize(("lanes", "narrow"), [(1, True), (4, True), (64, False)])
def test_sums_are_those_of_scipy(monkeypatch, built, number, lanes, narrow):
    if not built:
        monkeypatch.setattr(gathering, "extension", None)
    edges, matrix = edges_of(number)
    gather, gather_rows = compiled(lanes, narrow)
    random = np.random.default_rng(1)
    sent, base = random.normal(size=(NODES, lanes)).astype(number), random.normal(size=(ROWS, lanes)).astype(number)
    expected = base + matrix.astype(np.float64) @ sent
    tolerance = 1e-4 if number == np.float32 else 1e-12
    totals = np.zeros_like(base)
    gather_rows(edges, sent, base, 0, totals, 0, 0, ROWS, lanes)
    assert np.abs(totals - expected).max() < tolerance
    part = np.full_like(base, 7.0)
    gather_rows(edges, sent, base, 0, part, 5, 5, 20, lanes)
    assert np.array_equal(part[:15], totals[5:20])
    assert np.all(part[15:] == 7.0)
    one = base[-1].copy()
    gather(edges, ROWS - 1, sent, one, lanes)
    assert np.array_equal(one, totals[-1])


@BUILT
@pytest.mark.parametrize("number", [np.float32, np.float64])
def test_a_lanes_sum_is_the_same_beside_any_number_of_others(monkeypatch, number):
    """In registers and by a call, in vectors of every width."""
    edges, _ = edges_of(number)
    sent = np.random.default_rng(2).normal(size=(NODES, 64)).astype(number)
    wide, table = compiled(64, False)[1], np.zeros((ROWS, 64), number)
    wide(edges, sent, table, 0, table, 0, 0, ROWS, 64)
    for count in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 24, 31, 33, 47, 50, 63):
        few, some = np.ascontiguousarray(sent[:, :count]), np.zeros((ROWS, count), number)
        wide(edges, few, some, 0, some, 0, 0, ROWS, count)
        assert np.array_equal(some, table[:, :count])
    for threshold in (0, 10**6):
        monkeypatch.setattr(gathering, "_EXTENSION", gathering._EXTENSION + f"\nWORTH_A_CALL = {threshold}\n")
        for lanes in (1, 4):
            few, some = np.ascontiguousarray(sent[:, :lanes]), np.zeros((ROWS, lanes), number)
            compiled(lanes, True)[1](edges, few, some, 0, some, 0, 0, ROWS, lanes)
            assert np.array_equal(some, table[:, :lanes])


@BUILT
@pytest.mark.parametrize("phase", ["free", "nudged", "softmax", "transposed", "online", "recorded"])
def test_threads_change_no_bit(monkeypatch, phase):
    graph = ng.topologies.random(inputs=3, hidden=40, outputs=5, density=0.3, bias="neurons", scale=0.3, seed=0)
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    random = np.random.default_rng(3)
    start = random.uniform(size=(70, len(network.nodes)))
    more = {
        "free": {},
        "nudged": {"beta": random.uniform(-0.1, 0.5, 70)},
        "softmax": {"beta": 0.3, "cost": ng.costs.cross_entropy(gain=2.0)},
        "transposed": {"beta": 0.2, "anchor": start + 0.01},
        "online": {"beta": 0.5, "rule": stdp().expression},
        "recorded": {"record": ng.Record(every=7)},
    }[phase]
    asked = Phase(start, np.eye(5)[random.integers(0, 5, 70)], **more)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(teamwork, "allowed_threads", lambda threads=threads: threads)
        monkeypatch.setattr(teamwork, "WORTH_A_THREAD", 0)
        found.append(Euler(steps=60, tol=1e-9).solve(network, asked))
    for other in found[1:]:
        for name in ("state", "residual", "steps", "status"):
            assert np.array_equal(getattr(found[0], name), getattr(other, name)), name
        if phase == "online":
            assert np.array_equal(found[0].trace, other.trace)
            assert np.array_equal(found[0].bias_trace, other.bias_trace)
        if phase == "recorded":
            assert np.array_equal(found[0].trajectory.state, other.trajectory.state)


def alone_at_the_gate():
    """A kernel that ends when every thread has called it, or one of them never will."""
    gathering.link()
    module = {}
    exec(gathering._EXTENSION, module)
    wait = numba.njit(module["wait"])

    @numba.njit(nogil=True)
    def kernel(store, scratch, gate, thread, threads, bounds):
        wait(gate, threads)

    kernel(None, None, np.zeros(16, np.int64), 0, 1, None)
    return kernel


def run_on_three_threads(monkeypatch, kernel):
    monkeypatch.setattr(teamwork, "allowed_threads", lambda: 3)
    monkeypatch.setattr(teamwork, "WORTH_A_THREAD", 0)
    run_together(kernel, (), np.arange(10), np.zeros((8, 10)), 64, tables=0)


@BUILT
@pytest.mark.parametrize(("failure", "started"), [(KeyboardInterrupt, 2), (RuntimeError, 1)])
def test_threads_do_not_wait_for_one_that_never_comes(monkeypatch, failure, started):
    """Neither after an interrupt between their starts nor where the system has no more of them."""
    begun, start = [], threading.Thread.start

    def broken_start(thread):
        thread.daemon = True
        begun.append(thread)
        start(thread)
        if len(begun) == started:
            raise failure

    kernel = alone_at_the_gate()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", broken_start)
        with pytest.raises(failure):
            run_on_three_threads(patch, kernel)
    assert len(begun) == started
    for thread in begun:
        thread.join(timeout=60)
        assert not thread.is_alive()


def test_what_another_thread_raises_is_raised(monkeypatch):
    def kernel(store, scratch, gate, thread, threads, bounds):
        if thread == 2:
            raise MemoryError("no room for thread 2")

    with pytest.raises(MemoryError, match="thread 2"):
        run_on_three_threads(monkeypatch, kernel)


def test_an_extension_of_another_version_is_left_alone():
    """Called in another way than it was built for, it would read and write where it must not."""
    old = "import sys, types; sys.modules['neurograph.kernels.gather'] = types.ModuleType('gather'); "
    said = subprocess.run(
        [sys.executable, "-c", old + "from neurograph.kernels.bindings import how; print(how())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == (
        "numba only, which is slower: its C extension was built from another version; install neurograph again\n"
    )


def test_lanes_follow_from_the_batch_and_only_large_networks_have_a_loop_for_one():
    assert [lanes_for(batch, 100) for batch in (1, 2, 7, 8, 500)] == [4, 4, 4, 64, 64]
    assert lanes_for(1, LARGE) == 1


def test_it_says_how_it_sums(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert gathering.threads() == 1
    if gathering.extension is not None:
        assert gathering.how().startswith("compiled C, ")
        assert gathering.how().endswith(", 1 thread")
    monkeypatch.setattr(gathering, "extension", None)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert gathering.threads() == 1
    assert "no C compiler" in gathering.how()


def test_machine_code_that_a_full_disk_cut_to_nothing_is_made_again(tmp_path):
    network = "ng.compile(ng.topologies.complete(1, 1, 1, seed=0))"
    program = f"import neurograph as ng; print(ng.settle({network}, [[1.0]]).outputs)"
    answers = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"NEUROGRAPH_CACHE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        answers.append(done.stdout)
        made = list(tmp_path.glob("__pycache__/*.nb[ic]"))
        assert len(made) >= 2
        for file in made:
            file.write_bytes(b"")
    assert answers[0] == answers[1]
