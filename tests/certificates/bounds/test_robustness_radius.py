import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates import NoRadiusError
from neurograph.certificates.bounds import robustness_radius
from neurograph.certificates.bounds.robustness_radius import in_norm

RATE = 0.05


def projected(network):
    """Scale the couplings among free neurons so that those into one add up to 1 - RATE at most."""
    inner = np.isin(network.connectivity.pre, network.connectivity.free)
    sums = np.bincount(network.connectivity.post[inner], np.abs(network.weights[inner]), len(network.nodes))
    factor = np.minimum(1.0, (1.0 - RATE) / np.maximum(sums, 1e-12))
    return network.with_weights(np.where(inner, factor[network.connectivity.post], 1.0) * network.weights)


@pytest.fixture(scope="module")
def digits():
    """Give a recurrent network that learned digits, its rows projected after each epoch, and test inputs."""
    split = ng.tasks.digits()
    rng = np.random.default_rng(0)
    graph = nx.DiGraph(ng.topologies.layered(64, (30,), 10, bias="neurons", seed=0))
    hidden = [node for node, role in graph.nodes(data="role", default="hidden") if role == "hidden"]
    for post in hidden:
        for pre in rng.choice(len(hidden), 5, replace=False):
            if hidden[pre] != post:
                graph.add_edge(hidden[pre], post, weight=float(rng.normal(0.0, 0.3)))
    network = projected(ng.compile(graph, ng.dynamics.additive("tanh")))
    for seed in range(4):
        fit = ng.train(network, split.x_train, split.y_train, epochs=1, batch_size=50, seed=seed)
        network = projected(fit.network)
    return network, split.x_test[:100], split.y_test[:100]


def answers(network, x):
    return ng.settle(network, x, solver=ng.solvers.Auto(tol=1e-9)).outputs.argmax(axis=1)


def ascent(network, x, top):
    """Give the signs (batch, inputs) in which the runner-up gains most on the top, by finite differences."""
    settled = ng.settle(network, x, solver=ng.solvers.Auto(tol=1e-10)).outputs
    rows = np.arange(len(x))
    rest = np.where(np.arange(settled.shape[1]) == top[:, None], -np.inf, settled)
    gains = np.empty_like(x)
    for pixel in range(x.shape[1]):
        moved = x.copy()
        moved[:, pixel] += 1e-4
        after = ng.settle(network, moved, solver=ng.solvers.Auto(tol=1e-10)).outputs - settled
        gains[:, pixel] = after[rows, rest.argmax(axis=1)] - after[rows, top]
    return np.sign(gains)


def test_no_attack_within_the_radius_succeeds_and_the_embedding_is_the_widest(digits):
    network, x, labels = digits
    top = answers(network, x)
    assert np.mean(top == labels) > 0.8
    report = ng.certify(network, x, level="standard")
    assert report["gershgorin"].rate == pytest.approx(RATE)
    radii = {name: report[name].radius(x) for name in ("gershgorin", "m_matrix", "embedding")}
    assert np.all(radii["gershgorin"] <= radii["m_matrix"] * (1.0 + 1e-6))
    assert np.all(radii["embedding"] > 0.0)
    assert np.median(radii["embedding"]) >= 2.0 * np.median(radii["m_matrix"])
    rng, signs = np.random.default_rng(0), ascent(network, x, top)
    reach = (1.0 - 1e-9) * radii["embedding"][:, None]
    for attack in (*rng.choice([-1.0, 1.0], size=(4, *x.shape)), signs):
        assert np.array_equal(answers(network, x + reach * attack), top)
    # The attack has teeth: at ten times the radius it turns most answers.
    assert np.mean(answers(network, x + 10.0 * reach * signs) != top) > 0.5


def alone(weight=-1.0, drive=1.0, dynamics=None):
    """Build one neuron with a self-loop, driven by x: s settles at drive x / (1 - weight)."""
    graph = nx.DiGraph([("x", "y", {"weight": drive}), ("y", "y", {"weight": weight})])
    graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    return ng.compile(graph, dynamics or ng.dynamics.vector_field())


