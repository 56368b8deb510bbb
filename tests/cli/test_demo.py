"""The demo: what it writes, what it says, and a run that is stopped."""

import io
import re

import numpy as np
import pytest

import neurograph as ng
from neurograph.cli import demo as module
from neurograph.cli.main import main


def test_the_demo_writes_what_it_says(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("neurograph.cli.demo.RUNS", 2)
    drawn = []
    convergence = ng.plots.convergence
    monkeypatch.setattr(ng.plots, "convergence", lambda *data, **how: drawn.append(how) or convergence(*data, **how))
    assert main(["demo", "--folder", "demo"]) == 0
    assert drawn == [{"sample": 1}]
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "then reach no output" in out
    named = out.partition("Written to demo/:")[2].split()
    assert set(named) == {path.name for path in (tmp_path / "demo").iterdir()}
    assert "4/4" in out
    pruned = ng.compile(ng.read(tmp_path / "demo" / "pruned.json"))
    x, y = ng.tasks.logic("xor")
    assert np.array_equal(ng.settle(pruned, x).outputs > 0.5, y > 0.5)


class Terminal(io.StringIO):
    """A terminal of 80 columns, that keeps what is drawn on it."""

    def isatty(self):
        return True


def test_the_demo_leaves_one_bar_of_at_most_80_columns(tmp_path, monkeypatch):
    monkeypatch.setattr("neurograph.cli.demo.RUNS", 2)
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    module.demo(tmp_path / "demo")
    left = [line.rpartition("\r")[2].rstrip() for line in terminal.getvalue().split("\n")]
    assert [line[:5] for line in left if line] == ["100%|"]
    assert max(map(len, re.split(r"[\r\n]", terminal.getvalue()))) <= 80


def test_a_demo_that_is_stopped_leaves_nothing(tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "train", stop)
    with pytest.raises(KeyboardInterrupt):
        module.demo(tmp_path / "demo")
    assert not list(tmp_path.rglob("*.json"))


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ng.ParameterError, match="file"):
        module.demo(tmp_path / "file")
