"""The compiled engine: sums over edges, phases on several threads, and what it refuses at its boundary."""

import numpy as np
import pytest
import scipy.sparse

import neurograph as ng
from neurograph.kernels import bindings, engine
from neurograph.learning.rule import Rule
from neurograph.learning.rules import stdp
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase

NODES, ROWS = 50, 31
SUM = ng.Dynamics("I", name="sum")


def summing(number):
    """A network whose nodes have 0, 1, 2, ... edges from inputs, and its weights as scipy's matrix."""
    random = np.random.default_rng(0)
    inputs, outputs = [f"x{k}" for k in range(NODES)], [f"y{k}" for k in range(ROWS)]
    pre = np.concatenate([np.sort(random.permutation(NODES)[:count]) for count in range(ROWS)])
    post = np.repeat(np.arange(ROWS), np.arange(ROWS))
    weights = random.normal(size=pre.size).astype(number)
    table = ng.topologies.from_edges(
        ([inputs[i] for i in pre], [outputs[j] for j in post], weights),
        inputs=inputs,
        outputs=outputs,
        nodes=[*inputs, *outputs],
    )
    return ng.compile(table, SUM, dtype=number), scipy.sparse.csr_array((weights, (post, pre)), shape=(ROWS, NODES))


def summed(network, sent):
    """One explicit step of ds/dt = I of length 1 from 0: the sums over edges, and nothing else."""
    start = np.zeros((sent.shape[0], len(network.nodes)), network.dtype)
    start[:, network.connectivity.inputs] = sent
    return Euler(dt=1.0, steps=1, tol=0).solve(network, Phase(start)).outputs


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 3, 6, 64, 100])
def test_sums_are_those_of_scipy(number, batch):
    network, matrix = summing(number)
    sent = np.random.default_rng(1).normal(size=(batch, NODES)).astype(number)
    expected = (matrix.astype(np.float64) @ sent.T).T
    assert np.abs(summed(network, sent) - expected).max() < (1e-4 if number == np.float32 else 1e-12)


@pytest.mark.parametrize("number", [np.float32, np.float64])
def test_a_samples_sum_is_the_same_beside_any_number_of_others(number):
    """In vectors of every width, and in none."""
    network, _ = summing(number)
    sent = np.random.default_rng(2).normal(size=(130, NODES)).astype(number)
    whole = summed(network, sent)
    for count in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 24, 31, 33, 47, 50, 63, 65):
        assert np.array_equal(summed(network, sent[:count]), whole[:count]), count


EQUATIONS = {
    "tanh": ng.dynamics.additive("tanh"),
    "deep": ng.dynamics.deep("absolute", extra_leak=0.3),
    "own": ng.Dynamics("(-s + sin(I + b) - s**3)/tau", transfer="s/(1 + exp(-s))", parameters={"tau": 2.0}),
}


def drawn(dynamics, number=np.float64):
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.random(inputs=3, hidden=40, outputs=5, density=0.3, bias=bias, scale=0.3, seed=0)
    network = ng.compile(graph, dynamics, dtype=number)
    random = np.random.default_rng(3)
    return network, random.uniform(size=(70, len(network.nodes))).astype(number), random


def phase_of(kind, start, random):
    more = {
        "free": {},
        "nudged": {"beta": random.uniform(-0.1, 0.5, 70)},
        "softmax": {"beta": 0.3, "cost": ng.costs.cross_entropy(gain=2.0)},
        "transposed": {"beta": 0.2, "anchor": start + 0.01},
        "clamped": {"clamped": True},
        "online": {"beta": 0.5, "rule": stdp().expression},
        "whole rule": {"beta": 0.5, "rule": Rule("tanh(pre*dpost)", kind="online").expression},
        "recorded": {"record": ng.Record(every=7)},
    }[kind]
    return Phase(start, np.eye(5, dtype=start.dtype)[random.integers(0, 5, 70)], **more)


