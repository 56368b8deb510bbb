"""The scikit-learn face: its own checks, what it adds to train() and settle(), and what it refuses."""

import pickle
import subprocess
import sys

import joblib
import networkx as nx
import numpy as np
import pytest
import scipy
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import neurograph as ng
from neurograph.errors import DataError, GraphError, MissingPackageError, ParameterError

QUICK = {"hidden": 4, "epochs": 10}
WORDS = np.array(["setosa", "versicolor", "virginica"])


@pytest.fixture(scope="module")
def iris():
    x, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(x), y


@pytest.mark.filterwarnings("ignore::neurograph.TrainingWarning")
@parametrize_with_checks(
    [
        ng.GraphClassifier(**QUICK),
        ng.GraphClassifier(**QUICK, cost=ng.costs.squared_error(), dynamics=ng.dynamics.additive("tanh")),
        ng.GraphRegressor(**QUICK),
    ]
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_the_defaults_read_digits():
    data = ng.tasks.digits()
    model = ng.GraphClassifier(random_state=0).fit(data.x_train, data.y_train)
    assert model.score(data.x_test, data.y_test) >= 0.97
    assert model.n_iter_ == 50


def test_the_defaults_tell_wines_apart():
    x, y = load_wine(return_X_y=True)
    scores = cross_val_score(make_pipeline(StandardScaler(), ng.GraphClassifier(random_state=0)), x, y)
    assert scores.mean() > 0.95


def test_the_defaults_predict_diabetes_about_as_a_line_does():
    x, y = load_diabetes(return_X_y=True)
    folds = KFold(3, shuffle=True, random_state=0)
    ours = cross_val_score(make_pipeline(StandardScaler(), ng.GraphRegressor(random_state=0)), x, y, cv=folds)
    line = cross_val_score(LinearRegression(), x, y, cv=folds)
    assert ours.mean() > line.mean() - 0.05


def test_what_was_trained_is_certified_to_settle(iris):
    model = ng.GraphClassifier(**QUICK, random_state=0).fit(*iris)
    assert ng.certify(model.network_)["absolute_leak"].verdict is ng.Verdict.PROVED


def test_it_is_train_and_settle(iris):
    x, y = iris
    graph = ng.topologies.complete(4, 5, 3, bias=True, seed=2)
    chosen = {
        "rule": ng.rules.vector_field(),
        "beta": 0.2,
        "cost": ng.costs.squared_error(),
        "optimiser": ng.optimisers.sgd(2.0, momentum=0.5),
        "solver": ng.solvers.Euler(dt=0.2, tol=1e-7),
        "epochs": 4,
        "batch_size": 10,
        "target_cost": 0.1,
        "validation": 0.2,
        "patience": 3,
    }
    model = ng.GraphClassifier(graph, random_state=7, **chosen).fit(x, WORDS[y])
    _, seed = np.random.RandomState(7).randint(np.iinfo(np.int32).max, size=2).tolist()
    fit = ng.train(ng.compile(graph), x, y, seed=seed, **chosen)
    np.testing.assert_array_equal(model.network_.weights, fit.best.weights)
    assert (fit.best.weights != fit.network.weights).any()
    outputs = ng.settle(fit.best, x, solver=chosen["solver"]).outputs
    np.testing.assert_array_equal(model.predict(x), WORDS[outputs.argmax(axis=1)])


def test_each_population_is_trained_by_its_dynamics_and_a_clone_does_the_same(iris):
    x, y = iris
    graph = ng.topologies.complete(4, 5, 3, bias=True, seed=2)
    for k, node in enumerate(graph):
        graph.nodes[node]["population"] = ("excitatory", "inhibitory")[k % 2]
    dynamics = {"excitatory": ng.dynamics.additive("tanh"), "inhibitory": ng.dynamics.additive("relu")}
    model = ng.GraphClassifier(graph, dynamics=dynamics, epochs=3, random_state=7)
    again = clone(model).fit(x, y)
    model.fit(x, y)
    network = model.network_
    assert dict(network.dynamics.each) == dynamics
    assert network.weights.tobytes() == again.network_.weights.tobytes()
    assert not np.array_equal(network.weights, ng.compile(graph, dynamics).weights)
    assert dict(pickle.loads(pickle.dumps(model)).network_.dynamics.each) == dynamics
    answers = ng.settle(network, x).outputs.argmax(axis=1)
    np.testing.assert_array_equal(model.predict(x), answers)


def test_the_probabilities_are_the_softmax_that_was_trained(iris):
    x, y = iris
    model = ng.GraphClassifier(**QUICK, cost=ng.costs.cross_entropy(3.0), random_state=0).fit(x, y)
    odds = np.exp(3.0 * ng.settle(model.network_, x).outputs)
    np.testing.assert_allclose(model.predict_proba(x), odds / odds.sum(axis=1, keepdims=True), rtol=1e-12)
    assert model.fit_.history["cost"][-1] == pytest.approx(
        -np.log(odds[np.arange(150), y] / odds.sum(axis=1)).mean(), rel=0.2
    )


@pytest.mark.parametrize("labels", [WORDS, np.array([-7, 30, 4]), np.array([0.0, 1.0, 2.0]), WORDS.astype(object)])
def test_labels_are_only_names(iris, labels):
    x, y = iris
    plain = ng.GraphClassifier(**QUICK, random_state=0).fit(x, np.unique(labels, return_inverse=True)[1][y])
    named = ng.GraphClassifier(**QUICK, random_state=0).fit(x, labels[y])
    np.testing.assert_array_equal(named.classes_, np.unique(labels))
    np.testing.assert_array_equal(named.predict(x), np.unique(labels)[plain.predict(x)])


def test_two_classes_have_two_outputs(iris):
    x, y = iris
    model = ng.GraphClassifier(**QUICK, random_state=0).fit(x, y > 0)
    assert len(model.network_.outputs) == model.predict_proba(x).shape[1] == 2
    assert model.score(x, y > 0) > 0.95
    assert model.predict(x).dtype == bool


def test_with_the_squared_error_the_probabilities_are_nearest_to_the_outputs(iris):
    x, y = iris
    model = ng.GraphClassifier(
        **QUICK, cost=ng.costs.squared_error(), dynamics=ng.dynamics.additive("tanh"), random_state=0
    ).fit(x, y)
    outputs = ng.settle(model.network_, x).outputs
    assert outputs.min() < 0
    given = model.predict_proba(x)
    np.testing.assert_array_equal(model.classes_[given.argmax(axis=1)], model.predict(x))
    for output, probability in list(zip(outputs, given, strict=True))[::25]:
        nearest = scipy.optimize.minimize(
            lambda p, s=output: np.sum((p - s) ** 2),
            np.full(3, 1 / 3),
            jac=lambda p, s=output: 2 * (p - s),
            bounds=[(0, None)] * 3,
            constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            tol=1e-12,
        )
        np.testing.assert_allclose(probability, nearest.x, atol=1e-6)


def test_targets_of_any_size_and_place_are_predicted_alike(iris):
    x, y = iris[0][:, :3], iris[0][:, 3]
    plain = ng.GraphRegressor(**QUICK, random_state=0).fit(x, y)
    moved = ng.GraphRegressor(**QUICK, random_state=0).fit(x, 1e6 + 5000.0 / 7 * y)
    np.testing.assert_allclose(moved.predict(x), 1e6 + 5000.0 / 7 * plain.predict(x), rtol=1e-9)
    largest = 1e300
    vast = ng.GraphRegressor(**QUICK, random_state=0).fit(x, largest * y)
    np.testing.assert_allclose(vast.predict(x) / largest, plain.predict(x), rtol=1e-9)


def test_the_network_learns_targets_from_a_tenth_to_nine_tenths(iris):
    x, y = iris[0][:, :3], iris[0][:, 3]
    graph = ng.topologies.complete(3, 4, 1, bias=True, seed=0)
    rate = ng.optimisers.adam(0.01)
    model = ng.GraphRegressor(graph, optimiser=rate, epochs=3, random_state=7).fit(x, y)
    _, seed = np.random.RandomState(7).randint(np.iinfo(np.int32).max, size=2).tolist()
    inner = np.interp(y, [y.min(), y.max()], [0.1, 0.9])
    fit = ng.train(ng.compile(graph), x, inner, optimiser=rate, epochs=3, target_cost=None, seed=seed)
    np.testing.assert_allclose(model.network_.weights, fit.network.weights, rtol=1e-9)


def test_several_targets_and_one_that_never_changes(iris):
    x, y = iris[0][:, :2], np.column_stack([iris[0][:, 2], np.full(150, 7.5)])
    model = ng.GraphRegressor(**QUICK, random_state=0).fit(x, y)
    predicted = model.predict(x)
    assert predicted.shape == (150, 2)
    np.testing.assert_array_equal(predicted[:, 1], 7.5)
    column = ng.GraphRegressor(**QUICK, random_state=0).fit(x, y[:, :1])
    row = ng.GraphRegressor(**QUICK, random_state=0).fit(x, y[:, 0])
    np.testing.assert_array_equal(column.predict(x)[:, 0], row.predict(x))


@pytest.mark.parametrize(("given", "hidden"), [({}, 32), ({"hidden": 3}, 3), ({"hidden": 0}, 0)])
def test_there_are_as_many_hidden_nodes_as_are_asked_for(iris, given, hidden):
    network = ng.GraphClassifier(**given, epochs=1).fit(*iris).network_
    assert network.connectivity.free.size - network.connectivity.outputs.size == hidden


def built(hidden, n_in, n_out, seed):
    return ng.topologies.layered(n_in, (hidden,), n_out, bias=True, seed=seed)


def test_a_graph_in_any_form_is_where_every_fit_starts(iris):
    graph = built(6, 4, 3, 3)
    weights = nx.to_numpy_array(graph)
    table = ng.topologies.from_matrix(weights, inputs=range(4), bias_nodes=[4], outputs=range(11, 14))
    forms = [graph, table, ng.compile(graph), lambda *_: graph, lambda *_: table, lambda *_: ng.compile(graph)]
    models = [clone(ng.GraphClassifier(form, epochs=3, random_state=0)) for form in forms]
    for model in [*models, models[0]]:
        model.fit(*iris)
        np.testing.assert_array_equal(model.network_.weights, models[0].network_.weights)
    assert (models[0].network_.weights != ng.compile(graph).weights).any()
    np.testing.assert_array_equal(nx.to_numpy_array(graph), weights)


def test_a_function_is_told_the_sizes_and_a_seed_of_the_random_state(iris):
    told = []
    for state in (0, 0, 1, np.random.RandomState(0)):
        ng.GraphClassifier(lambda *sizes: told.append(sizes) or built(2, *sizes), epochs=1, random_state=state).fit(
            *iris
        )
    assert {sizes[:2] for sizes in told} == {(4, 3)}
    assert told[0] == told[1] == told[3] != told[2]


def test_one_random_state_gives_one_network(iris):
    weights = [ng.GraphClassifier(**QUICK, random_state=s).fit(*iris).network_.weights for s in (0, 0, 1)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert (weights[0] != weights[2]).any()


def test_a_grid_of_graphs_rules_and_optimisers(iris):
    grid = {
        "graph": [built(3, 4, 3, 0), built(5, 4, 3, 0)],
        "rule": [ng.rules.asymmetric_ep(), ng.rules.vector_field()],
        "optimiser": [ng.optimisers.adam(0.02), ng.optimisers.sgd(1e-9)],
    }
    search = GridSearchCV(ng.GraphClassifier(epochs=8, random_state=0), grid, cv=2).fit(*iris)
    assert len(search.cv_results_["params"]) == 8
    assert search.best_params_["optimiser"] == ng.optimisers.adam(0.02)
    assert search.best_score_ > 0.85


def test_a_pickle_predicts_the_same(iris):
    x, y = iris
    for model in (ng.GraphClassifier(**QUICK).fit(x, y), ng.GraphRegressor(**QUICK).fit(x, y)):
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"graph": built(2, 5, 3, 0)}, DataError, "X has 4 features, but the graph has 5 input nodes: expected 4"),
        ({"graph": built(2, 4, 1, 0)}, DataError, "y has 3 classes, but the graph has 1 output node: expected 3"),
        ({"graph": built, "hidden": 3}, ParameterError, "hidden is 3, but graph is given"),
        ({"hidden": -1}, ParameterError, "hidden is -1"),
        (
            {"graph": ng.compile(built(2, 4, 3, 0)), "dynamics": ng.dynamics.additive()},
            ParameterError,
            "dynamics is additive (tanh), but graph is a Network, which has deep (absolute leak)",
        ),
        (
            {"graph": ng.compile(built(2, 4, 3, 0)), "dynamics": {"a": ng.dynamics.additive()}},
            ParameterError,
            "dynamics is a mapping, but graph is a Network, which has deep (absolute leak)",
        ),
        ({"hidden": 2, "dynamics": {"a": ng.dynamics.additive()}}, GraphError, "'h0' has no population"),
        ({"graph": lambda n_in, n_out: built(n_in, n_out, 1, 0)}, ParameterError, "does not take (n_in, n_out, seed)"),
        ({"graph": ng.topologies.complete}, ParameterError, "complete(n_in, 8, n_out, seed=seed)"),
        ({"graph": 3}, GraphError, "graph is of type int"),
        ({"epochs": 0}, ParameterError, "epochs is 0"),
        ({"batch_size": 151}, DataError, "batch_size is 151"),
        ({"validation": 1.5}, ParameterError, "validation is 1.5"),
        ({"validation": ([[0, 0, 0, 0]], [0])}, ParameterError, "validation has 2 parts: expected a number, the share"),
        ({"cost": 3}, ParameterError, "cost is 3"),
        ({"random_state": "one"}, ValueError, "one"),
    ],
)
def test_what_does_not_fit_is_named(iris, arguments, kind, said):
    with pytest.raises(kind) as caught:
        ng.GraphClassifier(**arguments).fit(*iris)
    assert said in str(caught.value)


