import math
from dataclasses import replace
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings

import neurograph as ng
from neurograph.equations.costs import cross_entropy, squared_error
from neurograph.equations.expression import Expression
from neurograph.kernels import engine
from neurograph.kernels.program import program
from neurograph.network.inputs import starting_state
from neurograph.solvers import Euler, GaussSeidel
from neurograph.solvers.base import Phase
from tests.benchmarks import edge_visits
from tests.solvers.networks import transposed_residual
from tests.strategies import SEEDS, graphs_for

TIGHT = GaussSeidel(tol=1e-12)
TANH, DEEP = ng.dynamics.additive("tanh"), ng.dynamics.deep("absolute", extra_leak=0.3)
CURVED = ng.Dynamics("(-s**3 - s + tanh(I + b))/tau", transfer="s/(1 + s**2)", parameters={"tau": 2.0}, name="curved")
COSTS = {"squared error": squared_error(), "cross-entropy": cross_entropy(gain=2.0)}


def tanh(x):
    """The package's own tanh, of one number."""
    result = np.empty(1)
    engine.evaluate(program(Expression("tanh(x)", ("x",)), ("x",)), (np.array([x]),), result)
    return float(result[0])


def recurrent(dynamics, seed=0, loops=True, **options):
    """A sparse digraph of several components, self-loops among its edges."""
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.random(inputs=3, hidden=12, outputs=3, density=0.25, bias=bias, scale=0.3, seed=seed)
    if loops and dynamics.self_loops:
        graph.add_edges_from((f"h{k}", f"h{k}", {"weight": 0.5 - 0.3 * k}) for k in range(4))
    return ng.compile(graph, dynamics)


def data(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(size=(count, 3)), np.eye(3)[rng.integers(0, 3, count)]


def line(drift, weight=1.0, loop=None, **options):
    """x -> y, with an edge from y to itself."""
    graph = nx.DiGraph([("x", "y", {"weight": weight})])
    if loop is not None:
        graph.add_edge("y", "y", weight=loop)
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, drift if isinstance(drift, ng.Dynamics) else ng.Dynamics(drift, **options))


# Acyclic networks: one sweep, exactly


def deep_stack(seed=0):
    hidden = (7,) * 20
    return ng.topologies.layered(
        inputs=3, hidden=hidden, outputs=2, feedback=False, skip=True, bias="neurons", scale=0.4, seed=seed
    )


@pytest.mark.parametrize("batch", [1, 5, 70])
def test_a_feedforward_network_of_twenty_layers_is_solved_to_the_last_bit(batch):
    network = ng.compile(deep_stack(), TANH)
    x = np.random.default_rng(1).uniform(-1, 1, (batch, 3))
    settled = ng.settle(network, x, solver=GaussSeidel(tol=0), start=0.7)
    assert np.all(settled.steps == 1)
    assert settled.converged
    assert np.all(settled.residual == 0.0)
    for sample in range(min(batch, 2)):
        assert settled.state[sample].tolist() == feedforward(network, x[sample])


def feedforward(network, x):
    """Pass x on, node after node; a node sums what the inputs send, then the others, in the order of the edges."""
    s = [0.0] * len(network.nodes)
    for place, value in zip(network.connectivity.inputs, x, strict=True):
        s[place] = float(value)
    arriving = {}
    for (u, v), w in zip(network.edges, network.weights, strict=True):
        arriving.setdefault(v, []).append((network.inputs.count(u) == 0, network.nodes.index(u), float(w)))
    graph = nx.DiGraph(network.edges)
    for node in nx.topological_sort(graph):
        if node not in network.inputs:
            j, total = network.nodes.index(node), 0.0
            for later in (False, True):
                total = added(total, [(w, s[i]) for inner, i, w in sorted(arriving[node]) if inner == later])
            s[j] = tanh(total + float(network.biases[j]))
    return s


