"""The module as users of PyTorch treat it: shapes, types, state, copies, optimisers, compilation, freezing."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch import phases
from tests.torch.networks import SMOOTH, drawn, gradients, inputs_of, on_tensors

NETWORK = drawn(SMOOTH["tanh"], inputs=3, hidden=4, outputs=2, dtype="float32")


def layer_of(network=NETWORK, **options):
    return ng.torch.layer(network, **options)


def both(network=NETWORK, **options):
    """The layer in the engine, and on tensors."""
    return layer_of(network, **options), on_tensors(layer_of(network, **options))


def model():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(5, 3), layer_of(), torch.nn.Linear(2, 1))


@pytest.mark.parametrize("shape", [(3,), (0, 3), (7, 3), (2, 4, 3)])
def test_leading_dimensions_stay(shape):
    x = torch.randn(shape, requires_grad=True)
    layer = layer_of()
    answer = layer(x)
    assert answer.shape == (*shape[:-1], 2)
    answer.sum().backward()
    assert x.grad.shape == x.shape
    assert layer.weights.grad.shape == layer.weights.shape


def test_it_answers_as_settle_does():
    x = inputs_of(NETWORK)
    expected = ng.settle(NETWORK, x.numpy(), solver=ng.solvers.Auto(tol=1e-5)).outputs
    np.testing.assert_array_equal(layer_of()(x).detach(), expected)


def test_types_follow_the_module():
    layer = layer_of()
    x = inputs_of(NETWORK)
    double = layer.double()(x.double())
    assert double.dtype == torch.float64
    assert layer.to_network().dtype == np.float64
    np.testing.assert_allclose(double.detach(), layer.float()(x).detach(), atol=1e-4)


def test_copies_and_pickles_answer_alike():
    x, one = torch.randn(6, 5), model()
    answer = one(x)
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert torch.equal(other(x), answer)


def test_the_state_comes_back():
    one, file = model(), io.BytesIO()
    torch.save(one.state_dict(), file)
    other = model()
    with torch.no_grad():
        other[1].weights.mul_(2.0)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    x = torch.randn(6, 5)
    assert torch.equal(other(x), one(x))


def test_the_state_of_other_edges_is_refused():
    layer = layer_of()
    pruned = ng.prune(layer.to_network(), ng.pruning.magnitude(0.3)).network
    smaller = ng.torch.layer(pruned)
    with pytest.raises(ng.ParameterError, match="other edges"):
        smaller.load_state_dict(layer.state_dict())
    smaller.load_state_dict(ng.torch.layer(pruned).state_dict())


def test_so_is_a_state_whose_numbers_stand_elsewhere():
    graph = ng.topologies.complete(2, 3, 1, bias="neurons", seed=0)
    layers = []
    for place in (0, 1):
        one = graph.copy()
        del one.nodes[f"h{place}"]["bias"]
        layers.append(layer_of(ng.compile(one, ng.dynamics.additive("tanh"))))
        one = graph.copy()
        one.edges[list(one.edges)[place]]["plastic"] = False
        layers.append(layer_of(ng.compile(one, ng.dynamics.additive("tanh"))))
    for saved, other in zip(layers[:2], layers[2:], strict=True):
        assert saved.weights.shape == other.weights.shape
        with pytest.raises(ng.ParameterError, match="other edges"):
            other.load_state_dict(saved.state_dict())


def test_where_no_edge_learns_the_empty_parameter_has_a_gradient():
    """DistributedDataParallel waits for that of every parameter."""
    graph = NETWORK.to_graph()
    for edge in graph.edges:
        graph.edges[edge]["plastic"] = False
    for layer in both(ng.compile(graph, ng.dynamics.additive("tanh"), "float32")):
        layer(inputs_of(NETWORK)).sum().backward()
        assert layer.weights.grad.shape == (0,)
        assert layer.biases.grad.any()
        np.testing.assert_array_equal(layer.to_network().weights, NETWORK.weights)


def test_the_graph_comes_back_and_pruned_edges_stay_gone():
    layer = layer_of()
    network = ng.prune(layer.to_network(), ng.pruning.magnitude(0.3)).network
    layer = ng.torch.layer(network)
    optimiser = torch.optim.AdamW(layer.parameters(), lr=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        layer(inputs_of(network)).sum().backward()
        optimiser.step()
    after = layer.to_network()
    assert list(after.edges) == list(network.edges)
    assert not np.array_equal(after.weights, network.weights)
    graph = after.to_graph()
    assert set(graph) == set(NETWORK.to_graph())
    assert len(graph.edges) < len(NETWORK.to_graph().edges)


def test_the_network_of_the_layer_is_its_own():
    layer = layer_of()
    before = layer.to_network()
    kept = before.weights.copy()
    with torch.no_grad():
        layer.weights.add_(1.0)
    np.testing.assert_array_equal(before.weights, kept)
    np.testing.assert_array_equal(NETWORK.weights, kept)


def test_tied_edges_are_one_parameter_and_fixed_ones_none():
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0))
    fixed = [edge for edge in graph.edges if "tie" not in graph.edges[edge]][:2]
    for edge in fixed:
        graph.edges[edge]["plastic"] = False
    network = ng.compile(graph, ng.dynamics.hopfield())
    layer = ng.torch.layer(network)
    assert layer.weights.numel() == len(set(network.connectivity.ties.tolist())) - len(fixed)
    np.testing.assert_array_equal(layer.edge_weights.detach(), network.weights)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.1, weight_decay=0.1)
    layer(inputs_of(network)).sum().backward()
    optimiser.step()
    after = layer.to_network()  # tied ones that differ would be refused
    for edge in fixed:
        assert after.weights[list(after.edges).index(edge)] == pytest.approx(graph.edges[edge]["weight"])
    after.with_weights(after.weights)


def test_a_node_keeps_its_sign():
    network = ng.compile(ng.topologies.dale(ng.topologies.complete(2, 4, 1, bias="neurons", seed=0), 0.5, seed=0),
                         ng.dynamics.additive("tanh"))  # fmt: skip
    layer = ng.torch.layer(network)
    signs = torch.from_numpy(network.connectivity.signs[network.connectivity.pre])
    with torch.no_grad():
        layer.weights.sub_(0.5 * signs)
    layer(inputs_of(network))
    assert (signs * layer.weights >= 0).all()
    network.with_weights(layer.to_network().weights)


def test_frozen_parameters_cost_nothing_and_x_still_learns():
    layer = layer_of().requires_grad_(False)
    x = inputs_of(NETWORK).requires_grad_()
    layer(x).sum().backward()
    assert layer.weights.grad is None
    assert x.grad.abs().sum() > 0
    layer.weights.requires_grad_()
    layer(inputs_of(NETWORK)).sum().backward()
    assert layer.biases.grad is None


def test_on_tensors_frozen_parameters_cost_no_phase(monkeypatch):
    """The nudged phase is for them alone; x has the same gradient without it, and the lift of the rule."""
    monkeypatch.setattr(phases, "settle", lambda *_: pytest.fail("a nudged phase is run"))
    for rule in (ng.rules.vector_field(), ng.rules.asymmetric_ep(lift=0.5)):
        found = []
        for layer in both(rule=rule):
            x = inputs_of(NETWORK).requires_grad_()
            layer.requires_grad_(False)(x).sum().backward()
            found.append(x.grad)
        np.testing.assert_allclose(found[1], found[0], atol=1e-4)


def test_a_graph_without_inputs_answers():
    graph = ng.topologies.complete(0, 2, 1, bias="neurons", seed=0)
    for layer in both(ng.compile(graph, ng.dynamics.additive("tanh"))):
        answer = layer(torch.empty(3, 0, dtype=torch.float64))
        answer.sum().backward()
        assert answer.shape == (3, 1)


def test_under_autocast_it_settles_in_its_own_type():
    x = inputs_of(NETWORK)
    for layer in both():
        expected = gradients(layer, x)
        with torch.autocast("cpu", torch.bfloat16):
            found = gradients(layer, x)
            fewer = layer(x.bfloat16())
        for one, other in zip(found, expected, strict=True):
            assert torch.equal(one, other)
        assert fewer.dtype == torch.float32


def test_the_default_device_of_torch_is_not_that_of_the_layer():
    network = drawn(ng.Dynamics("-s + tanh(I + b)*exp(-1)"))
    x = inputs_of(network)
    for layer in both(network):
        answer = layer(x)
        with torch.device("meta"):
            found = layer(x)
            found.sum().backward()
        assert torch.equal(found, answer)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_from_behind_leads_to_nan_and_no_phase(value):
    for layer in both(rule=ng.rules.vector_field()):
        x = inputs_of(NETWORK).requires_grad_()
        (layer(x) * value).sum().backward()
        assert all(one.grad.isnan().all() for one in (x, layer.weights, layer.biases))


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_the_size_of_what_comes_from_behind_is_only_a_factor(scale):
    for layer in both():
        x = inputs_of(NETWORK).requires_grad_()
        one, other = (torch.autograd.grad((k * layer(x)).sum(), [x, layer.weights]) for k in (1.0, scale))
        for small, large in zip(one, other, strict=True):
            np.testing.assert_allclose(large / scale, small, rtol=1e-5, atol=1e-7)


def test_parameters_of_another_shape_are_refused():
    layer, x = layer_of(), inputs_of(NETWORK)
    for name, values in (
        ("weights", torch.zeros(3)),
        ("weights", layer.weights[:, None]),
        ("biases", torch.zeros(1)),
    ):
        with pytest.raises(
            ng.ParameterError, match=rf"{name} has shape .*: expected \({layer.get_parameter(name).numel()},"
        ):
            torch.func.functional_call(layer, {name: values}, x)


@pytest.mark.parametrize("name", ["weights", "biases"])
def test_a_parameter_that_is_no_number_is_named(name):
    for layer in both():
        with torch.no_grad():
            layer.get_parameter(name)[2] = torch.nan
        with pytest.raises(ng.DivergenceError, match=f"{name} holds nan at place 2"):
            layer(inputs_of(NETWORK))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # torch's own, of its forward mode
def test_it_goes_backward_alone_and_says_so():
    layer, x = layer_of(), inputs_of(NETWORK)
    for transform in (
        lambda: torch.func.grad(lambda x: layer(x).sum())(x),
        lambda: torch.func.vmap(layer)(x),
        lambda: torch.func.jvp(layer, (x,), (x,)),
        lambda: forward_mode(layer, x),
    ):
        with pytest.raises(ng.ParameterError, match=r"torch\.func"):
            transform()
    assert torch.autograd.functional.jacobian(layer, x[0]).shape == (2, 3)


def forward_mode(layer, x):
    with torch.autograd.forward_ad.dual_level():
        layer(torch.autograd.forward_ad.make_dual(x, x))


@pytest.mark.parametrize("frozen", [False, True])
def test_outputs_that_have_not_settled_are_not_silent(frozen):
    for layer in both(solver=ng.solvers.Euler(steps=2)):
        layer.requires_grad_(not frozen)
        with (
            torch.set_grad_enabled(frozen),
            pytest.warns(ng.TrainingWarning, match=r"4 of 4 samples \(100%\) have not settled; their outputs"),
        ):
            layer(inputs_of(NETWORK))
    for layer in both(solver=ng.solvers.Euler(steps=2)):
        answer = layer(inputs_of(NETWORK))  # backward will say it, at the line from which it is called
        with pytest.warns(ng.TrainingWarning) as said:
            answer.sum().backward()
        assert said[0].filename == __file__


def test_an_average_of_models_ties_the_same_edges():
    graph = ng.topologies.symmetric(ng.topologies.complete(3, 9, 1, bias="neurons", scale=0.1, seed=0))
    layer = layer_of(ng.compile(graph, ng.dynamics.additive("tanh")))
    swa = torch.optim.swa_utils
    for decay in (0.9, 0.9999):
        average = swa.AveragedModel(layer, multi_avg_fn=swa.get_ema_multi_avg_fn(decay), use_buffers=True)
        for _ in range(20):
            average.update_parameters(layer)
        torch.testing.assert_close(average.module.edge_weights, layer.edge_weights, rtol=1e-12, atol=0.0)


def test_targets_have_the_leading_dimensions_of_x():
    x = torch.randn(2, 4, 3)
    y, labels = torch.rand(2, 4, 2), torch.randint(2, (2, 4))
    for cost, targets in ((ng.costs.squared_error(), y), (ng.costs.cross_entropy(), labels)):
        layer = layer_of(cost=cost)
        assert torch.equal(layer(x, targets), layer(x.flatten(0, 1), targets.flatten(0, 1)))
        assert torch.equal(layer(x[0, 0], targets[0, 0]), layer(x[0, :1], targets[0, :1]))
        with pytest.raises(ng.DataError, match="y has 1 samples and x has 8"):
            layer(x, targets[0, :1])


def test_targets_changed_before_backward_are_those_of_forward():
    x, y = inputs_of(NETWORK), torch.zeros(4, 2)
    for layer in both(cost=ng.costs.squared_error()):
        expected = torch.autograd.grad(layer(x, y), layer.weights)[0]
        targets = y.clone()
        loss = layer(x, targets)
        targets.add_(1.0)
        assert torch.equal(torch.autograd.grad(loss, layer.weights)[0], expected)


def test_without_a_gradient_to_learn_from_all_are_zero():
    layer = layer_of()
    (0.0 * layer(inputs_of(NETWORK))).sum().backward()
    assert not layer.weights.grad.any()


def test_a_weight_changed_before_backward_is_not_silent():
    layer = layer_of()
    answer = layer(inputs_of(NETWORK)).sum()
    with torch.no_grad():
        layer.weights.add_(1.0)
    with pytest.raises(RuntimeError, match="inplace operation"):
        answer.backward()


def test_the_model_around_it_is_compiled():
    one, x = model(), torch.randn(6, 5)
    compiled = torch.compile(one, backend="eager")
    assert torch.equal(compiled(x), one(x))
    compiled(x).sum().backward()
    assert one[1].weights.grad.abs().sum() > 0
    layer = layer_of()
    with pytest.raises(torch._dynamo.exc.Unsupported, match="until the graph has settled"):
        torch.compile(lambda x: layer(x) + 1.0, fullgraph=True, backend="eager")(inputs_of(NETWORK))


def test_it_has_no_second_derivative_and_says_so():
    layer, x = layer_of(), inputs_of(NETWORK).requires_grad_()
    with pytest.raises(ng.ParameterError, match="create_graph"):
        torch.autograd.grad(layer(x).sum(), x, create_graph=True)


def test_it_is_printed_as_a_module():
    assert "GraphLayer(Network(additive (tanh): 9 nodes" in str(model()).replace("\n", " ").replace("  ", " ")


@pytest.mark.parametrize("labels", [False, True])
def test_with_a_cost_a_step_is_that_of_train(labels):
    network = drawn(SMOOTH["tanh"], outputs=3)
    x, cost = inputs_of(network), ng.costs.cross_entropy() if labels else ng.costs.squared_error()
    y = torch.tensor([0, 2, 1, 1]) if labels else torch.linspace(0, 1, 12, dtype=torch.float64).reshape(4, 3)
    for rule in (ng.rules.asymmetric_ep(), ng.rules.vector_field()):
        layer = ng.torch.layer(network, cost=cost, rule=rule)
        loss = layer(x, y)
        assert loss.shape == ()
        loss.backward()
        torch.optim.SGD(layer.parameters(), lr=0.1).step()
        step = ng.training_step(network, x.numpy(), y.numpy(), cost=cost, rule=rule, optimiser=ng.optimisers.sgd(0.1))
        assert float(loss.detach()) == pytest.approx(step.history["cost"][0])
        np.testing.assert_allclose(layer.to_network().weights, step.network.weights, atol=1e-12)
        np.testing.assert_allclose(layer.to_network().biases, step.network.biases, atol=1e-12)
