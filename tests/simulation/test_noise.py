"""White noise: what linear networks do in the long run, and the same bits for any batch and any threads."""

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov

import neurograph as ng
from neurograph.kernels.bindings import threads_for
from tests.plain_simulation import held, simulated
from tests.simulation.rate_networks import SINE, SLOW, components, linear, matrices, mixed, places
from tests.simulation.test_orders import step_matrices

NOISY = ("euler", "exponential", "heun")
DT = 0.8


def spread(A, leaks, noise, dt, method):
    """The covariance of what noise adds in a step."""
    if method == "exponential":
        return np.diag(noise**2 * -np.expm1(-2.0 * leaks * dt) / leaks)
    gain = np.eye(len(A)) + (0.5 * dt * A if method == "heun" else 0.0)
    return gain @ np.diag(2.0 * dt * noise**2) @ gain.T


def in_the_long_run(network, noise, dt, method):
    """Mean (nodes,), covariance, and covariance with the state a step later, E[s(n+1) s(n)']."""
    A, c, leaks = matrices(network)
    M, P = step_matrices(A, leaks, dt, method)
    C = solve_discrete_lyapunov(M, spread(A, leaks, noise, dt, method))
    return np.linalg.solve(np.eye(len(A)) - M, P @ c), C, M @ C


def noises(network, seed=0):
    return np.random.default_rng(seed).uniform(0.3, 1.5, len(network.nodes))


@pytest.mark.parametrize("method", NOISY)
def test_mean_variance_and_autocovariance_are_those_of_the_scheme_on_20_graphs(method):
    """Within 4 standard errors, which 128 runs beside each other give: they are worth 10^6 independent samples."""
    count, batch, pieces, steps = 20, 128, 12, 2_000
    network = linear(count, seed=4, leak=(1.0, 1.3))
    noise, apart = noises(network), places(network, count)
    mean, C, later = in_the_long_run(network, noise, DT, method)
    last = np.broadcast_to(mean, (batch, mean.size))
    last = ng.simulate(network, dt=DT, duration=60 * DT, method=method, noise=noise, start=last, seed=7, record=60).last
    sums = np.zeros((3, batch, count, 4, 4))
    for _ in range(pieces):
        run = ng.simulate(network, dt=DT, duration=steps * DT, method=method, noise=noise, start=last, record=1)
        last, s = run.last, run.states[:, :, apart] - mean[apart]
        s = np.ascontiguousarray(s.transpose(0, 2, 3, 1))
        sums[0] += s.mean(axis=3)[:, :, :, None] / pieces
        sums[1] += s @ s.transpose(0, 1, 3, 2) / (steps * pieces)
        sums[2] += s[..., 1:] @ s[..., :-1].transpose(0, 1, 3, 2) / ((steps - 1) * pieces)
    blocks = [np.array([table[np.ix_(own, own)] for own in apart]) for table in (np.zeros_like(C), C, later)]
    error = sums.std(axis=1, ddof=1) / np.sqrt(batch)
    assert np.abs((sums.mean(axis=1) - blocks) / error).max() < 4.0
    variances = np.diagonal(blocks[1], axis1=1, axis2=2)
    assert np.median(variances / error[0, :, :, 0] ** 2) > 1e6
    assert np.median(2.0 * variances**2 / np.diagonal(error[1], axis1=1, axis2=2) ** 2) > 1e6


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("exponential", 1), ("heun", 2)])
def test_the_long_run_goes_to_that_of_continuous_time_at_the_weak_order(method, order):
    network = linear(20, seed=4, leak=(1.0, 1.3))
    noise, (A, c, _) = noises(network), matrices(network)
    C = solve_continuous_lyapunov(A, -np.diag(2.0 * noise**2))
    far = []
    for dt in (0.02, 0.01):
        mean, found, _ = in_the_long_run(network, noise, dt, method)
        assert np.allclose(mean, np.linalg.solve(A, -c))
        far.append(np.linalg.norm(found - C))
    assert np.log2(far[0] / far[1]) == pytest.approx(order, abs=0.1)


def test_noise_is_the_standard_deviation_of_a_neuron_that_leaks_and_does_nothing_else():
    graph = nx.DiGraph()
    graph.add_nodes_from("ab", role="output")
    network = ng.compile(graph, ng.dynamics.vector_field())
    free = ng.Dynamics("-s + I")
    given = {"dt": 0.1, "method": "exponential", "seed": 0, "duration": 2000.0, "start": np.zeros((64, 2))}
    found = ng.simulate(ng.compile(graph, free), noise={"a": 0.3}, **given).states
    assert found[:, 200:, 0].std() == pytest.approx(0.3, rel=0.01)
    assert not found[:, :, 1].any()
    boxed = ng.simulate(network, noise=0.5, **given | {"duration": 10.0}).states
    assert boxed.min() == 0.0
    assert boxed.max() <= 1.0