def added(total, products):
    """Add products in the order of the compiled sums: from 16 on in four parts, and fused where the processor can."""
    parts = [total, 0.0, 0.0, 0.0] if len(products) >= engine.FEW else [total]
    for k, (w, x) in enumerate(products):
        at = k % len(parts)
        if engine.instructions != "plain":
            parts[at] = float(Fraction(w) * Fraction(x) + Fraction(parts[at]))
        else:
            parts[at] += w * x
    return parts[0] if len(parts) == 1 else (parts[0] + parts[1]) + (parts[2] + parts[3])


@pytest.mark.parametrize("dynamics", [DEEP, ng.dynamics.vector_field(), CURVED], ids=lambda d: d.name)
def test_every_dynamics_needs_one_sweep_without_a_cycle(dynamics):
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.layered(inputs=3, hidden=(6, 5), outputs=3, feedback=False, skip=True, bias=bias, seed=0)
    network = ng.compile(graph, dynamics)
    x, y = data(9)
    free = ng.settle(network, x, solver=TIGHT)
    nudged = ng.settle(network, x, y=y, beta=0.5, solver=TIGHT, start=free.state)
    assert np.all(free.steps == 1)
    assert np.all(nudged.steps == 1)
    assert free.converged
    assert nudged.converged
    assert not held(network, free.state, network.drift(free.state), 1e-14)
    assert not held(network, nudged.state, network.drift(nudged.state, y, 0.5), 1e-14)
    assert np.all(TIGHT.respond(free, y - free.outputs).steps == 1)


def held(network, state, drift, tol):
    """Give the nodes that are not at rest: the drift is nothing, or presses them against the box."""
    low, high = network.dynamics.box or (-np.inf, np.inf)
    pressed = ((state <= low) & (drift < 0)) | ((state >= high) & (drift > 0))
    return [network.nodes[j] for j in np.flatnonzero(np.any(~pressed & ~(np.abs(drift) <= tol), axis=0))]


# The same equilibria as Euler's, in every phase


@pytest.mark.parametrize(
    ("dynamics", "cost"),
    [(TANH, "squared error"), (TANH, "cross-entropy"), (DEEP, "squared error"), (CURVED, "cross-entropy")],
    ids=str,
)
def test_every_phase_ends_where_the_trajectory_does(dynamics, cost):
    network = recurrent(dynamics)
    x, y = data(9)
    assert not network.connectivity.subgraph.schedule.cyclic.all()
    start, long = starting_state(network, x, 0.0, None), Euler(tol=1e-12, steps=100_000)
    free = long.solve(network, Phase(start))
    beta = np.linspace(0.1, 0.5, 9)
    clamped = free.state.copy()
    clamped[:, network.connectivity.outputs] = 0.5 * (free.outputs + y)
    for phase in (
        Phase(start),
        Phase(free.state, y, beta, COSTS[cost]),
        Phase(free.state, y, 0.2, COSTS[cost], anchor=free.state),
        Phase(clamped, clamped=True),
    ):
        ours, theirs = TIGHT.solve(network, phase), long.solve(network, phase)
        assert ours.converged
        assert np.abs(ours.state - theirs.state).max() <= 1e-10


def test_the_residual_is_that_of_the_state_as_it_is():
    for dynamics in (TANH, CURVED):
        network = recurrent(dynamics, seed=4)
        x, y = data(9, seed=1)
        for steps in (1, 2, 3):
            settled = ng.settle(network, x, y=y, beta=0.4, start=0.3, solver=GaussSeidel(steps=steps, tol=1e-14))
            drift = np.abs(network.drift(settled.state, y, 0.4)).max(axis=1)
            assert np.all(settled.status == ng.Status.STEP_LIMIT)
            assert np.allclose(settled.residual, drift, rtol=1e-10, atol=1e-15)


def test_a_sample_has_converged_only_if_its_residual_has_reached_the_tolerance():
    network = recurrent(TANH, seed=4)
    settled = ng.settle(network, data(9)[0], solver=GaussSeidel(tol=1e-7))
    assert settled.converged
    assert np.all(np.abs(network.drift(settled.state)).max(axis=1) <= 1e-7)
    earlier = ng.settle(network, data(9)[0], solver=GaussSeidel(tol=1e-7, steps=int(settled.steps.min()) - 1))
    assert np.all(earlier.status == ng.Status.STEP_LIMIT)


