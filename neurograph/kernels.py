"""The compiled kernels, made from the equations: one module of plain numba source for each, cached on disk.

The source of a kernel is written to ``$NEUROGRAPH_CACHE`` (default: ``neurograph`` in the user's cache folder)
under a name that is the hash of its text, and its machine code is cached beside it by numba, so a
second process starts at once. The files can be read, and deleted at any time.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from neurograph import phase as phase_loop
from neurograph import readout as readout_loop
from neurograph.dynamics import Dynamics
from neurograph.equations import SCALAR_FUNCTIONS, Expression

LANES = 4
"""Samples that move together; four doubles fill one AVX2 register."""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
INLINED = {**OPTIONS, "forceinline": True}
"""How numba compiles a kernel, and the functions inside it; part of its text, and so of its name.

Inlined, because calls that pass a dozen arrays would cost a small network more than what they do.
"""

Kernel = Callable[..., Any]


@lru_cache(maxsize=256)
def phase_kernel(dynamics: Dynamics, rule: Expression | None, implicit: bool) -> Kernel:
    """Compile the loop of :mod:`neurograph.phase` for a dynamics, with an online rule or without.

    `implicit` takes the leak at the end of the step, and needs ``dynamics.leak``.
    """
    names = tuple(dynamics.defaults)
    lines = [
        f"LANES, IMPLICIT, ONLINE = {LANES}, {implicit}, {rule is not None}",
        *(f"{name} = {getattr(phase_loop, name)!r}" for name in ("CONVERGED", "STEP_LIMIT", "DIVERGED", "LARGEST")),
        SCALAR_FUNCTIONS,
        _scalar("drift", "s, I, b, w_out, w_out_abs, params, j", dynamics.drift_equation, names),
        _scalar("transfer", "s, params, j", dynamics.transfer_equation, names),
        _scalar("rule", "pre, post, dpre, dpost, w", rule),
        _scalar("leak", "w_out, w_out_abs, params, j, b", dynamics.leak if implicit else None, names),
        _project(dynamics.box),
        _gather(LANES),
        _learn_whole(LANES),
    ]
    loops = tuple(getattr(phase_loop, name) for name in ("load", "record", "hold", "learn", "advance", "phase"))
    return _compiled(lines, loops)


@lru_cache(maxsize=256)
def readout_kernel(rule: Expression) -> Kernel:
    """Compile the loop of :mod:`neurograph.readout` for a rule."""
    reads = {
        "pre_free": "states[0][i, sample]",
        "post_free": "states[0][j, sample]",
        "pre_nudged": "states[1][i, sample]",
        "post_nudged": "states[1][j, sample]",
        "post_gain": "factors[0][j, sample]",
        "pre_leak": "factors[1][i, sample] + factors[2][i, sample] * sign(w)",
    }
    used = [f"{name} = {value}" for name, value in reads.items() if name in rule.symbols]
    body = "\n    ".join([*used, f"return {_text(rule)}"])
    return _compiled(
        [SCALAR_FUNCTIONS, f"def rule(states, factors, i, j, sample, w, beta):\n    {body}\n"],
        (readout_loop.readout,),
    )


def _text(equation: Expression) -> str:
    return ast.unparse(equation.tree)


def _scalar(name: str, arguments: str, equation: Expression | None, parameters: tuple[str, ...] = ()) -> str:
    """Write an equation as a scalar function; without one it gives 0 and is never called."""
    if equation is None:
        return f"def {name}({arguments}):\n    return 0.0\n"
    used = {p: f"params[j, {k}]" for k, p in enumerate(parameters) if p in equation.symbols}
    # All at once: one of them may be called j or params.
    reads = [f"{', '.join(used)}, = {', '.join(used.values())},"] if used else []
    return "\n    ".join([f"def {name}({arguments}):", *reads, f"return {_text(equation)}"]) + "\n"


def _project(box: tuple[float, float] | None) -> str:
    inside = "s" if box is None else f"clip(s, {_number(box[0])}, {_number(box[1])})"
    return f"def project(s):\n    return {inside}\n"


def _number(value: float) -> str:
    return f"({value!r})" if abs(value) < float("inf") else ("inf" if value > 0 else "(-inf)")


def _gather(lanes: int) -> str:
    """Write the sum over incoming edges with one scalar accumulator a lane, which stays in a register."""
    every = range(lanes)
    start = " = ".join(f"a{lane}" for lane in every) + " = zero"
    add = "\n        ".join(f"a{lane} += w * sent[i, {lane}]" for lane in every)
    store = "\n    ".join(f"total[{lane}] = a{lane}" for lane in every)
    return f"""
def gather(first, last, pre, weights, sent, total):
    zero = sent.dtype.type(0)
    {start}
    for k in range(np.uintp(first), np.uintp(last)):
        i = np.uintp(pre[k])
        w = weights[k]
        {add}
    {store}
"""


def _learn_whole(lanes: int) -> str:
    """Write the rule of one node's incoming edges, where every lane is live, with the node's own lanes in registers."""
    every = range(lanes)
    own = "\n    ".join(f"b{lane} = new[j, {lane}]\n    d{lane} = b{lane} - s[j, {lane}]" for lane in every)
    read = "\n        ".join(f"a{lane} = new[i, {lane}]" for lane in every)
    total = " + ".join(f"rule(a{lane}, b{lane}, a{lane} - s[i, {lane}], d{lane}, w)" for lane in every)
    return f"""
def learn_whole(first, last, pre, weights, s, new, j, trace):
    {own}
    for k in range(first, last):
        i = np.uintp(pre[k])
        w = weights[k]
        {read}
        trace[k] += {total}
"""


def _compiled(lines: list[str], loops: tuple[Kernel, ...]) -> Kernel:
    """Import the module made of these lines and loops, and compile its functions; the last loop is the kernel."""
    text = "\n".join(
        [
            f"# {OPTIONS}, {INLINED}",
            "from math import cos, exp, inf, log, sin, sqrt, tanh\n",
            "import numpy as np\n",
            *lines,
        ]
        + [inspect.getsource(loop) + "\n" for loop in loops]
    )
    module = _imported(text)
    import numba

    for name, function in list(vars(module).items()):
        if inspect.isfunction(function) and function.__module__ == module.__name__:
            last = name == loops[-1].__name__
            setattr(
                module, name, numba.njit(function, cache=True, **OPTIONS) if last else numba.njit(function, **INLINED)
            )
    kernel: Kernel = getattr(module, loops[-1].__name__)
    return kernel


def _imported(text: str) -> ModuleType:
    name = "neurograph_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:24]
    path = cache_folder() / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(scratch, path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import the kernel {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba looks a cached function's module up by name
    spec.loader.exec_module(module)
    return module


def cache_folder() -> Path:
    """Folder that holds the kernels; a temporary one where the user's cache cannot be written."""
    chosen = os.environ.get("NEUROGRAPH_CACHE")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(chosen) if chosen else Path(cache) / "neurograph"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if writable:
        return folder
    return _temporary_folder()


@lru_cache(maxsize=1)
def _temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="neurograph-"))
