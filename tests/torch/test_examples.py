"""The examples that need PyTorch, each in a process of its own, and on as many as it says."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "torch"
SCRIPTS = sorted(FOLDER.glob("*.py"))
SLURM = (FOLDER / "train.slurm").read_text("utf-8")
BIN = Path(sys.executable).parent
FEWER = {"EPOCHS = 12": "EPOCHS = 4", "EPOCHS = 5": "EPOCHS = 2", "(2, 8, 16)": "(2, 4)", "range(60)": "range(20)"}
"""What the quick form of a script has in the place of its numbers."""


ENDED = "terminate called without an active exception"
"""What C++ says where Python ends before a thread of gloo: a race of PyTorch, which was seen once."""


def run(command, folder, **environment):
    """Return what a command prints, a thread a process; it is not to warn."""
    own = {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(FOLDER.parents[1]),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    for _ in range(2):
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **own, **environment}, capture_output=True, text=True, timeout=300
        )
        if ENDED not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    assert "TrainingWarning" not in done.stderr
    return done.stdout


def quick(name, folder):
    """Write the quick form of a script, and return where."""
    text = (FOLDER / f"{name}.py").read_text("utf-8")
    for many, few in FEWER.items():
        text = text.replace(many, few)
    assert text != (FOLDER / f"{name}.py").read_text("utf-8")
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    return path


def test_the_front_end_and_the_graph_learn_together(tmp_path):
    out = run([sys.executable, quick("convolutional_front_end", tmp_path)], tmp_path)
    *epochs, pruned = [float(one) for one in re.findall(r"(\S+) of the test digits are right", out)]
    assert len(epochs) == 4
    assert epochs[-1] > 0.9
    assert pruned > 0.7  # with half the edges
    assert "Pruning(1420 of 2840 edges left the graph" in out


def test_two_processes_share_the_samples(tmp_path):
    script = quick("two_processes", tmp_path)
    out = run([BIN / "torchrun", "--standalone", "--nproc-per-node", "2", script], tmp_path)
    first, second = out.splitlines()
    assert first == "2 processes, the same weights in all: True"
    assert float(second.split()[0]) > 0.7


def test_a_cluster_trains_a_layer_for_each_point_of_a_grid(tmp_path):
    pytest.importorskip("dask.distributed")
    lines = run([sys.executable, quick("grid_of_layers", tmp_path)], tmp_path).splitlines()
    assert [line.split()[:3] for line in lines] == [[size, "hidden", "neurons:"] for size in ("2", "4")]
    assert min(float(share) for line in lines for share in line.split()[3:5]) > 0.75


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_script_has_a_title_and_cells_that_begin_with_prose(path):
    text = path.read_text("utf-8")
    title, underline, empty, *said = ast.get_docstring(ast.parse(text)).splitlines()
    assert title
    assert underline == "=" * len(title)
    assert not empty
    assert said
    for cell in text.split("\n# %%\n")[1:]:
        assert all(line.startswith("# ") for line in cell.split("\n\n")[0].splitlines())


def test_every_script_is_run():
    assert {path.stem for path in SCRIPTS} == {"convolutional_front_end", "grid_of_layers", "two_processes"}


STANDING_IN = """#!/bin/bash
case $(basename "$0") in
    scontrol) echo localhost; echo other ;;
    srun) exec "$@" ;;
esac
"""
"""What SLURM's commands do on one machine."""


def test_the_script_for_slurm_trains_on_one_machine(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("scontrol", "srun"):
        (tools / name).write_text(STANDING_IN)
        (tools / name).chmod(0o755)
    short = SLURM.replace("--epochs 200", "--epochs 1")
    assert short != SLURM
    (tmp_path / "train.slurm").write_text(short)
    path = f"{tools}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"
    job = {"SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_ID": str(os.getpid()), "SLURM_CPUS_PER_TASK": "1"}
    run(["bash", "train.slurm"], tmp_path, PATH=path, VIRTUAL_ENV=str(BIN.parent), **job)
    assert {"digits.json", "digits.csv", "digits.ckpt"} <= {one.name for one in tmp_path.iterdir()}


def test_the_script_for_slurm_explains_itself():
    """Each of its parts begins with words, and it asks for as many machines as it says."""
    assert "on four machines" in SLURM
    assert "#SBATCH --nodes=4" in SLURM.splitlines()
    command = shlex.split(SLURM[SLURM.index("srun torchrun") :].replace("\\\n", ""))
    assert command[command.index("--no-python") + 1 :][:2] == ["neurograph", "train"]
    assert "--distributed" in command
    assert all(part.startswith("# ") for part in SLURM.strip().split("\n\n")[1:])
