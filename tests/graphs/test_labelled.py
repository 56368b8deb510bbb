"""Columns and rows by their names: tables of each library, series, matrices with an index; and what is refused."""

import itertools

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import DataError, ParameterError
from neurograph.graphs.labelled import (
    ABSENT,
    are_places,
    by_name,
    column_names,
    estimator_order,
    labelled_matrix,
    matched,
    own_values,
)

pandas = pytest.importorskip("pandas")


class Polars:
    """As a data frame of polars answers: columns in a list, no index."""

    def __init__(self, columns):
        self.given, self.columns = columns, list(columns)

    def __array__(self, dtype=None, copy=None):
        return np.column_stack(list(self.given.values()))


def pyarrow_table(columns):
    return pytest.importorskip("pyarrow").table(columns)


TABLES = [pandas.DataFrame, pyarrow_table, Polars]
BY_NAME = {"s1": [1.0, 2.0], "s2": [3.0, 4.0], "s3": [5.0, 6.0]}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("order", list(itertools.permutations(BY_NAME)))
def test_columns_are_taken_by_name_in_whatever_order(table, order):
    given = table({name: BY_NAME[name] for name in order})
    assert np.array_equal(by_name(given, ("s1", "s2", "s3"), "x", "input"), [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("s1", "S2", "s3"),
            r"x has nothing called 's2', but 's1', 'S2', 's3', the nearest is 'S2': expected the input",
        ),
        (("s1", "s3"), r"x has nothing called 's2', but 's1', 's3': .* np\.asarray\(x\) is taken by place"),
        (("h", "s1", "s2", "s3"), r"x has 'h' beside the input nodes: .* leaves out the others"),
    ],
)
def test_other_columns_are_refused_with_the_nearest(table, names, message):
    given = table({name: [0.0] for name in names})
    with pytest.raises(DataError, match=message):
        by_name(given, ("s1", "s2", "s3"), "x", "input")


@pytest.mark.parametrize("labels", [("s2", "s1"), (2, 1), (("a", 1), "b")])
def test_the_remedies_for_other_columns_cure(labels):
    network = ng.compile(ng.topologies.from_edges(([*labels], ["m"] * 2, [0.1, 0.9]), inputs=labels, outputs=["m"]))
    frames = [pandas.DataFrame([[1.0, 2.0, 3.0]], columns=pandas.Index([*labels, 7], tupleize_cols=False))]
    frames.append(frames[0].rename(columns=str))
    for x in frames:
        with pytest.raises(DataError, match=r"; x\[.*\] leaves out the others") as refused:
            ng.settle(network, x)
        code = str(refused.value).partition("; ")[2].removesuffix(" leaves out the others")
        chosen = eval(code, {"x": x, "network": network})
        assert np.array_equal(ng.settle(network, chosen).state, ng.settle(network, [[1.0, 2.0]]).state)
    pyarrow = pytest.importorskip("pyarrow")
    x = pyarrow.Table.from_pandas(frames[1], preserve_index=False)
    with pytest.raises(DataError) as refused:
        ng.settle(network, x)
    code = str(refused.value).partition("; ")[2].removesuffix(" leaves out the others")
    assert eval(code, {"x": x, "network": network}).column_names == [str(label) for label in labels]


def test_a_text_is_the_label_that_reads_the_same_unless_two_do():
    assert matched(["2", "1"], [1, 2], "x") == ([1, 0], [])
    assert matched([2, 1], ["1", "2"], "x") == ([1, 0], [])
    assert matched(["1", 1], [1, "1"], "x") == ([1, 0], [])
    assert matched(["b", "a"], ["a", "c"], "x") == ([1, ABSENT], ["b"])
    with pytest.raises(DataError, match=r"one name, '1', for the nodes 1 and '1', which read the same"):
        matched(["1", "b"], [1, "1", "b"], "x")
    with pytest.raises(DataError, match="x has the name 'a' more than once"):
        matched(["a", "b", "a"], ["a", "b"], "x")


@pytest.mark.parametrize("names", [(0, 1, 2), ("column_0", "column_1", "column_2"), ()])
def test_numbers_from_0_on_say_a_place(names):
    assert are_places(names)
    given = np.arange(6.0).reshape(2, 3)[:, : len(names)]
    table = pandas.DataFrame(given, columns=list(names))
    nodes = ("s1", "s2", "s3")[: len(names)]
    assert np.array_equal(by_name(table, nodes, "x", "input"), given)


def test_numbers_that_are_also_labels_in_another_order_are_refused():
    table = pandas.DataFrame([[5.0, 6.0, 7.0]])
    assert by_name(table, (0, 1, 2), "x", "input").tolist() == [[5.0, 6.0, 7.0]]
    with pytest.raises(
        DataError, match=r"x has the names 0, 1, 2, which may be places: expected the input nodes, 2, 0, 1"
    ):
        by_name(table, (2, 0, 1), "x", "input")


def test_truth_values_beside_numbers_are_numbers_and_text_is_none():
    table = pandas.DataFrame({"b": [0.5, 1.5], "a": [True, False]})
    array = by_name(table, ("a", "b"), "x")
    assert (array.dtype, array.tolist()) == (np.float64, [[1.0, 0.5], [0.0, 1.5]])
    network = ng.compile(ng.topologies.complete(2, 1, 1, seed=0))
    for bad in ("1.5", None, pandas.NA):
        with pytest.raises(DataError, match="x cannot be read as numbers"):
            ng.settle(network, pandas.DataFrame({"x0": [0.5, 1.5], "x1": np.array([1.0, bad], object)}))