def test_a_fit_changes_no_parameter_by_so_much_as_what_was_computed_of_it(iris):
    given = {
        "dynamics": ng.Dynamics("-s + tanh(0.9*I + b)"),
        "rule": ng.Rule("pre_free*(post_nudged - post_free)/beta"),
    }
    before = {name: joblib.hash(value) for name, value in given.items()}
    ng.GraphClassifier(**given, hidden=2, epochs=1).fit(*iris)
    assert {name: joblib.hash(value) for name, value in given.items()} == before


def test_data_that_does_not_fit_is_named(iris):
    x, y = iris
    with pytest.raises(DataError, match="y has one class only, 'a': expected at least two"):
        ng.GraphClassifier().fit(x, np.full(150, "a"))
    with pytest.raises(DataError, match="y has 2 targets, but the graph has 1 output node: expected 2"):
        ng.GraphRegressor(built(2, 4, 1, 0)).fit(x, x[:, :2])
    with pytest.raises(ParameterError, match=r"cost is cross_entropy\(.*\), but the network has one output"):
        ng.GraphRegressor(cost=ng.costs.cross_entropy()).fit(x, y)


def test_without_scikit_learn_the_remedy_is_named():
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import neurograph as ng\n"
        "try: ng.GraphClassifier\n"
        "except ng.MissingPackageError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "need scikit-learn" in done.stdout
    assert '"neurograph-simulator[sklearn]"' in done.stdout
    assert issubclass(MissingPackageError, ImportError)