@pytest.mark.parametrize("lift", [0.0, 0.6])
@pytest.mark.parametrize("dynamics", [TANH, DEEP, ng.dynamics.vector_field()], ids=lambda d: d.name)
def test_the_response_is_the_one_of_the_trajectory(dynamics, lift):
    network = recurrent(dynamics, seed=2)
    x, y = data(9)
    free = ng.settle(network, x, solver=Euler(tol=1e-13, steps=100_000))
    force = y - free.outputs
    ours, theirs = TIGHT.respond(free, force, lift), Euler(tol=1e-13, steps=100_000).respond(free, force, lift)
    assert np.all(ours.status == ng.Status.CONVERGED)
    assert np.abs(ours.state - theirs.state).max() <= 1e-10
    assert np.array_equal(ours.input_slope, theirs.input_slope)
    if lift == 0.0:
        assert transposed_residual(network, free.state, ours.state, force).max() <= 1e-11


@given(graphs_for(DEEP, max_free=8), SEEDS)
@settings(max_examples=60)
def test_a_contracting_network_settles_whatever_its_graph(graph, seed):
    network = ng.compile(graph, DEEP)
    rng = np.random.default_rng(seed)
    x, y = (
        rng.uniform(size=(3, places.size)) for places in (network.connectivity.inputs, network.connectivity.outputs)
    )
    settled = ng.settle(network, x, y=y, beta=0.7, start="uniform", seed=rng, solver=GaussSeidel(tol=1e-11))
    assert settled.converged
    assert not held(network, settled.state, network.drift(settled.state, y, 0.7), 1e-10)


def test_the_rule_read_out_of_sweeps_is_the_gradient():
    network = recurrent(TANH, seed=2)
    x, y = data(5)
    assert ng.gradient_check(network, x, y, solver=TIGHT).relative_error < 1e-9
    finite = ng.rules.asymmetric_ep(finite=True)
    assert ng.gradient_check(network, x, y, finite, beta=1e-3, solver=TIGHT).relative_error < 1e-4


# Samples


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("anchored", [False, True])
def test_a_samples_answer_does_not_depend_on_its_batch(cost, anchored):
    network = recurrent(TANH, seed=3)
    x, y = data(70)
    free = ng.settle(network, x, solver=GaussSeidel())
    phase = Phase(free.state, y, 0.3, COSTS[cost], anchor=free.state if anchored else None)
    force = y - free.outputs
    whole, response = GaussSeidel().solve(network, phase), GaussSeidel().respond(free, force)
    assert len(set(whole.steps.tolist())) > 1
    for some in (slice(0, 1), slice(40, 43), slice(60, 70)):
        anchor = None if phase.anchor is None else phase.anchor[some]
        part = GaussSeidel().solve(network, replace(phase, start=phase.start[some], target=y[some], anchor=anchor))
        alone = ng.settle(network, x[some], solver=GaussSeidel())
        for ours, theirs in ((part, whole), (alone, free), (GaussSeidel().respond(alone, force[some]), response)):
            for name in ("state", "steps", "residual", "status"):
                assert np.array_equal(getattr(ours, name), getattr(theirs, name)[some])


# A node's own equation


@pytest.mark.parametrize("x", [-3.0, 0.2, 5.0])
def test_a_node_that_sends_to_itself_is_solved_in_one_visit(x):
    tanh = ng.settle(line("-s + tanh(I)", loop=-1.5), [[x]], solver=TIGHT)
    root = scipy.optimize.brentq(lambda s: np.tanh(x - 1.5 * s) - s, -2, 2, xtol=1e-15)
    assert tanh.steps[0] == 1
    assert tanh.outputs[0, 0] == pytest.approx(root, abs=1e-14)
    boxed = ng.settle(line(ng.dynamics.vector_field(), loop=0.5), [[x]], solver=TIGHT)
    assert boxed.outputs[0, 0] == pytest.approx(np.clip(2 * x, 0, 1), abs=1e-14)


