"""Graphs of other programs in the command: the words of read() as options."""

import networkx as nx
import pytest

import neurograph as ng
from neurograph.cli.graphs import OPTIONS
from neurograph.cli.main import main
from neurograph.graphs.intake import Intake

EDGES = "source,target,synapses\n1,2,3\n1,2,4\n2,2,1\n2,3,50\n3,1,6\n"
CELLS = "id,class,transmitter\n1,sensory,ACh\n2,inter,GABA\n3,motor,ACh\n"


@pytest.fixture
def worm(tmp_path):
    (tmp_path / "worm.csv").write_text(EDGES)
    (tmp_path / "cells.csv").write_text(CELLS)
    return tmp_path


WORDS = {
    "weight": "synapses", "parallel": "sum", "self_loops": "drop", "into_inputs": "drop", "normalise": "incoming",
}  # fmt: skip


def options(words):
    return [part for name, value in words.items() for part in (f"--{name.replace('_', '-')}", str(value))]


def run(folder, words, *more):
    arguments = ["convert", str(folder / "worm.csv"), str(folder / "out.json"), *options(words), *more]
    return main(arguments)


def test_every_word_but_those_of_the_library_alone_is_an_option():
    words = {"pre", "post", "nodes", "edges", *Intake.__dataclass_fields__} - {"bias_nodes", "scale", "seed"}
    assert set(OPTIONS) == words


@pytest.mark.parametrize(
    ("inputs", "outputs"), [("class=sensory", "class=motor"), ("1", "3"), ("class=sensory,none", "3")]
)
def test_options_are_the_words_of_read(inputs, outputs, worm, capsys):
    cells = ["--nodes", str(worm / "cells.csv")]
    assert run(worm, WORDS | {"inputs": inputs, "outputs": outputs}, *cells) == 0
    expected = ng.read(worm / "worm.csv", nodes=worm / "cells.csv", inputs=[1], outputs=[3], **WORDS)
    assert nx.utils.graphs_equal(ng.read(worm / "out.json"), expected)
    assert f"Taken in: {expected.graph['changes']}\n" in capsys.readouterr().out


def test_signs_radii_and_drawn_weights_are_options(worm, capsys):
    cells = {"nodes": worm / "cells.csv", "inputs": "1", "outputs": "3", "sign": "transmitter=ACh:1,GABA:-1"}
    assert run(worm, {**WORDS, **cells, "normalise": "none"}) == 0
    assert ng.read(worm / "out.json").edges[2, 3]["weight"] == -50.0
    assert run(worm, {**WORDS, "inputs": "1", "outputs": "3", "normalise": "largest"}) == 0
    assert ng.read(worm / "out.json").edges[2, 3]["weight"] == 1.0
    assert run(worm, {**WORDS, "inputs": "1", "outputs": "3", "weight": "none"}) == 0
    assert (
        "3 weights drawn" in capsys.readouterr().out or "weights drawn" in ng.read(worm / "out.json").graph["changes"]
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"inputs": "9", "outputs": "3"}, "--inputs names '9', which is not a node"),
        ({"inputs": "1", "outputs": "3", "sign": "transmitter"}, "expected an attribute, its values and their signs"),
        ({"inputs": "1", "outputs": "3", "normalise": "sum"}, "--normalise is 'sum'"),
        ({"inputs": "1", "outputs": "3", "parallel": "error"}, "--parallel sum"),
        ({"inputs": "1", "outputs": "3", "weight": "count"}, "expected --weight with one of 'synapses'"),
    ],
)
def test_errors_are_in_options(words, message, worm, capsys):
    assert run(worm, {**WORDS, **words}) == 2
    assert message in capsys.readouterr().err


@pytest.fixture
def mixed(tmp_path):
    graph = ng.topologies.complete(2, 3, 1, bias="neurons", seed=0)
    nx.set_node_attributes(graph, {node: ("a", "b")[k % 2] for k, node in enumerate(graph)}, "population")
    return ng.write(graph, tmp_path / "mixed.json")


def test_each_population_is_named_with_its_dynamics(mixed, capsys):
    words = ["--dynamics", "a=tanh", "b=relu"]
    assert main(["train", str(mixed), "--task", "xor", "--epochs", "2", *words, "-o", str(mixed)]) == 0
    dynamics = ng.compile(ng.read(mixed)).dynamics
    assert dict(dynamics.each) == {"a": ng.dynamics.additive("tanh"), "b": ng.dynamics.additive("relu")}
    capsys.readouterr()
    assert main(["show", str(mixed)]) == 0
    out = capsys.readouterr().out
    assert "a: ds/dt = -s + tanh(I + b)" in out
    assert "b: ds/dt = -s + relu(I + b)" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a=tanh"], "has the population 'b', for which none is named: expected one of 'a'"),
        (["a=tanh", "b=fast"], "--dynamics is 'b=fast': expected deep, "),
        (["tanh", "b=relu"], "--dynamics is tanh b=relu: expected one, or POPULATION=NAME"),
        (["a=tanh", "b=relu", "a=clip"], "a=tanh b=relu a=clip, with the population 'a' more than once"),
        (["=tanh"], "--dynamics is '=tanh': expected deep, "),
        (["a=tanh", "b=relu", "c=clip"], "the population 'c', of which the graph has no node"),
    ],
)
def test_populations_that_do_not_fit_are_named(words, message, mixed, capsys):
    assert main(["certify", str(mixed), "--dynamics", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_task_alone_has_no_populations(tmp_path, capsys):
    assert main(["train", "--task", "xor", "--dynamics", "a=tanh", "-o", str(tmp_path / "x.json")]) == 2
    assert "expected one, or a graph whose nodes have the attribute population" in " ".join(
        capsys.readouterr().err.split()
    )