def named_graph(inputs, outputs):
    """Every input to every output, with weights that tell them all apart."""
    pre, post = zip(*((i, o) for i in inputs for o in outputs), strict=True)
    weights = np.linspace(-0.4, 0.4, len(pre))
    return ng.topologies.from_edges((pre, post, weights), inputs=inputs, outputs=outputs)


FEATURES, KINDS = ["a", "b", "c", "d"], np.array(["setosa", "versicolor", "virginica"])
GRAPH = named_graph(["c", "a", "d", "b"], ["virginica", "setosa", "versicolor"])
PLACES = [2, 0, 3, 1]
"""Of the inputs of GRAPH among the features."""


def test_features_and_classes_belong_to_the_nodes_of_their_names(iris):
    pandas = pytest.importorskip("pandas")
    x, y = iris
    frame, kinds = pandas.DataFrame(x, columns=FEATURES), KINDS[y]
    model = ng.GraphClassifier(GRAPH, epochs=3, random_state=0).fit(frame, kinds)
    by_hand = ng.GraphClassifier(GRAPH, epochs=3, random_state=0).fit(x[:, PLACES], np.array([1, 2, 0])[y])
    assert np.array_equal(model.network_.weights, by_hand.network_.weights)
    assert model.predict_proba(frame) == pytest.approx(by_hand.predict_proba(x[:, PLACES])[:, [1, 2, 0]], abs=1e-15)
    outputs = ng.settle(model.network_, frame).outputs
    answered = [model.network_.outputs.index(kind) for kind in model.predict(frame)]
    assert np.array_equal(outputs[np.arange(len(x)), answered], outputs.max(axis=1))


