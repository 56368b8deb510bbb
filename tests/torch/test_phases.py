"""Every rule on tensors, beside the engine: the same changes of weights and biases, and the same gradient of x."""

from contextlib import nullcontext

import networkx as nx
import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.learning.rules import RULES
from tests.torch.networks import ADAPTING, drawn, gradients, inputs_of, on_tensors

READ_OUT = {name: make() for name, make in RULES.items() if make().kind == "readout"} | {
    "finite": ng.rules.asymmetric_ep(finite=True),
    "gradient": ng.rules.asymmetric_ep(lift=0),
    "own": ng.Rule("tanh(w)*pre_nudged*(post_nudged - post_free)/(1 + w**2*pre_free**2)"),
}
DEFAULT = ng.rules.asymmetric_ep()
SHORT = ng.solvers.Euler(dt=0.1, tol=1e-10)
METHOD = ng.solvers.Euler(tol=1e-10)
DEEP = ng.dynamics.deep(extra_leak=1.0)


def network_for(rule, dynamics):
    graph = ng.topologies.complete(2, 4, 2, bias="neurons" if dynamics.uses_bias else True, scale=0.15, seed=1)
    return ng.compile(ng.topologies.symmetric(graph) if rule.symmetric else graph, dynamics)


def both(network, x, y=None, **options):
    options |= {"beta": 0.01} if options.get("rule", DEFAULT).transposed else {}
    layers = [ng.torch.layer(network, solver=METHOD, seed=0, **options) for _ in range(2)]
    return gradients(layers[0], x, y), gradients(on_tensors(layers[1]), x, y)


@pytest.mark.parametrize("name", READ_OUT)
@pytest.mark.parametrize("dynamics", [ng.dynamics.additive("tanh"), DEEP], ids=["tanh", "deep"])
def test_with_a_cost_it_is_what_the_engine_reads(name, dynamics):
    network = network_for(READ_OUT[name], dynamics)
    y = torch.linspace(0.1, 0.9, 8, dtype=torch.float64).reshape(4, 2)
    for engine, tensors in zip(
        *both(network, inputs_of(network), y, rule=READ_OUT[name], cost=ng.costs.squared_error()), strict=True
    ):
        np.testing.assert_allclose(tensors, engine, atol=1e-12)


@pytest.mark.parametrize("name", [name for name, rule in READ_OUT.items() if "clamped" not in rule.phases])
def test_under_a_loss_it_is_what_the_engine_reads(name):
    network = network_for(READ_OUT[name], ng.dynamics.additive("tanh"))
    for engine, tensors in zip(*both(network, inputs_of(network), rule=READ_OUT[name]), strict=True):
        np.testing.assert_allclose(tensors, engine, atol=1e-12)


def test_of_several_populations_and_variables():
    each = {"a": ADAPTING, "b": ng.dynamics.additive("relu"), "c": ng.dynamics.vector_field()}
    network = drawn(each, hidden=7)
    for engine, tensors in zip(*both(network, inputs_of(network)), strict=True):
        np.testing.assert_allclose(tensors, engine, atol=1e-12)


def test_of_edges_that_are_tied_and_edges_that_stay():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 4, 2, bias="neurons", scale=0.15, seed=1))
    for k, edge in enumerate(graph.edges):
        graph.edges[edge]["plastic"] = k % 5 != 0 or "tie" in graph.edges[edge]
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    engine, tensors = both(network, inputs_of(network))
    assert engine[2].numel() < network.weights.size - (~network.connectivity.plastic).sum()
    for one, other in zip(engine, tensors, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-12)


def test_a_sample_without_an_answer_is_left_out_and_said():
    graph = nx.DiGraph([("x", "y", {"weight": 1.0})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    network = ng.compile(graph, ng.Dynamics("s - s**3 + I"))
    x = torch.tensor([[0.0], [1.0]], dtype=torch.float64)  # at 0 it rests where nothing is stable
    learned = []
    for batch in (x[1:], x):
        for layer in (ng.torch.layer(network, solver=SHORT), on_tensors(ng.torch.layer(network, solver=SHORT))):
            given = batch.clone().requires_grad_()
            with (
                pytest.warns(ng.TrainingWarning, match=r"1 of 2 samples \(50%\)") if len(batch) == 2 else nullcontext()
            ):
                layer(given).sum().backward()
            learned.append([float(layer.weights.grad), float(given.grad[-1])])
            assert len(batch) == 1 or given.grad[0] == 0.0
    np.testing.assert_allclose(learned, [learned[0]] * 4, rtol=1e-6)
