"""Euler's steps on tensors, beside those of the engine: the same states, step for step."""

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS
from neurograph.solvers.base import Phase
from neurograph.torch.euler import Anchor, Nudge, settle
from tests.torch.networks import ADAPTING, drawn
from tests.torch.test_field import field_of

X = np.array([[0.1, 0.9], [0.7, -0.3], [0.5, 0.5]])
EVERY = {name: make() for name, make in DYNAMICS.items()} | {
    "adapting": ADAPTING,
    "cubic": ng.Dynamics("-s**3 - s + I + b"),
    "populations": {"a": ADAPTING, "b": ng.dynamics.additive("clip"), "c": ng.dynamics.vector_field()},
}


def start_of(network):
    full = np.zeros((len(X), network.state_size))
    full[:, network.connectivity.inputs] = X
    full[:, network.connectivity.bias_nodes] = 1.0
    return full


def parts(network, full):
    s, further = network.parted(full)
    return [torch.from_numpy(one.T.copy()) for one in (s, *further.values())]


def full_of(rest):
    return np.concatenate([one.numpy().T for one in rest.state], axis=1)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "options", [{}, {"dt": 0.1}, {"dt": 0.2, "implicit": True}, {"steps": 7}, {"tol": 0.0, "steps": 40}]
)
def test_a_free_phase_is_the_engines(name, options):
    network = drawn(EVERY[name]) if name not in ("deep", "deep_signed") else ng.compile(
        ng.topologies.complete(2, 3, 2, bias=True, seed=0), EVERY[name])  # fmt: skip
    if options.get("implicit") and not network.dynamics.leaks:
        options = options | {"implicit": False}
    method, start = ng.solvers.Euler(**options), start_of(network)
    engine, torchs = method.solve(network, Phase(start)), settle(field_of(network), parts(network, start), method)
    np.testing.assert_allclose(full_of(torchs), engine.full, atol=1e-13)
    np.testing.assert_array_equal(torchs.status.numpy(), engine.status)
    np.testing.assert_array_equal(torchs.steps.numpy(), engine.steps)
    np.testing.assert_allclose(torchs.residual.numpy(), engine.residual, atol=1e-13)


@pytest.mark.parametrize("cost", [ng.costs.squared_error(), ng.costs.cross_entropy(), ng.costs.Cost("(y - s)**4/4")])
@pytest.mark.parametrize("beta", [0.5, -0.5, np.array([0.5, -0.5, 0.2])])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_nudged_phase_is_the_engines(cost, beta, transposed):
    network, method = drawn(EVERY["tanh"]), ng.solvers.Euler(tol=1e-9)
    start, y = start_of(network), np.array([[0.2, 0.8], [0.7, 0.3], [1.0, 0.0]])
    free = method.solve(network, Phase(start))
    phase = Phase(free.full, y, beta, cost, free.full if transposed else None)
    engine, field = method.solve(network, phase), field_of(network)
    rest = settle(field, parts(network, start), method)
    nudge = Nudge(cost, torch.from_numpy(y.T.copy()), torch.from_numpy(np.broadcast_to(beta, 3).astype(float)))
    found = settle(field, rest.state, method, nudge, anchor=Anchor.at(field, rest) if transposed else None)
    np.testing.assert_allclose(full_of(found), engine.full, atol=1e-7)  # a nudge of one sample may ask for other steps


def test_a_clamped_phase_is_the_engines():
    network, method = drawn(EVERY["tanh"]), ng.solvers.Euler(tol=1e-9)
    start = start_of(network)
    start[:, network.connectivity.outputs] = 0.3
    engine = method.solve(network, Phase(start, clamped=True))
    found = settle(field_of(network), parts(network, start), method, clamped=True)
    np.testing.assert_allclose(full_of(found), engine.full, atol=1e-13)
    np.testing.assert_array_equal(full_of(found)[:, network.connectivity.outputs], 0.3)


def test_a_sample_that_diverges_says_so_and_the_others_go_on():
    graph = ng.topologies.complete(1, 2, 1, bias="neurons", scale=0.1, seed=0)
    network = ng.compile(graph, ng.Dynamics("-s + I + b + s**3"))
    start = np.zeros((2, len(network.nodes)))
    start[1, network.connectivity.free] = 5.0
    engine = ng.solvers.Euler(dt=0.1).solve(network, Phase(start))
    found = settle(field_of(network), parts(network, start), ng.solvers.Euler(dt=0.1))
    assert found.status.tolist() == engine.status.tolist() == [ng.Status.CONVERGED, ng.Status.DIVERGED]


def test_steps_that_cannot_be_taken_are_refused():
    network, method = drawn(ng.Dynamics("9*s + tanh(I + b)", box=(0, 1))), ng.solvers.Euler(dt=0.2, implicit=True)
    for run in (lambda: method.solve(network, Phase(start_of(network))),
                lambda: settle(field_of(network), parts(network, start_of(network)), method)):  # fmt: skip
        with pytest.raises(ng.ParameterError, match=r"not positive with dt 0\.2"):
            run()


def test_a_nudged_phase_takes_its_own_most_steps():
    network, method = drawn(EVERY["tanh"]), ng.solvers.Euler(tol=1e-12, nudged_steps=3)
    field, start = field_of(network), parts(network, start_of(network))
    nudge = Nudge(ng.costs.squared_error(), torch.zeros(2, 3, dtype=torch.float64), torch.ones(3, dtype=torch.float64))
    assert settle(field, start, method, nudge).steps.max() == 3
    assert settle(field, start, method).steps.max() > 3