@pytest.mark.parametrize(
    ("drift", "equation"),
    [
        ("I - s**3 - s", lambda s, x: x - s**3 - s),
        ("tanh(I) - sqrt(1 + s**2)*s", lambda s, x: np.tanh(x) - np.sqrt(1 + s**2) * s),
        ("I - relu(s - 1) - 0.5*s", lambda s, x: x - max(s - 1, 0) - 0.5 * s),
    ],
)
def test_a_drift_without_a_linear_leak_is_solved_in_one_visit(drift, equation):
    x = np.array([[-3.0], [0.0], [1e-3], [0.9], [1e4]])
    settled = ng.settle(line(drift), x, start=0.3, solver=GaussSeidel(tol=1e-9))
    assert settled.converged
    assert np.all(settled.steps == 1)
    roots = [scipy.optimize.brentq(equation, -1e5, 1e5, args=(float(value),), xtol=1e-14) for value in x[:, 0]]
    assert np.allclose(settled.outputs[:, 0], roots, rtol=1e-13, atol=1e-13)


def test_of_several_rests_a_node_takes_the_one_that_it_moves_to():
    network = line("2*s - s**3 + I")
    settled = ng.settle(network, [[0.0], [0.0], [0.3]], start=np.array([[0.0, 0.1], [0.0, -0.1], [0.0, -0.05]]),
                        solver=GaussSeidel(tol=1e-9))  # fmt: skip
    high = scipy.optimize.brentq(lambda s: 2 * s - s**3 + 0.3, 1, 3, xtol=1e-15)
    assert settled.outputs[:, 0] == pytest.approx([np.sqrt(2), -np.sqrt(2), high])


def test_a_jump_that_a_node_cannot_rest_on_is_no_convergence():
    settled = ng.settle(line("I - s - sign(s - 1)"), [[1.3]], start=0.2, solver=GaussSeidel(), throw=False)
    assert settled.status[0] == ng.Status.STEP_LIMIT
    assert settled.outputs[0, 0] == pytest.approx(1.0)
    assert ng.settle(line("I - s - sign(s - 1)"), [[3.0]], start=0.2, solver=GaussSeidel()).outputs[0, 0] == 2.0


def test_without_a_leak_a_node_goes_to_the_bound_it_is_driven_to_or_off():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "z", {"weight": -2.0})])
    graph.nodes["x"]["role"], graph.nodes["z"]["role"] = "input", "output"
    boxed = ng.compile(graph, ng.dynamics.deep("signed"))
    for start, bound in ((0.1, 0.0), (0.4, 1.0)):
        settled = ng.settle(boxed, [[-0.5]], start=start, solver=GaussSeidel())
        assert settled.converged
        assert settled.state[0, boxed.nodes.index("y")] == bound
        drift = -0.5 + 2 * start
        assert (drift > 0) == (bound == 1.0)
    free = ng.compile(graph, ng.Dynamics("I - w_out*s"))
    with pytest.raises(ng.DivergenceError, match=r"'y' is at -inf.*solvers\.Euler"):
        ng.settle(free, [[-0.5]], start=0.1, solver=GaussSeidel())


@pytest.mark.parametrize("beta", [-0.5, -3.0])
def test_a_negative_nudge_beyond_the_leak_is_said_to_diverge(beta):
    network = line(TANH)
    settled = ng.settle(network, [[1.0]], y=[[0.2]], beta=beta, start=0.4, solver=GaussSeidel(), throw=False)
    if beta > -1:
        assert settled.outputs[0, 0] == pytest.approx((math.tanh(1.0) + beta * 0.2) / (1 + beta))
    assert (settled.status[0] == ng.Status.DIVERGED) == (beta < -1)


# Honest endings