def test_targets_belong_to_the_nodes_of_their_names(iris):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(iris[0], columns=["p", "q", "u", "v"])
    graph = named_graph(["q", "p"], ["v", "u"])
    model = ng.GraphRegressor(graph, epochs=3, random_state=0).fit(frame[["p", "q"]], frame[["u", "v"]])
    by_hand = ng.GraphRegressor(graph, epochs=3, random_state=0)
    by_hand.fit(frame[["q", "p"]].to_numpy(), frame[["v", "u"]].to_numpy())
    assert np.array_equal(model.network_.weights, by_hand.network_.weights)
    expected = by_hand.predict(frame[["q", "p"]].to_numpy())[:, ::-1]
    assert np.array_equal(model.predict(frame[["p", "q"]]), expected)


@pytest.mark.parametrize("graph", [None, GRAPH, lambda n_in, n_out, seed: GRAPH])
def test_names_that_are_no_nodes_are_places(iris, graph):
    pandas = pytest.importorskip("pandas")
    x, y = iris
    for names in (["x1", "x0", "x2", "e"], [0, 1, 2, 3]) if graph is None else (["s", "t", "u", "v"], [0, 1, 2, 3]):
        frame = pandas.DataFrame(x, columns=names)
        model, plain = (ng.GraphClassifier(graph, epochs=2, random_state=0) for _ in range(2))
        assert np.array_equal(model.fit(frame, y).predict(frame), plain.fit(x, y).predict(x))