def test_of_one_linear_neuron_every_radius_is_the_distance_to_the_threshold():
    x = np.array([[1.2], [0.7], [1.0], [-3.0]])
    report = ng.certify(alone(), x)
    exact = np.array([0.2, 0.3, 0.0, 4.0])
    assert report["gershgorin"].radius(x)[:3] == pytest.approx(exact[:3], abs=1e-7)
    assert report["m_matrix"].radius(x)[:3] == pytest.approx(exact[:3], abs=1e-7)
    assert report["m_matrix"].radius(x)[3] == pytest.approx(1.0, abs=1e-7)  # the box is not made use of
    excited = alone(weight=0.5)  # s settles at 2x, over 0.5 for x > 0.25
    found = ng.certify(excited, [[0.4]])["embedding"].radius([[0.4], [0.1]])
    assert found == pytest.approx([0.15, 0.15], rel=5e-3)
    assert np.all(found <= 0.15)


def test_a_weighted_norm_gives_a_radius_of_its_own():
    """Two outputs a and b with s = (x, x/2) and known weights: the three norms, by hand."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_weighted_edges_from([("x", "a", 1.0), ("x", "b", 0.5)])
    graph.nodes["a"]["role"] = graph.nodes["b"]["role"] = "output"
    system = ng.certify(ng.compile(graph, ng.dynamics.vector_field()))["m_matrix"].system
    x, weights = np.array([[0.8]]), np.array([2.0, 1.0])  # gap 0.4, drive (1, 0.5)
    by_hand = {
        "l_inf": 0.4 / (1.5 * max(2.0, 0.5)),
        "l_1": 0.4 / (1.0 * (2.0 + 0.5)),
        "l_2": 0.4 / (np.hypot(0.5, 1.0) * np.hypot(2.0, 0.5)),
    }
    for norm, radius in by_hand.items():
        assert in_norm(system, x, 1.0, norm, weights, None) == pytest.approx([radius], rel=1e-6)
    assert in_norm(system, x, 1.0, "P", None, np.diag(weights**2)) == pytest.approx([by_hand["l_2"]], rel=1e-6)


def test_where_there_is_no_radius_the_error_says_why():
    network = alone()
    report = ng.certify(network, [[1.0]])
    for name, words in (("p_matrix", "gives no radius"), ("invariant_box", "gives no radius")):
        with pytest.raises(NoRadiusError, match=words):
            report[name].radius([[1.0]])
    with pytest.raises(ng.errors.DataError):
        report["m_matrix"].radius([[1.0, 2.0]])
    nudged = ng.certify(network, phase="nudged", beta=1.0)
    for name in ("gershgorin", "m_matrix", "embedding"):
        with pytest.raises(NoRadiusError, match="free"):
            nudged[name].radius([[1.0]])
    steep = alone(dynamics=ng.Dynamics("-5*s + I + b", transfer="s + 0.1*s**2", box=(0.0, 1.0)))
    with pytest.raises(NoRadiusError, match="no bounded slope"):
        ng.certify(steep)["m_matrix"].radius([[1.0]])
    out_of_time = ng.certify(network, [[1.0]], budget=1e-9)["embedding"]
    with pytest.raises(NoRadiusError, match="not enough"):
        out_of_time.radius([[1.0]])


@pytest.mark.parametrize("theorem", ["gershgorin", "m_matrix", "embedding"])
def test_a_state_that_is_not_quite_settled_makes_no_radius_too_large(monkeypatch, theorem):
    """A slow neuron, which settles at 10 x, over 0.5 for x > 0.05, and is seen on its way there, further from 0.5."""
    slow = alone(weight=0.9)
    exact = 0.05 - 0.048
    monkeypatch.setattr(robustness_radius, "SOLVER", ng.solvers.Euler(dt=0.1, implicit=False, tol=1e-3))
    network_state = ng.settle(slow, [[0.048]], solver=robustness_radius.SOLVER).outputs[0, 0]
    assert 0.46 < network_state < 0.475
    found = ng.certify(slow, [[0.048]])[theorem].radius([[0.048]])
    assert 0.5 * exact < found[0] <= exact