KINDS = ["free", "nudged", "softmax", "transposed", "clamped", "online", "whole rule", "recorded"]


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_no_bit(monkeypatch, kind):
    network, start, random = drawn(EQUATIONS["tanh"])
    asked = phase_of(kind, start, random)
    monkeypatch.setattr(bindings, "WORTH_A_THREAD", 0)
    found = []
    for threads in (1, 2, 3, 7):
        monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
        found.append(Euler(steps=60, tol=1e-9).solve(network, asked))
    for other in found[1:]:
        for name in ("state", "residual", "steps", "status"):
            assert np.array_equal(getattr(found[0], name), getattr(other, name)), name
        if asked.rule is not None:
            assert np.array_equal(found[0].trace, other.trace)
            assert np.array_equal(found[0].bias_trace, other.bias_trace)
        if kind == "recorded":
            assert np.array_equal(found[0].trajectory.state, other.trajectory.state)


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize(
    "solver", [Euler(dt=0.2, steps=40, tol=1e-4), Euler(steps=30), ng.solvers.GaussSeidel(steps=20)]
)
@pytest.mark.parametrize("kind", ["free", "nudged", "softmax", "transposed", "clamped"])
@pytest.mark.parametrize("name", EQUATIONS)
def test_a_samples_bits_do_not_depend_on_its_batch(name, kind, solver, number):
    network, start, random = drawn(EQUATIONS[name], number)
    whole = phase_of(kind, start, random)
    together = solver.solve(network, whole)
    for first, last in ((0, 1), (1, 4), (4, 10), (10, 34), (40, 70)):
        apart = solver.solve(network, whole.of(np.arange(first, last)))
        for part in ("state", "residual", "steps", "status"):
            found, expected = getattr(apart, part), getattr(together, part)[first:last]
            assert np.array_equal(found, expected, equal_nan=True), (first, last, part)


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("hidden", [(9,), (30,), (40, 40)])
def test_nodes_that_hear_the_same_are_summed_to_the_same_bits(hidden, number):
    """Four of them at once where samples fill a vector, and one by one where they do not."""
    table = ng.topologies.symmetric(ng.topologies.layered(12, hidden, 10, bias="neurons", seed=1))
    network = ng.compile(table, ng.dynamics.additive("tanh"), dtype=number)
    start = np.random.default_rng(0).uniform(size=(100, len(network.nodes))).astype(number)
    solver = Euler(dt=0.3, steps=9, tol=0)
    together = solver.solve(network, Phase(start)).state
    for first, last in ((0, 1), (1, 5), (5, 13), (13, 45), (45, 100)):
        assert np.array_equal(solver.solve(network, Phase(start[first:last])).state, together[first:last])


def test_a_linear_response_does_not_depend_on_the_batch():
    network, start, random = drawn(EQUATIONS["own"])
    for solver in (Euler(steps=300), ng.solvers.GaussSeidel()):
        free = solver.solve(network, Phase(start))
        force = random.normal(size=(70, 5))
        together = solver.respond(free, force, lift=0.1)
        for first, last in ((0, 1), (1, 4), (4, 10), (10, 70)):
            apart = solver.respond(free.of(slice(first, last)), force[first:last], lift=0.1)
            assert np.array_equal(apart.state, together.state[first:last])
            assert np.array_equal(apart.input_slope, together.input_slope[first:last])


def turned(count=5, batch=3, **changed):
    """Call the engine's step of a unitary network, with two hubs, and with what is changed."""
    random = np.random.default_rng(0)
    given = {
        "count": count,
        "rows": random.normal(size=(batch, 2 * count)),
        "scaled": True,
        "source": random.permutation(count),
        "heard": random.normal(size=(4, 2 * count)),
        "factors": random.normal(size=-(-count // 4) * 8 * 6),
        "to": np.full((batch, 2 * count), np.nan),
    } | changed
    engine.turn(*given.values())
    return given


def test_a_step_writes_every_number_and_nothing_else():
    given = turned()
    assert np.isfinite(given["to"]).all()
    alone = turned(scaled=False, heard=None, factors=np.empty(0))
    assert np.array_equal(alone["to"].view(complex), alone["rows"].view(complex)[:, alone["source"]])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"count": 0}, "so many complex numbers"),
        ({"rows": np.ones(29)}, "so many complex numbers"),
        ({"source": np.array([0, 1, 2, 3, 5])}, r"source\[4\] is 5"),
        ({"source": np.arange(4)}, "source has 4 numbers: expected 5"),
        ({"heard": np.ones(7)}, "heard: expected"),
        ({"heard": np.ones((4 * 17, 10))}, "16 hubs at most"),
        ({"factors": np.ones(95)}, "factors has 95 numbers: expected 96"),
        ({"to": np.ones(29)}, "to has 29 numbers: expected 30"),
    ],
)
def test_a_step_of_arrays_that_do_not_go_together_is_refused(changed, words):
    with pytest.raises(ValueError, match=words):
        turned(**changed)


def test_rows_that_are_moved_are_not_overwritten():
    rows = np.ones((3, 10))
    with pytest.raises(ValueError, match="other memory"):
        turned(rows=rows, to=rows)
    assert np.all(rows == 1.0)
    turned(rows=rows, to=rows, source=None)
    assert not np.all(rows == 1.0)
