"""x, y and start with the names of nodes, or a mask, in every function that takes them."""

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import DataError

pandas = pytest.importorskip("pandas")

# Another order than that of the columns of X and Y.
TABLE = ng.topologies.from_edges(
    (["b", "a", "h", "h", "a"], ["h", "h", "z", "y", "y"], [0.9, 0.2, -0.7, 0.4, 0.3]),
    inputs=["b", "a"],
    outputs=["z", "y"],
)
NETWORK = ng.compile(TABLE, ng.dynamics.additive("tanh"))
X = pandas.DataFrame({"a": [1.0, 0.2, 0.0], "b": [0.0, 0.7, 0.3]})
Y = pandas.DataFrame({"y": [0.1, 0.3, 0.6], "z": [0.4, 0.2, 0.5]})
STATE = pandas.DataFrame(np.linspace(0.0, 0.9, 15).reshape(3, 5), columns=["a", "b", "h", "y", "z"])
QUICK = {"epochs": 2, "seed": 0, "progress": False}


def brian(x, y):
    import brian2

    model = ng.brian.build(NETWORK, x, target="numpy")
    return model.nudge(y, 0.5, duration=5 * brian2.ms, nudged=5 * brian2.ms).state


def drawn(figure):
    """Return the numbers of all lines of a figure."""
    return np.concatenate([line.get_xydata().ravel() for ax in figure.axes for line in ax.lines])


def convergence(x, y):
    pytest.importorskip("matplotlib")
    return drawn(ng.plots.convergence(NETWORK, x, y, sample="all"))


CALLS = {
    "settle": lambda x, y: ng.settle(NETWORK, x).state,
    "settle, nudged": lambda x, y: ng.settle(NETWORK, x, y=y, beta=0.5).state,
    "train": lambda x, y: ng.train(NETWORK, x, y, **QUICK).network.weights,
    "train, validation": lambda x, y: ng.train(NETWORK, np.eye(2), [0, 1], validation=(x, y), **QUICK).history[
        "validation_cost"
    ],
    "training_step": lambda x, y: ng.training_step(NETWORK, x, y, seed=0).network.weights,
    "gradient_check": lambda x, y: ng.gradient_check(NETWORK, x, y).gradient,
    "certify": lambda x, y: [len(str(one)) for one in ng.certify(NETWORK, x, y=y, phase="nudged", beta=0.1)],
    "radius": lambda x, y: ng.certify(NETWORK)["m_matrix"].radius(x),
    "prune": lambda x, y: [one.score for one in ng.prune(NETWORK, ng.pruning.saliency(0.4), x, y, seed=0).removed],
    "sweep": lambda x, y: ng.sweep(NETWORK, x, y, {"epochs": [2]}, seed=0)[0].fit.history["cost"],
    "plots.convergence": convergence,
    "brian": brian,
}
ONLY_X = ("settle", "radius")


def test_the_order_of_the_example_is_another_than_that_of_its_tables():
    assert (NETWORK.inputs, NETWORK.outputs) == (("b", "a"), ("z", "y"))
    assert float(ng.settle(NETWORK, X[:1]).state[0, 1]) == pytest.approx(np.tanh(0.2), abs=1e-6)


@pytest.mark.parametrize("name", CALLS)
def test_tables_are_taken_by_name(name):
    call, x, y = CALLS[name], X[["b", "a"]].to_numpy(), Y[["z", "y"]].to_numpy()
    expected = call(x, y)
    assert np.array_equal(call(X, Y), expected)
    assert not np.array_equal(call(X.to_numpy(), Y.to_numpy()), expected) or name == "certify"


@pytest.mark.parametrize("name", CALLS)
def test_tables_of_other_names_and_masked_arrays_are_refused(name):
    call = CALLS[name]
    others = X.rename(columns={"a": "c"}), Y.rename(columns={"y": "c"})
    masked = [np.ma.array(table.to_numpy(), mask=[[0, 0], [0, 1], [0, 0]]) for table in (X, Y)]
    for what, x, y in (("x", others[0], Y), ("y", X, others[1])):
        if what == "x" or name not in ONLY_X:
            with pytest.raises(DataError, match=f"{what} has nothing called '[ay]', but '.', '.'"):
                call(x, y)
    for what, x, y in (("x", masked[0], Y), ("y", X, masked[1])):
        if what == "x" or name not in ONLY_X:
            with pytest.raises(DataError, match=rf"{what}\[1, 1\] is masked"):
                call(x, y)
    unmasked = [np.ma.array(table.to_numpy()) for table in (X, Y)]
    assert np.array_equal(call(*unmasked), call(X.to_numpy(), Y.to_numpy()))


STATES = {
    "start": lambda s: ng.settle(NETWORK, X, start=s, solver=ng.solvers.Euler(steps=3, tol=0.0)).state,
    "drift": NETWORK.drift,
    "energy": lambda s: ng.certify(NETWORK, X)["m_matrix"].function().value(s),
}


