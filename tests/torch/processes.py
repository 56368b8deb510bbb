"""Functions of the tests in several processes, which find each other through a file."""

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def in_processes(folder, module, function, size, dies=()):
    """Call a function with the folder in `size` processes; return what it returns in each, None where it dies."""
    command = [sys.executable, "-m", "tests.torch.processes", str(folder), module, function, str(size)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT, "env": environment}
    running = [subprocess.Popen([*command, str(rank)], **pipes) for rank in range(size)]
    try:
        heard = [process.communicate(timeout=120)[1] for process in running]
    finally:
        for process in running:
            process.kill()
    for rank, (process, said) in enumerate(zip(running, heard, strict=True)):
        assert (process.returncode == 0) == (rank not in dies), said
    files = [Path(folder, f"{rank}.pickle") for rank in range(size)]
    return [None if rank in dies else pickle.loads(file.read_bytes()) for rank, file in enumerate(files)]


def main(folder, module, function, size, rank):
    import torch.distributed as dist

    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=int(rank), world_size=int(size))
    answer = getattr(importlib.import_module(module), function)(Path(folder))
    Path(folder, f"{rank}.pickle").write_bytes(pickle.dumps(answer))
    dist.destroy_process_group()
    sys.stderr.flush()
    os._exit(0)  # Python may end before a thread of gloo does, which aborts


if __name__ == "__main__":
    main(*sys.argv[1:])