def test_what_grows_diverges_and_the_others_do_not_care():
    graph = nx.DiGraph([("x", "a", {"weight": 1.0}), ("a", "b", {"weight": 3.0}), ("b", "a", {"weight": 3.0})])
    graph.nodes["x"]["role"], graph.nodes["b"]["role"] = "input", "output"
    network = ng.compile(graph, ng.dynamics.additive("relu"))
    settled = ng.settle(network, [[0.0], [1.0]], solver=GaussSeidel(), throw=False)
    assert settled.status.tolist() == [ng.Status.CONVERGED, ng.Status.DIVERGED]


def test_what_oscillates_takes_every_step():
    graph = nx.DiGraph([(k, (k + 1) % 3, {"weight": -3.0}) for k in range(3)])
    graph.nodes[0]["role"] = "output"
    settled = ng.settle(
        ng.compile(graph, TANH), np.empty((2, 0)), start=[[0.1] * 3, [0.0] * 3], solver=GaussSeidel(steps=50)
    )
    assert settled.status.tolist() == [ng.Status.STEP_LIMIT, ng.Status.CONVERGED]
    assert settled.steps.tolist() == [50, 1]
    assert settled.residual[0] > 1.0


def test_a_component_that_does_not_settle_does_not_keep_the_next_from_it():
    graph = nx.DiGraph([(k, (k + 1) % 3, {"weight": -3.0}) for k in range(3)])
    graph.add_edge(2, "y", weight=1.0)
    graph.nodes["y"]["role"] = "output"
    network = ng.compile(graph, TANH)
    settled = ng.settle(network, np.empty((1, 0)), start=0.1, solver=GaussSeidel(steps=7))
    assert settled.status[0] == ng.Status.STEP_LIMIT
    assert settled.outputs[0, 0] == pytest.approx(np.tanh(settled.state[0, 2]), abs=1e-15)


def test_nudged_phases_may_have_fewer_sweeps():
    network = recurrent(TANH)
    x, y = data(3)
    few = GaussSeidel(tol=1e-14, nudged_steps=2)
    assert np.all(ng.settle(network, x, y=y, beta=0.5, solver=few).steps == 2)
    assert ng.settle(network, x, solver=few).steps.max() > 2


def test_nothing_moves_where_all_but_the_inputs_is_clamped():
    network = line(TANH)
    start = starting_state(network, np.ones((2, 1)), 0.4, None)
    settled = GaussSeidel().solve(network, Phase(start, clamped=True))
    assert settled.converged
    assert np.array_equal(settled.state, start)


def test_single_precision_sweeps_to_the_same_answer():
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=2, bias=True, seed=0)
    x = np.array([[0.2, 0.9]])
    single = ng.settle(ng.compile(graph, dtype=np.float32), x, solver=GaussSeidel(tol=1e-5))
    double = ng.settle(ng.compile(graph), x, solver=GaussSeidel())
    assert single.state.dtype == np.float32
    assert single.converged
    assert np.abs(single.state - double.state).max() < 1e-5


def test_what_needs_the_trajectory_is_refused_with_the_remedy():
    network = recurrent(DEEP)
    x, y = data(3)
    with pytest.raises(ng.ParameterError, match=r"a record needs: use solvers\.Euler"):
        ng.settle(network, x, record=1, solver=GaussSeidel())
    with pytest.raises(ng.ParameterError, match=r"an online rule needs: use solvers\.Euler"):
        ng.train(network, x, y, rule=ng.rules.stdp(), solver=GaussSeidel(), epochs=1)


@pytest.mark.parametrize(("name", "value"), [("steps", 0), ("tol", -1.0), ("nudged_steps", 0)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(ng.ParameterError, match=name):
        GaussSeidel(**{name: value})


# What it costs


@pytest.mark.parametrize(("kind", "most"), [("layered with feedback, 8-12-12-12-12-4", 0.53), ("random", 0.5)])
def test_it_visits_about_half_of_the_edges_that_jacobi_does(kind, most):
    build = next(build for name, build in edge_visits.KINDS.items() if name.startswith(kind))
    shares = [edge_visits.share(edge_visits.drawn(build(seed), 0.9, seed), seed) for seed in range(6)]
    assert np.median(shares) <= most
