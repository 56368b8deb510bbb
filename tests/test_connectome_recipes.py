"""From a connectome's table to a trained, pruned and exported network: docs/guide/connectome.md, line by line."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main
from tests import connectomes

PAGE = (Path(__file__).parent.parent / "docs" / "guide" / "connectome.md").read_text("utf-8")
PROGRAMS = re.findall(r"```\{code-block\} python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1].replace("\\\n", "").splitlines()

CLASSES = {"inputs": {"class": "sensory"}, "outputs": {"class": "motor"}, "weight": "synapses"}
WORM = CLASSES | {"nodes": "cells.csv"}
FLY = {
    "nodes": "classification.csv", "inputs": {"super_class": "sensory"}, "outputs": {"super_class": "motor"},
    "weight": "syn_count", "sign": {"nt_type": {"ACH": 1, "GABA": -1, "GLUT": -1, "DA": 0, "SER": 0, "OCT": 0}},
}  # fmt: skip
BOTH = {"parallel": "sum", "self_loops": "drop", "into_inputs": "drop", "normalise": "incoming"}

CASES = {
    "worm": (connectomes.worm, "worm.csv", WORM),
    "igraph": (connectomes.igraph_parallel, "igraph.graphml", CLASSES),
    "gexf": (connectomes.undirected, "tracts.gexf", CLASSES | {"weight": "weight", "undirected": "both"}),
    "cytoscape": (connectomes.cytoscape, "export.cyjs", CLASSES),
    "sonata": (connectomes.sonata, "nodes.h5", CLASSES | {"edges": "edges.h5"}),
    "flywire": (connectomes.flywire, "connections.csv", FLY),
}
"""What writes the files, the name of the first, and the words with which it is read."""


def samples():
    """40 patterns of 4 inputs, and for 2 outputs whether the first or the second half of them is the stronger."""
    x = np.random.default_rng(0).random((40, 4))
    first = x[:, :2].sum(axis=1) > x[:, 2:].sum(axis=1)
    return x, np.column_stack([first, ~first]).astype(float)


def flags(words):
    """The words of a door as a shell has them."""
    for name, value in words.items():
        if name == "sign":
            ((key, meaning),) = value.items()
            value = f"{key}={','.join(f'{one}:{sign}' for one, sign in meaning.items())}"
        elif isinstance(value, dict):
            value = "=".join(*value.items())
        elif name == "bias":
            value = "node"
        yield from (f"--{name.replace('_', '-')}", value)


def right(network, x, y):
    return (ng.settle(network, x).outputs.argmax(axis=1) == y.argmax(axis=1)).mean()


@pytest.mark.parametrize("case", CASES)
def test_four_lines_of_python(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write, path, words = CASES[case]
    inputs, outputs = write(tmp_path)
    x, y = samples()
    graph = ng.read(path, **words, **BOTH, bias=True)
    fit = ng.train(ng.compile(graph), x, y, epochs=60, seed=0)
    pruning = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.5))
    ng.write(pruning.network, "pruned.graphml")
    network = ng.compile(ng.read("pruned.graphml"))
    assert list(network.inputs) == inputs
    assert list(network.outputs) == outputs
    assert network.weights.size == fit.network.weights.size - len(pruning.removed) > 0
    assert right(fit.network, x, y) > 0.85
    assert np.array_equal(ng.settle(network, x).outputs, ng.settle(pruning.network, x).outputs)


@pytest.mark.parametrize("case", CASES)
def test_three_commands_without_python(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write, path, words = CASES[case]
    inputs, outputs = write(tmp_path)
    x, y = samples()
    connectomes.sheet("samples.csv", [*inputs, *outputs], np.hstack([x, y]).tolist())
    given = [*flags(words | BOTH | {"bias": True}), "--data", "samples.csv", "--epochs", "60"]
    assert main(["train", path, *given, "-o", "trained.json"]) == 0
    assert main(["prune", "trained.json", "--fraction", "0.5", "-o", "pruned.json"]) == 0
    assert main(["convert", "pruned.json", "pruned.graphml"]) == 0
    assert ("made one each (parallel='sum')" in capsys.readouterr().out) == (case in ("worm", "igraph", "flywire"))
    trained = ng.compile(ng.read("trained.json"))
    assert right(trained, x, y) > 0.85
    assert 0 < ng.compile(ng.read("pruned.graphml")).weights.size <= -(-trained.weights.size // 2)


def test_the_page_runs_line_by_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("cect", "graspologic"):
        connectomes.install(tmp_path / "packages", monkeypatch, name, getattr(connectomes, name)())
    ends = [
        write(tmp_path) for write in (connectomes.worm, connectomes.flywire, connectomes.hemibrain, connectomes.microns)
    ]
    x, y = samples()
    names, networks = {"ng": ng, "x": x, "y": y}, []
    for program in PROGRAMS:
        exec(compile(program, "connectome.md", "exec"), names)
        networks.append(names.get("network"))
    assert (tmp_path / "pruned.graphml").exists()
    for network, (inputs, outputs) in zip(networks[2:], ends[1:], strict=True):
        assert list(network.inputs) == inputs
        assert list(network.outputs) == outputs
        assert all(isinstance(node, int) for node in network.nodes if node != "bias")
        assert ng.train(network, x, y, epochs=5, seed=0).history["cost"][-1] < 0.5
    assert len(ast.parse(PROGRAMS[0]).body) == 4


def test_the_commands_of_the_page_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inputs, outputs = connectomes.worm(tmp_path)
    connectomes.sheet("samples.csv", [*inputs, *outputs], np.hstack(samples()).tolist())
    for command in COMMANDS:
        assert main([*command.split()[1:], *(["--epochs", "2"] if " train " in command else [])]) == 0
    assert len(COMMANDS) == 3
    assert (tmp_path / "pruned.graphml").exists()


def test_rows_of_a_pair_are_added_up_and_signs_are_those_of_most_synapses(tmp_path):
    connectomes.flywire(tmp_path)
    words = FLY | BOTH | {"nodes": tmp_path / "classification.csv", "normalise": None}
    table = ng.read_table(tmp_path / "connections.csv", **words)
    graph, counts = table.to_graph(), connectomes.wiring()
    np.fill_diagonal(counts, 0)
    counts[:, :4] = 0
    assert graph.number_of_edges() == np.count_nonzero(counts)
    assert sum(abs(weight) for *_, weight in graph.edges(data="weight")) == counts.sum()
    signs = {"excitatory": 1, "inhibitory": -1}
    for pre, _, data in graph.edges(data=True):
        if "sign" in graph.nodes[pre]:
            assert data["weight"] * signs[graph.nodes[pre]["sign"]] > 0
        if "nt_type" in data:
            assert {"ACH": "excitatory", "GABA": "inhibitory", "GLUT": "inhibitory"}.get(
                data["nt_type"]
            ) == graph.nodes[pre].get("sign")
