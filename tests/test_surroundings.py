"""What surrounds a program may be poor: no stderr, no home, a strict numpy, a path that is none."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import neurograph as ng
from neurograph.equations.dynamics import DYNAMICS
from neurograph.formats import FORMATS
from neurograph.learning.rules import RULES
from neurograph.solvers import SOLVERS

ROOT = Path(__file__).parents[1]
XOR = ng.tasks.logic("xor")

WITHOUT_STDERR = """
import sys
import neurograph as ng
from neurograph.cli.main import main

sys.stderr = None
x, y = ng.tasks.logic("xor")
network = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0))
for progress in (None, True, False):
    ng.train(network, x, y, seed=0, epochs=2, progress=progress)
    ng.train(network, x, 2 * y - 1, seed=[0, 1], epochs=1, progress=progress)
    ng.sweep(network, x, y, {"epochs": [1, 2]}, progress=progress)
    ng.prune(network, ng.pruning.magnitude(fraction=0.5), x, y, retrain=1, progress=progress)
assert main(["show", "missing.json"]) == 2
sys.stdout = None
assert main(["train", "--task", "xor", "--epochs", "2", "-o", "xor.json"]) == 0
assert main(["show", "missing.json"]) == 2
"""

WITHOUT_HOME = """
import neurograph as ng

network = ng.compile(ng.topologies.complete(2, 3, 1, bias=True, seed=0))
fit = ng.train(network, *ng.tasks.logic("xor"), seed=0, epochs=2)
ng.certify(fit.network)
ng.write(fit.network, "xor.json")
ng.plots.network(fit.network).savefig("xor.png")
"""


def run(program, folder, **changes):
    env = {name: value for name, value in (os.environ | changes).items() if value is not None}
    line = [sys.executable, "-c", program]
    return subprocess.run(
        line, cwd=folder, env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300
    )


def test_without_stderr_nothing_is_shown_and_all_goes_on(tmp_path):
    done = run(WITHOUT_STDERR, tmp_path)
    assert done.returncode == 0
    assert done.stdout == ""
    assert (tmp_path / "xor.json").exists()


@pytest.mark.parametrize("home", [None, "/there/is/no/such/home"])
def test_without_a_home_all_goes_on(tmp_path, home):
    done = run(WITHOUT_HOME, tmp_path, HOME=home)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "xor.png").exists()


@pytest.fixture
def strict():
    with np.errstate(all="raise"):
        yield


def network(name, scale=1.0):
    graph = ng.topologies.complete(2, 4, 1, bias=True, seed=0)
    made = ng.compile(ng.topologies.symmetric(graph) if name == "hopfield" else graph, DYNAMICS[name]())
    return made.with_weights(scale * made.weights)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e3])
@pytest.mark.parametrize("name", DYNAMICS)
def test_a_numpy_that_raises_changes_nothing(name, scale):
    some = network(name, scale)
    for solver in SOLVERS.values():
        ng.settle(some, XOR[0], solver=solver(), throw=False)
    ng.certify(some, XOR[0])
    ng.graph_metrics(some)
    if scale == 1.0:
        ng.train(some, *XOR, epochs=20, seed=0, validation=0.25)
        ng.prune(some, ng.pruning.saliency(0.3), *XOR, retrain=2)
        ng.gradient_check(some, *XOR, ng.rules.asymmetric_ep())
        ng.quantise(some, 4)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("rule", RULES)
def test_a_numpy_that_raises_changes_no_rule(rule):
    graph = ng.topologies.symmetric(ng.topologies.complete(2, 4, 1, bias=True, seed=0))
    ng.train(ng.compile(graph, ng.dynamics.vector_field()), *XOR, rule=RULES[rule](), epochs=5, seed=0)


@pytest.mark.usefixtures("strict")
def test_a_numpy_that_raises_changes_no_cost_task_or_file(tmp_path):
    graph = ng.topologies.complete(2, 4, 2, bias=True, seed=0)
    sharp = ng.costs.cross_entropy(2000.0)  # exp(-2000) is 0
    labels = XOR[1].ravel().astype(int)
    fit = ng.train(ng.compile(graph), XOR[0], labels, cost=sharp, epochs=5, seed=0)
    ng.tasks.moons(seed=0), ng.tasks.circles(seed=0), ng.tasks.digits()
    for suffix in FORMATS:
        if suffix not in (".nir", ".ngz"):
            ng.read(ng.write(fit.network, tmp_path / f"a{suffix}"))
    ng.write_page(fit.network, tmp_path / "a.html")
    for figure in (ng.plots.network(fit.network), ng.plots.weights(fit.network), ng.plots.cost(fit)):
        figure.savefig(tmp_path / "a.png")


NO_PATHS = {
    "file": io.BytesIO(b"{}"),
    "bytes": b"net.json",
    "None": None,
    "number": 3,
    "empty": "",
    "null": "a\0.json",
    "folder": Path(),
    "list": ["net.json"],
}


@pytest.mark.parametrize("path", NO_PATHS.values(), ids=NO_PATHS)
def test_what_is_no_path_is_named(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = ng.topologies.complete(1, 1, 1, seed=0)
    for call in (ng.read, ng.read_table, lambda path: ng.write(graph, path), lambda path: ng.write_page(graph, path)):
        with pytest.raises(ng.FormatError, match=r"path is|has the suffix"):
            call(path)
    with pytest.raises(ng.ParameterError, match="checkpoint is"):
        ng.train(network("deep"), *XOR, epochs=1, checkpoint=path if path is not None else b"none")
    assert list(tmp_path.iterdir()) == []


def test_an_open_file_is_told_to_be_a_path():
    with pytest.raises(ng.FormatError, match=r"of type BytesIO: .* of an open file, pass its path"):
        ng.read(io.BytesIO())


def test_a_folder_that_is_gone_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    graph = ng.topologies.complete(1, 1, 1, seed=0)
    for call in (lambda: ng.write(graph, "net.json"), lambda: ng.write_page(graph, "net.html")):
        with pytest.raises(ng.FormatError, match="begins at the root"):
            call()
    with pytest.raises(ng.FormatError, match=r"net\.json cannot be read"):
        ng.read("net.json")
    with pytest.raises(ng.ParameterError, match=r"checkpoint is 'run\.ckpt', in the folder .* begins at the root"):
        ng.train(network("deep"), *XOR, epochs=1, checkpoint="run.ckpt")


def test_a_folder_is_no_file(tmp_path):
    folder = tmp_path / "net.json"
    folder.mkdir()
    with pytest.raises(ng.FormatError, match="is a folder"):
        ng.read(folder)
    with pytest.raises(ng.FormatError, match="it is a folder"):
        ng.write(ng.topologies.complete(1, 1, 1, seed=0), folder)
