"""Functions of the tests in several processes, which find each other through a file."""

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def begin(folder, module, function, size, *arguments):
    """Begin `size` processes that call a function with the folder and what else is given, as text."""
    command = [sys.executable, "-m", "tests.torch.processes", str(folder), module, function, str(size)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [*command, str(rank), *arguments],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        for rank in range(size)
    ]


def answers(folder, processes):
    """Wait for the processes, and return what the function has returned in each; of those that left nothing, None."""
    said = [process.communicate(timeout=120) for process in processes]
    found = []
    for rank, (_, errors) in enumerate(said):
        file = Path(folder) / f"{rank}.pickle"
        if processes[rank].returncode == 0:
            found.append(pickle.loads(file.read_bytes()))
        else:
            print(errors)
            found.append(None)
    return found


def main(folder, module, function, size, rank, *arguments):
    import torch.distributed as dist

    store = f"file://{folder}/store"
    dist.init_process_group("gloo", init_method=store, rank=int(rank), world_size=int(size))
    answer = getattr(importlib.import_module(module), function)(folder, *arguments)
    Path(folder, f"{rank}.pickle").write_bytes(pickle.dumps(answer))
    if dist.is_initialized():
        dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
