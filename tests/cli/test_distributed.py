"""The command in several processes: what it learns is that of one; what is said is said once."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

import neurograph as ng
from neurograph.cli.distributed import START, processes
from neurograph.cli.main import main

ROOT = Path(__file__).parents[2]
with_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")


class Other:
    """A group as a process of that rank sees it."""

    def __init__(self, rank):
        self.rank = rank

    def __call__(self, what):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.left = True


@pytest.fixture(params=[0, 1])
def group(request, monkeypatch):
    other = Other(request.param)
    monkeypatch.setattr("neurograph.torch.group.Group", other)
    return other


def test_one_process_does_all_itself():
    with processes(False) as (group, train):
        assert train is ng.train
        assert group.together(lambda: 3) == group.first(lambda: 3) == 3


def raised(error):
    """Raise an error between two processes."""
    with processes(True) as (_, train):
        assert train is ng.torch.train
        print("seen", file=sys.stderr)
        raise error


def test_the_first_says_what_is_raised_on_all(group, capsys):
    for error, status in ((ng.DataError("bad"), 2), (ng.ProcessError("they differ"), 2), (KeyboardInterrupt(), 130)):
        with pytest.raises(SystemExit if group.rank else type(error)) as found:
            raised(error)
        assert group.left
        assert not group.rank or found.value.code == status
    assert capsys.readouterr().err.count("seen") == (0 if group.rank else 3)


def test_every_process_that_is_left_says_that_one_is_gone(group):
    with pytest.raises(ng.ProcessError, match="gone"), processes(True):
        raise ng.ProcessError("one is gone") from RuntimeError()


@pytest.mark.parametrize("missing", [True, pytest.param(False, marks=with_torch)])
def test_it_is_said_how_it_is_started(missing, tmp_path, monkeypatch, capsys):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    target = tmp_path / "xor.json"
    with mock.patch.dict("sys.modules", {"torch": None} if missing else {}):
        assert main(["train", "--task", "xor", "--distributed", "-o", str(target)]) == 2
    said = capsys.readouterr().err
    assert ("pip install" if missing else START) in said, said
    assert said.startswith("neurograph: --distributed ")
    assert not target.exists()


def started(*options):
    """Run the command as the message says, in two processes."""
    words = ["torch.distributed.run", "--standalone", *START.split()[1:]]
    return subprocess.run(
        [sys.executable, "-m", *words, *map(str, options)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@with_torch
def test_two_processes_write_what_one_does(tmp_path, capsys):
    files = {who: [tmp_path / f"{who}.json", tmp_path / f"{who}.csv"] for who in ("one", "two")}
    options = ["--task", "xor", "--epochs", "4", "--batch", "3", "--target-cost", "0"]
    assert main(["train", *options, "-o", str(files["one"][0]), "--history", str(files["one"][1])]) == 0
    done = started(*options, "-o", files["two"][0], "--history", files["two"][1])
    assert done.returncode == 0, done.stderr
    assert done.stdout == capsys.readouterr().out.replace("one.json", "two.json")
    networks = [ng.compile(ng.read(file)) for file, _ in files.values()]
    assert networks[1].weights == pytest.approx(networks[0].weights, abs=1e-12)
    assert len(files["two"][1].read_text().splitlines()) == 5


@with_torch
def test_an_error_is_said_once(tmp_path):
    done = started("--task", "xor", "--batch", "-1", "-o", tmp_path / "xor.json")
    assert done.returncode != 0
    assert [line for line in done.stderr.splitlines() if line.startswith("neurograph: ")] == [
        "neurograph: --batch is -1: expected a whole number >= 0; 0 takes all at once"
    ]