@pytest.mark.parametrize("name", STATES)
def test_states_are_taken_by_name(name):
    call, right = STATES[name], STATE[list(NETWORK.nodes)].to_numpy()
    assert np.array_equal(call(STATE), call(right))
    assert not np.array_equal(call(STATE.to_numpy()), call(right))
    with pytest.raises(DataError, match="has nothing called 'h'"):
        call(STATE.rename(columns={"h": "k"}))
    with pytest.raises(DataError, match=r"\[2, 0\] is masked"):
        call(np.ma.array(right, mask=np.arange(15).reshape(3, 5) == 10))


def test_one_state_is_a_series():
    one, row = STATE.iloc[1], STATE[list(NETWORK.nodes)].to_numpy()[1]
    assert np.array_equal(NETWORK.jacobian(one).toarray(), NETWORK.jacobian(row).toarray())
    assert np.array_equal(NETWORK.drift(one), NETWORK.drift(row))
    assert np.array_equal(ng.settle(NETWORK, X, start=one).state, ng.settle(NETWORK, X, start=row).state)


def test_a_series_for_x_is_refused_with_what_makes_a_table_of_it():
    with pytest.raises(DataError, match=r"x has shape \(2,\): .*; write x\.to_frame\(\)\.T$"):
        ng.settle(NETWORK, X.iloc[0])
    assert np.array_equal(ng.settle(NETWORK, X.iloc[0].to_frame().T).state, ng.settle(NETWORK, X[:1]).state)


def test_labels_of_classes_are_one_for_each_sample_whatever_their_index():
    labels = pandas.Series([1, 0, 1], index=["r1", "r2", "r3"])
    by_rows = ng.settle(NETWORK, X, y=labels, beta=0.5).state
    assert np.array_equal(by_rows, ng.settle(NETWORK, X, y=np.eye(2)[[1, 0, 1]], beta=0.5).state)
    with pytest.raises(DataError, match=r"y has shape \(3, 1\): .*np\.ravel\(y\)"):
        ng.settle(NETWORK, X, y=labels.to_frame("z"), beta=0.5)


@pytest.mark.parametrize(
    ("what", "call"),
    [
        (r"weights\[1\]", lambda m: NETWORK.with_weights(m(NETWORK.weights))),
        (r"biases\[1\]", lambda m: NETWORK.with_weights(NETWORK.weights, m(NETWORK.biases))),
        (r"edges\[1\]", lambda m: NETWORK.without_edges(m(np.zeros(5, bool)))),
        (r"matrix\[0, 1\]", lambda m: ng.topologies.from_matrix(m(np.eye(3, k=1)), inputs=[0], outputs=[2])),
        (r"weight\[1\]", lambda m: ng.topologies.from_edges(([0, 1], [1, 2], m(np.ones(2))), inputs=[0], outputs=[2])),
        (r"pre\[1\]", lambda m: ng.topologies.from_edges((m(np.arange(2)), [1, 2], [1, 1]), inputs=[0], outputs=[2])),
        (
            r"post\[1\]",
            lambda m: ng.topologies.from_edges(([0, 1], m(np.arange(1, 3)), [1, 1]), inputs=[0], outputs=[2]),
        ),
        (
            r"biases\[1\]",
            lambda m: ng.topologies.from_edges(
                ([0, 1], [1, 2], [1, 1]), inputs=[0], outputs=[2], biases=m(np.array([np.nan, 0.5, 0.5]))
            ),
        ),
        (r"outputs\[0, 1\]", lambda m: ng.costs.squared_error().mean(m(np.ones((1, 2))), np.ones((1, 2)))),
        (r"y\[0, 1\]", lambda m: ng.costs.squared_error().mean(np.ones((1, 2)), m(np.ones((1, 2))))),
        (r"history\['cost'\]\[1\]", lambda m: ng.write_page(NETWORK, "never.html", history={"cost": m(np.ones(3))})),
    ],
)
def test_a_set_mask_is_refused_wherever_numbers_come_in(what, call):
    def masked(array, hidden=True):
        mask = np.zeros(array.shape, bool)
        mask[(*[0] * (array.ndim - 1), 1)] = hidden
        return np.ma.array(array, mask=mask)

    with pytest.raises(ng.errors.NeurographError, match=rf"{what} is masked: expected a value there"):
        call(masked)
    if "history" not in what:
        call(lambda array: masked(array, hidden=False))


def test_a_masked_weight_of_a_graph_is_no_number():
    graph = TABLE.to_graph()
    graph.edges["a", "h"]["weight"] = np.ma.masked
    with pytest.raises(ng.GraphError, match="'a' -> 'h' has weight masked: expected a finite number"):
        ng.compile(graph)
