"""What runs a layer: the engine without a copy, or torch; both find the same."""

import tracemalloc

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch.backend import Engine, Tensors, method_of, with_parameters
from tests.torch.networks import ADAPTING, SMOOTH, drawn, gradients, inputs_of, on_tensors

METHOD = ng.solvers.Euler(tol=1e-11)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_find_the_same(name, dtype):
    network = drawn(SMOOTH[name], scale=0.2, dtype=dtype)
    method = METHOD if dtype == "float64" else ng.solvers.Euler(tol=1e-5)
    x, (engine, tensors) = inputs_of(network), (ng.torch.layer(network, solver=method) for _ in range(2))
    for one, other in zip(gradients(engine, x), gradients(on_tensors(tensors), x), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-10 if dtype == "float64" else 1e-4)


def test_the_engine_reads_the_weights_where_they_are():
    network = drawn(SMOOTH["tanh"], dtype="float32")
    layer = ng.torch.layer(network)
    x = inputs_of(network)
    backend = layer._backend(x)
    assert isinstance(backend, Engine)
    free, outputs = backend.settle(x, layer.weights.detach(), layer.biases.detach(), 0.0, None)
    assert np.shares_memory(free.network.weights, layer.weights.detach().numpy())
    np.testing.assert_array_equal(outputs, free.outputs)
    assert layer.weights.detach().numpy().flags.writeable


@pytest.mark.parametrize("start", [0.3, "uniform", "nodes"])
def test_both_start_alike(start):
    network = drawn(ADAPTING)
    start = np.linspace(0, 1, len(network.nodes)) if start == "nodes" else start
    layers = [ng.torch.layer(network, start=start, seed=3, solver=ng.solvers.Euler(steps=3)) for _ in range(2)]
    x = inputs_of(network)
    np.testing.assert_allclose(on_tensors(layers[1])(x).detach(), layers[0](x).detach(), atol=1e-14)


def test_memory_does_not_grow_with_the_steps():
    network, peaks = drawn(SMOOTH["tanh"], hidden=20), []
    x = inputs_of(network, batch=50)
    for steps in (10, 1000):
        layer = ng.torch.layer(network, solver=ng.solvers.Euler(dt=0.01, tol=1e-30, steps=steps))
        with pytest.warns(ng.TrainingWarning, match="have not settled"):
            layer(x).sum().backward()
        tracemalloc.start()
        answer = layer(x).sum()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        del answer
    assert peaks[1] < 1.1 * peaks[0]


def test_what_diverges_is_named_by_both():
    graph = ng.topologies.complete(1, 2, 1, bias="neurons", scale=0.1, seed=0)
    network = ng.compile(graph, ng.Dynamics("-s + I + b + s**3"))
    x = torch.zeros(3, 1, dtype=torch.float64)
    for layer in (ng.torch.layer(network, start=5.0), on_tensors(ng.torch.layer(network, start=5.0))):
        with pytest.raises(ng.DivergenceError, match="sample 0 diverged"):
            layer(x)


def test_a_nudge_that_is_too_large_is_named():
    graph = ng.topologies.complete(1, 2, 1, bias="neurons", scale=0.1, seed=0)
    network = ng.compile(graph, ng.Dynamics("-s + I + b + s**3"))
    x, options = torch.zeros(3, 1, dtype=torch.float64), {"rule": ng.rules.vector_field()}
    layer = on_tensors(ng.torch.layer(network, beta=5.0, **options))
    with pytest.raises(ng.DivergenceError, match=r"a phase of the rule \(3 of 3 samples did\): take a smaller beta"):
        layer(x).sum().backward()
    on_tensors(ng.torch.layer(network, beta=0.1, **options))(x).sum().backward()


def test_numbers_that_are_not_finite_are_named_by_both():
    network = drawn(SMOOTH["tanh"])
    x = torch.tensor([[0.0, float("nan")]], dtype=torch.float64)
    for layer in (ng.torch.layer(network), on_tensors(ng.torch.layer(network))):
        with pytest.raises(ng.DataError, match=r"x\[0, 1\], for node 'x1', is nan"):
            layer(x)


def test_other_methods_are_of_the_engine_alone():
    network = drawn(SMOOTH["tanh"])
    assert method_of(ng.solvers.Auto(tol=1e-3), network) == ng.solvers.Euler(tol=1e-3)
    with pytest.raises(ng.ParameterError, match="Newton"):
        method_of(ng.solvers.Newton(), network)
    with pytest.raises(ng.ParameterError, match="implicit is True"):
        method_of(ng.solvers.Euler(implicit=True), drawn(SMOOTH["hopfield"]))


def test_biases_go_to_their_nodes():
    network = drawn(SMOOTH["tanh"])
    biased = network.connectivity.biased
    other = with_parameters(network, 2 * network.weights, np.arange(float(biased.size)))
    np.testing.assert_array_equal(other.biases[biased], np.arange(biased.size))
    np.testing.assert_array_equal(other.weights, 2 * network.weights)
    assert isinstance(on_tensors(ng.torch.layer(network))._backend(inputs_of(network)), Tensors)