def test_names_of_some_of_the_nodes_are_refused(iris):
    pandas = pytest.importorskip("pandas")
    x, y = iris
    with pytest.raises(DataError, match="X has nothing called 'b', but 'a', 'B', 'c', 'd': expected all of"):
        ng.GraphClassifier(GRAPH).fit(pandas.DataFrame(x, columns=["a", "B", "c", "d"]), y)
    with pytest.raises(DataError, match="y has nothing called 'virginica', but 'other', 'setosa', 'versicolor'"):
        ng.GraphClassifier(GRAPH).fit(x, np.array(["setosa", "versicolor", "other"])[y])


def test_samples_of_other_columns_than_in_fit_are_refused(iris):
    pandas = pytest.importorskip("pandas")
    x, y = iris
    for names in (FEATURES, [4, 7, 5, 6]):
        frame = pandas.DataFrame(x, columns=names)
        model = ng.GraphClassifier(epochs=1, random_state=0).fit(frame, y)
        assert np.array_equal(model.predict(frame), ng.GraphClassifier(epochs=1, random_state=0).fit(x, y).predict(x))
        with pytest.raises(ValueError, match=r"expected those of fit|same order as they were in fit"):
            model.predict(frame[names[::-1]])


def test_masked_samples_are_refused(iris):
    x, y = (np.ma.array(part) for part in iris)
    model = ng.GraphClassifier(epochs=1, random_state=0).fit(x, y)
    for part in (x, y):
        part[3] = np.ma.masked
    for estimator in (ng.GraphClassifier(), ng.GraphRegressor()):
        with pytest.raises(DataError, match=r"X\[3, 0\] is masked"):
            estimator.fit(x, y.data)
        with pytest.raises(DataError, match=r"y\[3\] is masked"):
            estimator.fit(x.data, y)
    with pytest.raises(DataError, match=r"X\[3, 0\] is masked"):
        model.predict(x)
