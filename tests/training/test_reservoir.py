"""The reservoir: scikit-learn's own checks, states beside a plain loop and reservoirpy, and read-outs behind it."""

import pickle
import subprocess
import sys
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import neurograph as ng

RANDOM = ng.topologies.random(inputs=0, hidden=19, outputs=1, density=0.3, seed=0)
CALLS = {"tanh": np.tanh, "sigmoid": lambda a: 1 / (1 + np.exp(-a)), "relu": lambda a: np.maximum(a, 0), "identity": 1}
ROWS = "a row is a step of one sequence, whose states depend on the steps before it"


def states_of(W, V, x, leak=1.0, bias=0.0, activation=np.tanh):
    """The states of a reservoir along one sequence, by a loop over its steps."""
    s, found = np.zeros(len(W)), []
    for u in x:
        s = (1 - leak) * s + leak * activation(W @ s + V @ u + bias)
        found.append(s)
    return np.array(found)


def matrices(network):
    """Recurrent weights and those from inputs, in the order of nodes and of inputs."""
    dense, free = network.matrix().toarray(), network.connectivity.table.free
    return dense[np.ix_(free, free)], dense[free][:, network.connectivity.inputs]


def series(steps=60, features=2, seed=0):
    return np.random.default_rng(seed).normal(size=(steps, features))


