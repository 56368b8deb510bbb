"""What a run leaves as tables comes back bit for bit, and a folder becomes a page."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import neurograph as ng
from neurograph.cli.main import main
from neurograph.formats.run_log import (
    ADDED,
    HISTORY,
    REMOVED,
    read_history,
    read_log,
    result_in,
    run_in,
    write_history,
    write_log,
)
from neurograph.pruning.base import Added, Removed

NUMBERS = st.floats(allow_infinity=False, allow_nan=True)


@given(table=arrays.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 5)), elements=NUMBERS))
def test_a_history_comes_back(table, tmp_path_factory):
    history = {"cost": table[0], "validation_cost": table[1]}
    back = read_history(write_history(tmp_path_factory.mktemp("run") / HISTORY, history))
    assert list(back) == list(history)
    assert all(np.array_equal(back[name], history[name], equal_nan=True) for name in history)


@given(
    kind=st.sampled_from([Removed, Added]),
    rows=st.lists(
        st.tuples(
            st.tuples(st.sampled_from([0, ("h", 1), 'é,"\n', "x"]), st.sampled_from([0, "y"])),
            st.integers(0, 10**6),
            st.floats(allow_nan=False, allow_infinity=False),
            st.floats(allow_nan=False),
            st.text('|w<=0.1, "é', max_size=9),
        )
    ),
)
def test_a_log_comes_back_with_the_labels_of_the_graph(kind, rows, tmp_path_factory):
    log = tuple(kind(*row) for row in rows)
    path = write_log(tmp_path_factory.mktemp("run") / REMOVED, log)
    back = read_log(path, [0, ("h", 1), 'é,"\n', "x", "y"], kind)
    assert back == log


def test_the_logs_of_a_run_are_no_graph_of_its_folder(tmp_path):
    network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, seed=0))
    pruning = ng.prune(network, ng.pruning.magnitude(0.2), grower=ng.growth.random(), seed=0)
    write_log(tmp_path / REMOVED, pruning.removed)
    write_log(tmp_path / ADDED, pruning.added)
    assert run_in(tmp_path, network.nodes) == {"removed": pruning.removed, "added": pruning.added}
    write_history(tmp_path / HISTORY, {"cost": np.array([0.5, 0.25])})
    assert run_in(tmp_path, network.nodes)["history"]["cost"].tolist() == [0.5, 0.25]
    assert result_in(ng.write(pruning.network, tmp_path / "net.json").parent) == tmp_path / "net.json"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("pre,post\na,b\n", "has the columns pre, post: expected pre, post, weight"),
        ("pre,post,weight,score,epoch,reason\na,b,1,1,soon,weak\n", "has a row 2 that is no edge"),
        ("pre,post,weight,score,epoch,reason\na,b\n", "has a row 2 of 2 cells: expected 6"),
    ],
)
def test_a_log_that_is_none_is_refused(text, message, tmp_path):
    path = tmp_path / REMOVED
    path.write_text(text)
    with pytest.raises(ng.DataError, match=message):
        read_log(path, [], Removed)


def test_a_history_that_is_none_is_refused(tmp_path):
    path = tmp_path / HISTORY
    path.write_text("epoch,cost\n1,low\n")
    with pytest.raises(ng.DataError, match="no number"):
        read_history(path)


def test_the_last_result_of_a_run_is_chosen(tmp_path):
    graph = ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
    for name in (HISTORY, "picture.png"):
        (tmp_path / name).write_text("")
    with pytest.raises(ng.ParameterError, match="holds no graph file"):
        result_in(tmp_path)
    assert result_in(ng.write(graph, tmp_path / "net.graphml").parent).name == "net.graphml"
    ng.write(graph, tmp_path / "other.json")
    with pytest.raises(ng.ParameterError, match=r"other\.json, net\.graphml.*name it with --graph"):
        result_in(tmp_path)
    for name in ("trained.json", "pruned.graphml", "pruned.json"):
        assert result_in(ng.write(graph, tmp_path / name).parent).name == name
    with pytest.raises(ng.ParameterError, match="is no folder"):
        result_in(tmp_path / "pruned.json")


def test_train_prune_report_one_after_the_other(tmp_path, capsys):
    trained, pruned = tmp_path / "trained.json", tmp_path / "pruned.json"
    history, log = tmp_path / HISTORY, tmp_path / REMOVED
    assert main(["train", "--task", "xor", "--epochs", "3", "-o", str(trained), "--history", str(history)]) == 0
    assert main(["prune", str(trained), "--fraction", "0.5", "-o", str(pruned), "--log", str(log)]) == 0
    assert main(["report", str(tmp_path), "--task", "xor"]) == 0
    assert "24 edges" in capsys.readouterr().out
    text = (tmp_path / "report.html").read_text("utf-8")
    told = json.loads(re.search(r'id="content">(.*?)</script>', text).group(1))
    assert [len(told["edges"]), len(told["left"]), len(told["nodes"])] == [24, 24, 9]
    assert "3 epochs of training" in text
    assert '<section id="certificates">' in text
    assert main(["report", str(tmp_path / "nowhere")]) == 2


def test_a_history_with_two_columns_of_one_name_is_refused(tmp_path):
    path = tmp_path / HISTORY
    path.write_text("epoch,cost,cost\n1,0.5,0.1\n")
    with pytest.raises(ng.DataError, match="two columns called 'cost': expected each name once"):
        read_history(path)
