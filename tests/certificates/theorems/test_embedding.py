from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.certificates import certify
from neurograph.certificates.bounds.inclusion import Inclusion
from neurograph.certificates.system import System
from neurograph.certificates.theorems.embedding import Embedding
from neurograph.equations.intervals import Interval
from tests.strategies import SEEDS, graphs_for

KINDS = [
    ng.dynamics.additive("tanh"),
    ng.dynamics.additive("clip"),
    ng.dynamics.vector_field(),
    ng.dynamics.deep("absolute", extra_leak=0.3),
    ng.dynamics.deep("signed", extra_leak=1.0),
    ng.Dynamics("(I - s*(w_out_abs + leak))/tau", box=(0, 1), parameters={"tau": 2, "leak": 0.5}, self_loops=False),
    ng.Dynamics("-s + sin(I + b)", transfer="tanh(s)"),
]


def pair(weight, drive, dynamics=None, back=None):
    """Build two neurons, both driven by one input, that drive each other."""
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_weighted_edges_from([("x", "a", drive), ("x", "b", drive)])
    graph.add_weighted_edges_from([("a", "b", weight), ("b", "a", weight if back is None else back)])
    graph.nodes["b"]["role"] = "output"
    return ng.compile(graph, dynamics or ng.dynamics.additive("tanh"))


def embedded(network, x, y=None, beta=0.0, transposed=False):
    """Ask this theorem alone."""
    return Embedding().answer(System(network, np.asarray(x), y, beta, None, transposed), 30.0)


def ends(network, x, dt, starts, steps=3000, y=0.0, beta=0.0):
    """Follow explicit Euler in numpy from states (starts, nodes), which reach the box at once."""
    s = starts.copy()
    s[:, network.connectivity.inputs], s[:, network.connectivity.bias_nodes] = x, 1.0
    low, high = network.dynamics.box or (-np.inf, np.inf)
    free = network.connectivity.free
    for _ in range(steps):
        before = s.copy()
        s[:, free] = np.clip(s[:, free] + dt * network.drift(s, y, beta)[:, free], low, high)
        if np.abs(s - before).max() < 1e-14:
            break
    return s[:, free]


def test_where_the_input_saturates_it_proves_what_no_test_of_all_inputs_can():
    network = pair(3.0, 1.0)
    for x, meets in ((0.0, False), (3.0, True), (-3.0, True)):
        assert (embedded(network, [[x]]).verdict == "PROVED") == meets
    assert certify(network)["m_matrix"].verdict == "UNKNOWN"
    both = embedded(network, [[0.0], [3.0]])
    assert both.verdict == "UNKNOWN"
    assert "The bounds of 1 of 2 samples meet" in both.statement
    # At x = 0 there are indeed three equilibria, at 0 and near +1 and -1.
    found = ends(network, 0.0, 0.5, np.array([[0.0, 0.1, 0.1], [0.0, -0.1, -0.1]]))
    assert np.ptp(found[:, 0]) > 1.9
    assert both.witness["low"][0] == pytest.approx(found.min(axis=0), abs=1e-6)
    assert both.witness["high"][0] == pytest.approx(found.max(axis=0), abs=1e-6)


def test_neurons_pressed_against_the_box_take_no_part():
    network = pair(3.0, 1.0, ng.dynamics.vector_field())
    pressed = embedded(network, [[-4.0]])
    assert pressed.verdict == "PROVED"
    assert pressed.witness["pinned"].all()
    assert embedded(network, [[-2.0]]).verdict == "UNKNOWN"

    def field(x):
        return ends(network, x, 0.5, np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0]]))

    assert np.ptp(field(-4.0), axis=0).max() == 0.0
    assert np.ptp(field(-2.0), axis=0).max() == 1.0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name + kind.drift)
@settings(max_examples=12)
@given(data=st.data(), seed=SEEDS)
def test_from_every_start_it_comes_to_one_state_between_the_bounds(kind, data, seed):
    rng = np.random.default_rng(seed)
    network = ng.compile(data.draw(graphs_for(kind)), kind)
    x = rng.normal(size=(2, network.connectivity.inputs.size)) * data.draw(st.sampled_from([0.3, 3.0]))
    beta = data.draw(st.sampled_from([0.0, 0.5, -0.05]))
    y = rng.uniform(size=(2, network.connectivity.outputs.size))
    found = embedded(network, x, y if beta else None, beta)
    if found.verdict != "PROVED":
        return
    low, high = kind.box or (-5.0, 5.0)
    starts = rng.choice([low, high, 0.5 * (low + high)], size=(10, len(network.nodes)))
    for sample in range(2):
        state = ends(network, x[sample], 0.99 * found.largest_dt, starts, y=y[sample], beta=beta)
        assert np.ptp(state, axis=0).max() < 1e-4  # without a rate, some are slow
        assert np.all(state >= found.witness["low"][sample] - 1e-4)
        assert np.all(state <= found.witness["high"][sample] + 1e-4)