@parametrize_with_checks(
    [
        ng.GraphReservoir(ng.compile(RANDOM)),
        ng.GraphReservoir(
            ng.compile(RANDOM).to_table(), leak=0.3, washout=10, activation="sigmoid", nodes=["h3", "h1"]
        ),
    ],
    expected_failed_checks=lambda _: {
        "check_methods_sample_order_invariance": ROWS,
        "check_methods_subset_invariance": ROWS,
    },
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("leak", [1.0, 0.3])
@pytest.mark.parametrize("activation", CALLS)
def test_states_are_those_of_a_plain_loop(activation, leak):
    x = series()
    reservoir = ng.GraphReservoir(RANDOM, leak=leak, activation=activation, input_scaling=0.5, random_state=1).fit(x)
    call = CALLS[activation] if callable(CALLS[activation]) else np.positive
    expected = states_of(*matrices(reservoir.network_), x, leak, activation=call)
    np.testing.assert_allclose(reservoir.transform(x), expected, rtol=0, atol=1e-12)
    assert np.ptp(expected, axis=0).min() > 0.01 or activation == "relu"


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_the_same_matrices_in_reservoirpy_give_the_same_states(leak):
    nodes = pytest.importorskip("reservoirpy.nodes")
    x = series(2000)
    reservoir = ng.GraphReservoir(RANDOM, leak=leak, random_state=1).fit(x)
    W, V = matrices(reservoir.network_)
    theirs = nodes.Reservoir(W=W, Win=V, bias=np.zeros(len(W)), lr=leak).run(x)
    assert np.abs(reservoir.transform(x) - theirs).max() < 1e-10


def test_a_graph_with_inputs_biases_and_leaks_of_its_own_keeps_them():
    graph = nx.DiGraph()
    graph.add_node("one", role="bias")
    graph.add_nodes_from([("b", {"bias": 0.3}), ("a", {"leak": 0.2}), ("v", {"role": "input"}), ("c", {})])
    graph.add_node("u", role="input")
    graph.add_weighted_edges_from([("one", "c", -0.7), ("u", "a", 0.5), ("v", "a", 0.2), ("v", "c", 2.0)])
    graph.add_weighted_edges_from([("a", "b", 0.8), ("b", "a", -0.5), ("c", "c", 0.4), ("b", "c", 0.3)])
    before, x = nx.to_dict_of_dicts(graph), series()
    reservoir = ng.GraphReservoir(graph, leak=0.6, spectral_radius=None, input_scaling=3.0)
    V = 3.0 * np.array([[0, 0], [0.2, 0.5], [2.0, 0]])  # columns v and u, rows b, a, c
    W = np.array([[0, 0.8, 0], [-0.5, 0, 0], [0.3, 0, 0.4]])
    expected = states_of(W, V, x, np.array([0.6, 0.2, 0.6]), np.array([0.3, 0, -0.7]))
    np.testing.assert_allclose(reservoir.fit_transform(x), expected, rtol=0, atol=1e-13)
    assert nx.to_dict_of_dicts(graph) == before
    named = pandas.DataFrame(x, columns=["v", "u"])[["u", "v"]]
    np.testing.assert_allclose(reservoir.fit_transform(named), expected, rtol=0, atol=1e-13)
    chosen = reservoir.set_params(nodes=["c", "b"]).fit_transform(x)
    np.testing.assert_allclose(chosen, expected[:, [2, 0]], rtol=0, atol=1e-13)
    assert reservoir.network_.outputs == ("b", "c")


@pytest.mark.parametrize("size", [20, 700])
def test_recurrent_weights_have_the_spectral_radius_that_is_asked_for(size):
    graph = ng.topologies.random(inputs=1, hidden=size, outputs=1, density=0.05 if size > 100 else 0.3, seed=0)
    x = series(5, 1)
    given, scaled = (
        ng.GraphReservoir(graph, spectral_radius=radius, input_scaling=scaling).fit(x).network_
        for radius, scaling in ((None, 1.0), (1.3, 0.25))
    )
    (W, V), (W2, V2) = matrices(given), matrices(scaled)
    assert abs(np.linalg.eigvals(W2)).max() == pytest.approx(1.3, rel=1e-9)
    np.testing.assert_allclose(W2, W * (1.3 / abs(np.linalg.eigvals(W)).max()), rtol=1e-9)
    np.testing.assert_array_equal(V2, V / 4)
    assert given.weights.tobytes() == ng.compile(graph).weights.tobytes()


def test_an_input_layer_is_drawn_where_the_graph_has_none():
    x = series(5, 3)
    one, same, other = (ng.GraphReservoir(RANDOM, random_state=seed).fit(x).network_ for seed in (0, 0, 1))
    V = matrices(one)[1]
    assert one.weights.tobytes() == same.weights.tobytes() != other.weights.tobytes()
    assert one.inputs == ("x0", "x1", "x2")
    assert V.shape == (20, 3)
    assert np.all(V != 0)
    assert abs(V).max() <= 1.0
    assert V.std() == pytest.approx(3**-0.5, rel=0.15)
    taken = nx.relabel_nodes(RANDOM, {"h0": "x1"})
    assert ng.GraphReservoir(taken).fit(x).network_.inputs == ("x_0", "x_1", "x_2")


def test_sequences_begin_at_rest_and_their_rows_are_stacked():
    x = series(60, 2).reshape(3, 20, 2)
    reservoir = ng.GraphReservoir(RANDOM, washout=4, random_state=0).fit(x)
    stacked = reservoir.transform(x)
    assert reservoir.n_features_in_ == 2
    assert stacked.shape == (60, 20)
    alone = np.concatenate([reservoir.transform(one) for one in x])
    assert stacked.tobytes() == alone.tobytes()
    last = ng.GraphReservoir(RANDOM, washout=4, last=True, random_state=0).fit_transform(x)
    assert last.tobytes() == np.ascontiguousarray(stacked[19::20]).tobytes()


def test_the_washout_runs_the_first_step_until_the_rest_is_forgotten():
    x = series(6)
    reservoir = ng.GraphReservoir(RANDOM, washout=300, leak=0.5, random_state=0).fit(x)
    settled = ng.settle(reservoir.network_, x[:1], solver=ng.solvers.Euler(tol=1e-13, steps=100_000))
    states = reservoir.transform(x)
    assert states.shape == (6, 20)
    np.testing.assert_allclose(states[0], settled.state[0, :20], rtol=0, atol=1e-11)
    held = np.vstack([np.repeat(x[:1], 300, axis=0), x])
    plain = clone(reservoir).set_params(washout=0).fit(x).transform(held)
    assert states.tobytes() == plain[300:].tobytes()


def test_a_read_out_foretells_a_chaotic_series():
    x, y = ng.tasks.mackey_glass(steps=1200, horizon=17, seed=0)
    graph = ng.topologies.random(inputs=0, hidden=60, outputs=1, density=0.1, seed=0)
    model = make_pipeline(ng.GraphReservoir(graph, washout=100, random_state=0), Ridge(1e-6))
    assert model.fit(x[:800], y[:800]).score(x[800:], y[800:]) > 0.95
    search = GridSearchCV(model, {"graphreservoir__leak": [0.05, 1.0]}, cv=TimeSeriesSplit(3)).fit(x, y)
    assert search.best_params_ == {"graphreservoir__leak": 1.0}
    assert search.best_score_ > 0.9


def test_read_outs_of_many_sequences():
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], (200, 12, 1))
    graph = ng.topologies.random(inputs=0, hidden=60, outputs=1, density=0.2, seed=0)
    two_before = np.roll(x, 2, axis=1)[:, :, 0]
    every = make_pipeline(ng.GraphReservoir(graph, random_state=0), Ridge(1e-6)).fit(x[:150], two_before[:150].ravel())
    right = np.sign(every.predict(x[150:]).reshape(50, 12))[:, 2:] == two_before[150:, 2:]
    assert right.all()
    last = make_pipeline(ng.GraphReservoir(graph, last=True, random_state=0), LogisticRegression())
    assert cross_val_score(last, x, x[:, -3, 0] > 0).mean() > 0.98