def test_a_table_that_is_still_to_be_computed_is_no_array():
    class Lazy:
        columns = ("x0", "x1")

    with pytest.raises(DataError, match="x cannot be read as numbers"):
        ng.settle(ng.compile(ng.topologies.complete(2, 1, 1, seed=0)), Lazy())


def test_a_series_is_taken_by_its_index():
    series = pandas.Series([1.0, 2.0, 3.0], ["h", "y", "x"])
    assert by_name(series, ("x", "h", "y"), "start").tolist() == [3.0, 1.0, 2.0]
    assert by_name(series.reset_index(drop=True), ("x", "h", "y"), "start").tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(DataError, match="start has nothing called 'z'"):
        by_name(series, ("x", "h", "z"), "start")


@pytest.mark.parametrize("given", [None, 0.5, "uniform", [1.0, 2.0], (1, 2), np.eye(2), {"a": 1}])
def test_what_has_no_names_is_taken_as_it_is(given):
    assert by_name(given, ("a", "b"), "x") is given
    assert column_names(given) is None
    assert own_values(given, "biases") is given


def test_biases_of_a_series_belong_to_its_labels():
    edges, roles = (["x", "h"], ["h", "y"], [0.5, -1.0]), {"inputs": ["x"], "outputs": ["y"]}
    series = pandas.Series([0.3, 0.1, np.nan], ["y", "h", "x"])
    table = ng.topologies.from_edges(edges, biases=series, **roles)
    assert np.array_equal(table.biases, [np.nan, 0.1, 0.3], equal_nan=True)
    with pytest.raises(ParameterError, match=r"biases has .* for 'z'"):
        ng.topologies.from_edges(edges, biases=pandas.Series([0.3], ["z"]), **roles)
    with pytest.raises(ParameterError, match="biases has the name 'y' more than once"):
        ng.topologies.from_edges(edges, biases=pandas.Series([0.3, 0.4], ["y", "y"]), **roles)


MATRIX = np.array([[0.0, 0.1, 0.2], [0.0, 0.0, 0.3], [0.0, 0.4, 0.0]])


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("labels", [("x", "h", "y"), (7, 5, 6), (2, 0, 1)])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_matrix_with_an_index_is_of_its_labels(labels, order, text):
    frame = pandas.DataFrame(MATRIX, labels, labels).iloc[:, list(order)]
    frame = frame.rename(columns=str) if text else frame  # as a file has them
    table = ng.topologies.from_matrix(frame, inputs=labels[:1], outputs=labels[2:])
    assert table.nodes == labels
    x, h, y = labels
    found = {table.edge(k): weight for k, weight in enumerate(table.weights.tolist())}
    assert found == {(x, h): 0.1, (x, y): 0.2, (h, y): 0.3, (y, h): 0.4}


def test_a_matrix_of_which_one_side_alone_has_names_has_the_other_in_its_order():
    for frame in (
        pandas.DataFrame(MATRIX, columns=["x", "h", "y"]),
        pandas.DataFrame(MATRIX, index=["x", "h", "y"]),
        Polars(dict(zip(["x", "h", "y"], MATRIX.T, strict=True))),
    ):
        labels, array = labelled_matrix(frame, None)
        assert labels == ("x", "h", "y")
        assert np.array_equal(array, MATRIX)
        assert labelled_matrix(frame, ["x", "h", "y"])[0] == labels
        with pytest.raises(ParameterError, match="labels is 'h', 'x', 'y', but matrix has rows called 'x', 'h', 'y'"):
            labelled_matrix(frame, ["h", "x", "y"])


def test_a_matrix_without_names_takes_the_labels_that_are_given():
    labels, array = labelled_matrix(pandas.DataFrame(MATRIX), ["a", "b", "c"])
    assert (labels, array.tolist()) == (["a", "b", "c"], MATRIX.tolist())
    assert ng.topologies.from_matrix(pandas.DataFrame(MATRIX), inputs=[0], outputs=[2]).nodes == (0, 1, 2)


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (("x", "h", "y"), ("x", "h", "Y"), "a row 'y' and no such column, the nearest is 'Y'"),
        (("x", "h", "h"), ("x", "h", "y"), "the index of matrix has 'h' more than once"),
        (("x", "h", "y"), ("x", "h", "h"), "matrix has the name 'h' more than once"),
        (("x", "h", "y"), (1, 2, 3), "a row 'x' and no such column"),
        (("x", None, "y"), ("x", "h", "y"), "the index of matrix has nan|the index of matrix has None"),
    ],
)
def test_a_matrix_whose_names_differ_is_refused(rows, columns, message):
    with pytest.raises(ParameterError, match=message):
        ng.topologies.from_matrix(pandas.DataFrame(MATRIX, rows, columns), inputs=["x"], outputs=["y"])


def test_a_matrix_that_is_not_square_is_refused_by_its_shape():
    with pytest.raises(ParameterError, match=r"matrix has shape \(2, 3\)"):
        ng.topologies.from_matrix(pandas.DataFrame(MATRIX[:2]), inputs=[0], outputs=[1])


def test_names_that_are_of_no_node_say_a_place_to_an_estimator():
    assert estimator_order(("a", "b"), ("x", "y"), "X") == [0, 1]
    assert estimator_order(("y", "x"), ("x", "y"), "X") == [1, 0]
    assert estimator_order(None, ("x", "y"), "X") == [0, 1]
    with pytest.raises(DataError, match="X has nothing called 'y', but 'x', 'b': expected all of 'x', 'y' or none"):
        estimator_order(("x", "b"), ("x", "y"), "X")