@settings(max_examples=30)
@given(SEEDS)
def test_what_a_weighted_norm_proves_for_all_inputs_it_proves_for_each(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(6, 6)) * (rng.uniform(size=(6, 6)) < 0.5)
    W *= rng.uniform(0.3, 0.9) / max(np.abs(np.linalg.eigvals(np.abs(W))).max(), 0.01)
    network = ng.compile(ng.topologies.from_matrix(W.T, inputs=[], outputs=[5]), ng.dynamics.additive("tanh"))
    assert certify(network, level="fast")["m_matrix"].verdict == "PROVED"
    assert embedded(network, np.empty((1, 0))).verdict == "PROVED"


def test_the_bounds_are_those_of_the_monotone_embedding():
    network = pair(0.5, 1.0, back=-1.0)
    report = embedded(network, [[0.4]])
    low, high = np.full(2, -1.0), np.full(2, 1.0)
    for _ in range(200):  # a drives b, and b holds a back
        low, high = (
            np.tanh([0.4 - high[1], 0.4 + 0.5 * low[0]]),
            np.tanh([0.4 - low[1], 0.4 + 0.5 * high[0]]),
        )
    assert report.witness["low"][0] == pytest.approx(low, abs=1e-3)
    assert report.witness["high"][0] == pytest.approx(high, abs=1e-3)
    assert np.all(report.witness["low"][0] <= low + 1e-11)
    assert np.all(report.witness["high"][0] >= high - 1e-11)


@settings(max_examples=30)
@given(SEEDS)
def test_a_box_goes_over_into_one_that_holds_every_image_of_its_states(seed):
    rng = np.random.default_rng(seed)
    graph = ng.topologies.complete(inputs=2, hidden=4, outputs=1, bias="neurons", seed=seed)
    network = ng.compile(graph, ng.dynamics.additive("sigmoid"))
    network = network.with_weights(30.0 * network.weights)
    x = rng.normal(size=(1, 2))
    boxes = list(islice(Inclusion(System(network, x, None, 0.0, None), Interval.constant(x)).boxes(), 6))
    for box, after in pairwise(boxes[1:]):
        s = np.zeros((200, 7))
        s[:, network.connectivity.inputs] = x
        s[:, network.connectivity.free] = box.state.low + rng.choice([0.0, 1.0, 0.3], size=(200, 5)) * box.width
        total = network.summed_input(s)[:, network.connectivity.free]
        assert np.all((box.total.low <= total) & (total <= box.total.high))
        image = (network.drift(s) + s)[:, network.connectivity.free]
        assert np.all((after.state.low <= image) & (image <= after.state.high))


@pytest.mark.parametrize(
    ("dynamics", "words"),
    [
        (ng.dynamics.hopfield(), "linear leak"),
        (ng.Dynamics("-s + step(I)"), "may jump"),
        (ng.Dynamics("-s - s**3 + I"), "linear leak"),
        (ng.dynamics.additive("relu"), "stay apart"),
    ],
)
def test_where_it_does_not_fit_it_says_so(dynamics, words):
    graph = nx.DiGraph()
    graph.add_node("x", role="input")
    graph.add_weighted_edges_from([("x", "a", 1.0), ("a", "b", 1.2), ("b", "a", 1.2)])
    graph.nodes["b"]["role"] = "output"
    found = embedded(ng.compile(graph, dynamics), [[0.3]])
    assert found.verdict == "UNKNOWN"
    assert words in found.statement


def test_it_needs_inputs_and_a_phase_without_return():
    network = pair(0.5, 1.0)
    assert "give x" in certify(network)["embedding"].statement
    assert "also returns" in embedded(network, [[1.0]], transposed=True).statement


def test_a_chain_of_unbounded_neurons_is_bounded_link_by_link():
    graph = ng.topologies.layered(2, (3, 3), 1, bias="neurons", seed=0)
    network = ng.compile(graph, ng.dynamics.additive("relu"))
    assert embedded(network, [[0.3, -0.2]]).verdict == "PROVED"
