"""Messages in the words of the command."""

import argparse
import contextlib
import re

import pytest

import neurograph as ng
from neurograph.cli.main import main
from neurograph.cli.messages import in_options
from neurograph.equations.dynamics import DYNAMICS

SPELLED = {"learning_rate": "--rate", "rule": "--rule", "beta": "--beta", "dynamics": "--dynamics"}

PYTHON = re.compile(
    r"\b[a-z_]+=|\bNone\b|\bTrue\b|\bFalse\b|numpy|print\(|\b(optimisers|rules|dynamics|network|certificates|solvers|costs)\.|"
    r"\.py:|certify\(|prune\(|(?<!-)\b(learning_rate|target_cost|max_step|max_drop|batch_size)\b"
)
"""What only Python has: keyword arguments, calls, None."""


@pytest.mark.parametrize(("message", "expected"), [
    ("learning_rate is -1: expected > 0", "--rate is -1: expected > 0"),
    ("beta is 1, but the rule ep has none: leave beta out", "--beta is 1, but the rule ep has none: leave --beta out"),
    ("rule=rules.ep(), or rules.asymmetric_ep() learns", "--rule ep, or --rule asymmetric_ep learns"),
    ("take neurograph.dynamics.deep()", "take --dynamics deep"),
    ("the learning_rate is fine", "the --rate is fine"),
    ("x.beta is 3, alphabeta is 3", "x.beta is 3, alphabeta is 3"),
    ("g.json has no column 'rule'", "g.json has no column 'rule'"),
])  # fmt: skip
def test_arguments_become_options(message, expected):
    given = argparse.Namespace(spelled=SPELLED, **dict.fromkeys(SPELLED, 1))
    assert in_options(message, given) == expected


def test_what_a_graph_carries_is_no_option_that_was_not_given():
    given = argparse.Namespace(spelled=SPELLED, dynamics=None, beta=None)
    assert in_options("dynamics is 3; beta is None", given) == "dynamics is 3; --beta is not given"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Graphs and tables that commands have to say something of."""
    folder = tmp_path_factory.mktemp("files")
    graph = ng.topologies.complete(2, 5, 1, bias=True, seed=0)
    ng.write(graph, folder / "g.json")
    graph.graph["dynamics"] = {**ng.dynamics.vector_field().to_dict(), "box": 3}
    for place, edge in enumerate(graph.edges):
        graph.edges[edge]["weight"] = 1.0 + place % 60
    counts = ng.topologies.complete(2, 40, 1, seed=0)
    for place, edge in enumerate(counts.edges):
        counts.edges[edge]["weight"] = 1.0 + place % 60
    for name, dynamics in (("tanh", "tanh"), ("deep", "deep"), ("grows", "relu")):
        ng.write(ng.compile(counts, DYNAMICS[dynamics]()), folder / f"{name}.json")
    text = (folder / "g.json").read_text()
    (folder / "bad.json").write_text(text.replace('"graph": {', '"graph": {"dynamics": 3, ', 1))
    (folder / "far.csv").write_text("x0,x1,y0\n0,0,-7\n1,0,3\n1,1,0\n0,1,1\n")
    return folder


@pytest.mark.parametrize("line", [
    "train --task xor --beta 0.1", "train --task xor --beta 0", "train --task xor --rate -1",
    "train --task xor --seed -1", "train --task xor --target-cost -1", "train --task xor --batch 9",
    "train --task xor --batch -1",
    "train --task xor --hidden -1", "train --task xor --decay 2", "train --task xor --epochs 0",
    "train --task xor --max-step -1", "train grows.json --task xor", "train tanh.json --task xor --epochs 2",
    "train deep.json --task xor --epochs 2", "train g.json --data far.csv --epochs 2", "train g.json --task digits",
    "train bad.json --task xor", "certify bad.json", "certify g.json --budget -1",
    "certify g.json --task xor --budget 1e-9", "certify grows.json --task xor",
    "prune g.json --by saliency --fraction 0.5",
    "prune g.json --fraction 0.5 --max-drop 0.1", "prune g.json --fraction 0.5 --retrain 3",
    "prune g.json --fraction 0.5 --rounds 0", "prune g.json --by boltzmann --tolerance 0.5 --grower returned",
    "prune g.json --by boltzmann --tolerance 0.5 --grower returned --task xor",
    "prune g.json --fraction 0.1 --added a.csv",
    "prune g.json --fraction 0.5 --grower rigl", "prune g.json --fraction 0.5 --grower random --grow-count -1",
    "prune g.json --fraction 0.5 --grower distance --grow-length 1",
    "prune g.json --fraction 0 --grower random --grow-count 1", "prune g.json --fraction 2",
    "prune g.json --fraction 0.2 --threshold 1", "prune grows.json --fraction 0.2 --task xor",
    "prune g.json --fraction 0.2 --max-drop -1 --task xor", "prune g.json --by random --fraction 0.2 --seed -1",
    "demo --seed -1", "show bad.json", "report . --task digits", "convert bad.json x.csv",
])  # fmt: skip
def test_no_command_speaks_of_what_only_python_has(line, files, capsys, monkeypatch):
    monkeypatch.chdir(files)
    output = ["-o", "out.json"] if line.startswith(("train", "prune")) else []
    main([*line.split(), *output])
    shown = capsys.readouterr()
    said = " ".join((shown.err + shown.out).split())
    assert said
    assert not PYTHON.search(said), said


@pytest.mark.parametrize("line", [
    "train --task xor -o out.json", "train tanh.json --task xor --epochs 1 -o out.json",
    "certify g.json --task xor --radius",
    "certify grows.json --task xor", "prune g.json --fraction 0.5 --task xor --rounds 2 -o out.json", "show tanh.json",
    "report . --graph g.json --task xor", "convert g.json g.csv", "--help",
    *(f"{command} --help" for command in ("demo", "train", "certify", "prune", "show", "report", "convert")),
])  # fmt: skip
def test_what_a_command_prints_is_as_wide_as_the_terminal(line, files, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(files)
    with contextlib.suppress(SystemExit):
        main(line.split())
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80


def test_before_a_command_is_known_nothing_changes():
    assert in_options("beta is 1", argparse.Namespace()) == "beta is 1"