def drawn(network, steps, batch, seed):
    """The normals that simulate() draws for these nodes, read from neurons that only add them up."""
    graph = network.to_graph()
    graph.graph.pop("dynamics", None)
    for *_, data in graph.nodes(data=True):
        data.pop("population", None)
        data.pop("bias", None)
    adding = ng.compile(graph, ng.Dynamics("0*s + 0*I"))
    x = np.zeros((batch, steps, len(network.inputs)))
    run = ng.simulate(adding, x, dt=0.5, method="euler", noise=1.0, seed=seed)
    return np.diff(run.states, axis=1, prepend=0.0)


def test_the_normals_are_normal_and_independent():
    graph = nx.DiGraph()
    graph.add_nodes_from(range(50), role="output")
    network = ng.compile(graph, ng.Dynamics("0*s"))
    given = {"dt": 0.5, "method": "euler", "duration": 100.0, "noise": 1.0, "start": np.zeros((64, 50))}
    z = np.diff(ng.simulate(network, seed=3, **given).states, axis=1, prepend=0.0)
    size = np.sqrt(z.size)
    for power, moment, deviation in ((1, 0, 1), (2, 1, 2**0.5), (3, 0, 15**0.5), (4, 3, 96**0.5), (6, 15, 10170**0.5)):
        assert abs((z**power).mean() - moment) < 4.0 * deviation / size
    for one, other in ((z[1:], z[:-1]), (z[:, 1:], z[:, :-1]), (z[:, :, 1:], z[:, :, :-1])):
        assert abs((one * other).mean()) < 4.0 / np.sqrt(one.size)
    other = np.diff(ng.simulate(network, seed=4, **given).states, axis=1, prepend=0.0)
    assert abs((z * other).mean()) < 4.0 / size
    assert np.unique(np.round(z, 9)).size > 0.99 * z.size


@pytest.mark.parametrize("method", NOISY)
def test_a_noisy_run_is_the_plain_loop_with_the_same_normals(method):
    network, steps = mixed(components(6, seed=5)), 40
    normals, noise = drawn(network, steps, 3, 11), noises(network)
    x = np.random.default_rng(0).normal(size=(3, steps, 6))
    given = {"method": method, "start": 0.1}
    found = ng.simulate(network, x, dt=0.1, noise=noise, seed=11, **given)
    plain, variables = simulated(network, steps, 0.1, batch=3, x=held(x), noise=noise, normals=normals, **given)
    assert np.allclose(found.states, plain, atol=1e-12)
    assert np.allclose(found.variables["a"], variables["a"], atol=1e-12)


@pytest.mark.parametrize("delays", [None, (0.0, 0.1, 0.25)])
@pytest.mark.parametrize("method", NOISY)
def test_a_sample_has_the_same_bits_in_any_batch(method, delays):
    network, steps = mixed(components(3, seed=6, delays=delays)), 25
    x = np.random.default_rng(0).normal(size=(70, steps, 3))
    runs = {
        batch: ng.simulate(network, x[:batch], dt=0.1, noise=0.2, seed=5, method=method).states
        for batch in (1, 3, 64, 70)
    }
    for batch, states in runs.items():
        assert np.array_equal(states, runs[70][:batch])
    assert not np.array_equal(runs[70][0], runs[70][1])


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("method", [*NOISY, "rk4"])
@pytest.mark.parametrize(("batch", "edges"), [(1, 80_000), (5, 60_000), (70, 12_000)])
def test_the_bits_are_the_same_for_any_number_of_threads(monkeypatch, method, batch, edges, late):
    if late and method == "rk4":
        pytest.skip("rk4 is refused with delays")
    kinds, rng = {"slow": SLOW, "sine": SINE}, np.random.default_rng(0)
    graph = nx.gnm_random_graph(300, edges, seed=0, directed=True)
    for node, data in graph.nodes(data=True):
        data.update(role="output" if node < 2 else "hidden", population=list(kinds)[node % 2])
    for *_, data in graph.edges(data=True):
        data.update(weight=rng.normal() / 15.0, **({"delay": rng.choice([0.0, 0.1, 0.25])} if late else {}))
    network = ng.compile(graph, kinds)
    noise = {} if method == "rk4" else {"noise": 0.3, "seed": 1}
    states, start = [], rng.normal(size=(batch, 300))
    for threads in "1", "2", "3":
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert threads_for(edges, batch) == int(threads)
        run = ng.simulate(network, dt=0.1, duration=2.5, method=method, start=start, current={5: np.sin}, **noise)
        states.append(run.states)
    assert np.array_equal(states[0], states[1])
    assert np.array_equal(states[0], states[2])


def test_a_seed_draws_the_same_and_clamped_nodes_are_not_noisy():
    network, x = mixed(components(2)), np.ones((2, 10, 2))
    one, same, other = (ng.simulate(network, x, dt=0.1, noise=0.1, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.states, same.states)
    assert not np.array_equal(one.states, other.states)
    assert np.all(one.of(("x", 1)) == 1.0)