def test_columns_are_called_as_the_nodes_are():
    x = pandas.DataFrame(series(4, 1), columns=["u"], index=[3, 1, 4, 5])
    reservoir = ng.GraphReservoir(RANDOM, nodes=["y0", "h2"], random_state=0).set_output(transform="pandas")
    states = reservoir.fit_transform(x)
    assert list(states.columns) == list(reservoir.get_feature_names_out()) == ["y0", "h2"]
    assert list(states.index) == [3, 1, 4, 5]
    graph = nx.DiGraph([(1, "1", {"weight": 1.0}), ("1", 1, {"weight": 1.0})])
    assert list(ng.GraphReservoir(graph).fit(x).get_feature_names_out()) == ["1", "'1'"]


def test_what_a_reservoir_is_can_be_certified_pruned_and_taken_along():
    x = series()
    reservoir = ng.GraphReservoir(RANDOM, spectral_radius=0.5, random_state=0).fit(x)
    assert pickle.loads(pickle.dumps(reservoir)).transform(x).tobytes() == reservoir.transform(x).tobytes()
    assert ng.certify(reservoir.network_).proved
    fewer = ng.prune(reservoir.network_, ng.pruning.magnitude(0.2)).network
    again = ng.GraphReservoir(fewer, spectral_radius=None).fit(x)
    assert again.network_.weights.tobytes() == fewer.weights.tobytes()


def test_a_reservoir_that_grows_beyond_all_floats_is_named():
    reservoir = ng.GraphReservoir(RANDOM, spectral_radius=9.0, activation="identity", random_state=0)
    with pytest.raises(ng.DivergenceError):
        reservoir.fit_transform(np.ones((1000, 1)))


def test_what_is_interrupted_gives_no_rows(monkeypatch):
    ended = SimpleNamespace(states=np.zeros((1, 3, 20)), interrupted=True)
    monkeypatch.setattr("neurograph.training.reservoir.simulate", lambda *_, **__: ended)
    with pytest.raises(KeyboardInterrupt):
        ng.GraphReservoir(RANDOM).fit_transform(series())


def test_without_scikit_learn_the_remedy_is_named():
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import neurograph as ng\n"
        "try: ng.GraphReservoir\n"
        "except ng.MissingPackageError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "need scikit-learn" in done.stdout
