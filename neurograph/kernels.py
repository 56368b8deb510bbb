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

from neurograph import gauss_seidel as gauss_seidel_loop
from neurograph import phase as phase_loop
from neurograph import readout as readout_loop
from neurograph import response as response_loop
from neurograph.dynamics import Dynamics
from neurograph.equations import SCALAR_FUNCTIONS, Expression

NARROW, WIDE = 4, 64
"""Samples that move together: in a small batch, with every sum in a register; and in a large one, as one vector."""

MOST_NARROW = 7
"""Largest batch for narrow lanes."""

VECTOR = 8
"""Wide lanes come in multiples of this: the doubles of the widest vector register there is."""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
INLINED = {**OPTIONS, "forceinline": True}
"""How numba compiles a kernel, and the functions inside it; part of its text, and so of its name.

Inlined, because calls that pass a dozen arrays would cost a small network more than what they do.
"""

Kernel = Callable[..., Any]


@lru_cache(maxsize=256)
def phase_kernel(
    dynamics: Dynamics, rule: Expression | None, implicit: bool, softmax: bool, transposed: bool, narrow: bool
) -> Kernel:
    """Compile the loop of :mod:`neurograph.phase` for a dynamics, with an online rule or without.

    `implicit` takes the leak at the end of the step, and needs ``dynamics.leak``; `softmax` nudges along the
    cross-entropy; `transposed` lets activity return along the edges; `narrow` is for small batches.
    """
    lines = [
        f"IMPLICIT, ONLINE, SOFTMAX, TRANSPOSED = {implicit}, {rule is not None}, {softmax}, {transposed}",
        *_neuron(dynamics, narrow),
        _scalar("rule", "pre, post, dpre, dpost, w", rule),
        _scalar(
            "leak", "w_out, w_out_abs, params, j, b", dynamics.leak if implicit else None, tuple(dynamics.defaults)
        ),
        _node_function("slope_I", dynamics, dynamics.slope("I") if transposed else None),
        _sent_function("transfer_slope", dynamics, dynamics.transfer_slope if transposed else None),
        _project(dynamics.box),
        _learn_whole(NARROW),
    ]
    names = ("load", "record", "fill", "learn", "hold_fast", "partition", "turn", "advance", "phase")
    return _compiled(lines, tuple(getattr(phase_loop, name) for name in names))


@lru_cache(maxsize=256)
def gauss_seidel_kernel(dynamics: Dynamics, softmax: bool, transposed: bool, narrow: bool) -> Kernel:
    """Compile the loop of :mod:`neurograph.gauss_seidel` for a dynamics; the rest is as in :func:`phase_kernel`."""
    leak = dynamics.leak
    lines = [
        f"LINEAR, SOFTMAX, TRANSPOSED = {leak is not None}, {softmax}, {transposed}",
        f"TRIALS = {gauss_seidel_loop.TRIALS}",
        *_neuron(dynamics, narrow),
        _scalar("leak", "w_out, w_out_abs, params, j, b", leak, tuple(dynamics.defaults)),
        *_slopes(dynamics),
        _project(dynamics.box),
        _pressed(dynamics.box),
    ]
    shared = tuple(getattr(phase_loop, name) for name in ("load", "hold_fast", "partition"))
    names = ("turn_part", "listen", "resting", "visit", "measure", "gauss_seidel")
    return _compiled(lines, (*shared, *(getattr(gauss_seidel_loop, name) for name in names)))


@lru_cache(maxsize=256)
def response_kernel(dynamics: Dynamics, narrow: bool) -> Kernel:
    """Compile the loop of :mod:`neurograph.response` for a dynamics."""
    lines = [
        *_neuron(dynamics, narrow),
        *_slopes(dynamics),
        _pressed(dynamics.box),
    ]
    return _compiled(
        lines,
        tuple(
            getattr(response_loop, name) for name in ("linearise", "lifted", "relax", "solving", "sweep", "response")
        ),
    )


@lru_cache(maxsize=256)
def readout_kernel(rule: Expression, one_beta: bool) -> Kernel:
    """Compile the loop of :mod:`neurograph.readout` for a rule, for samples of one nudging strength or of their own.

    Its tables are those of :func:`readout_tables`.
    """
    tables = readout_tables(rule)
    reads = {
        name: f"tables[{tables.index(_table(name))}][{'i' if name.startswith('pre') else 'j'}, sample]"
        for name in sorted(rule.symbols - {"w", "beta", "pre_leak"})
    }
    if "pre_leak" in rule.symbols:
        signed, absolute = tables.index("leak"), tables.index("leak_abs")
        reads["pre_leak"] = f"tables[{signed}][i, sample] + tables[{absolute}][i, sample] * sign(w)"
    if "beta" in rule.symbols:
        reads["beta"] = "beta[0]" if one_beta else "beta[sample]"
    body = "\n    ".join([*(f"{name} = {value}" for name, value in reads.items()), f"return {_text(rule)}"])
    lines = [SCALAR_FUNCTIONS, f"def rule(tables, i, j, sample, w, beta):\n    {body}\n"]
    return _compiled(lines, (readout_loop.readout,), fastmath={"reassoc", "arcp"})


def readout_tables(rule: Expression) -> tuple[str, ...]:
    """Name what a rule reads, each once for both ends of an edge: its symbols without ``pre_`` and ``post_``."""
    names = {_table(name) for name in rule.symbols - {"w", "beta"}}
    return tuple(sorted(names | ({"leak_abs"} if "leak" in names else set())))


def _table(symbol: str) -> str:
    return symbol.removeprefix("pre_").removeprefix("post_")


def _neuron(dynamics: Dynamics, narrow: bool) -> list[str]:
    """Write what every loop over a dynamics needs."""
    lanes = NARROW if narrow else WIDE
    return [
        f"LANES, NARROW, VECTOR = {lanes}, {narrow}, {VECTOR}",
        *(f"{name} = {getattr(phase_loop, name)!r}" for name in ("CONVERGED", "STEP_LIMIT", "DIVERGED", "LARGEST")),
        SCALAR_FUNCTIONS,
        _node_function("drift", dynamics, dynamics.drift_equation),
        _sent_function("transfer", dynamics, dynamics.transfer_equation),
        _gather_narrow(lanes) if narrow else _GATHER_WIDE,
    ]


def _slopes(dynamics: Dynamics) -> list[str]:
    """Write dg/ds, dg/dI and f'."""
    return [
        _node_function("slope_s", dynamics, dynamics.slope("s")),
        _node_function("slope_I", dynamics, dynamics.slope("I")),
        _sent_function("transfer_slope", dynamics, dynamics.transfer_slope),
    ]


def _node_function(name: str, dynamics: Dynamics, equation: Expression | None) -> str:
    return _scalar(name, "s, I, b, w_out, w_out_abs, params, j", equation, tuple(dynamics.defaults))


def _sent_function(name: str, dynamics: Dynamics, equation: Expression | None) -> str:
    return _scalar(name, "s, params, j", equation, tuple(dynamics.defaults))


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


def _pressed(box: tuple[float, float] | None) -> str:
    """Say on which side the drift presses a node against its box: -1, 1, or 0 where it does not."""
    low, high = map(_number, box or (-float("inf"), float("inf")))
    side = f"-1.0 if s <= {low} and moving < 0.0 else (1.0 if s >= {high} and moving > 0.0 else 0.0)"
    return f"def pressed(s, moving):\n    return {'0.0' if box is None else side}\n"


def _number(value: float) -> str:
    return f"({value!r})" if abs(value) < float("inf") else ("inf" if value > 0 else "(-inf)")


def _gather_narrow(lanes: int) -> str:
    """Write the sum over one node's edges with one scalar accumulator a lane, which stays in a register."""
    every = range(lanes)
    load = "\n    ".join(f"a{lane} = total[{lane}]" for lane in every)
    add = "\n        ".join(f"a{lane} += w * sent[i, {lane}]" for lane in every)
    store = "\n    ".join(f"total[{lane}] = a{lane}" for lane in every)
    return f"""
def gather(edges, place, sent, total, lanes):
    indptr, pre, weights = edges
    {load}
    for k in range(np.uintp(indptr[place]), np.uintp(indptr[place + 1])):
        i = np.uintp(pre[k])
        w = weights[k]
        {add}
    {store}
"""


_GATHER_WIDE = """
def gather(edges, place, sent, total, lanes):
    indptr, pre, weights = edges
    k, last = np.uintp(indptr[place]), np.uintp(indptr[place + 1])
    while k + np.uintp(4) <= last:
        i, w = np.uintp(pre[k]), weights[k]
        i1, w1 = np.uintp(pre[k + np.uintp(1)]), weights[k + np.uintp(1)]
        i2, w2 = np.uintp(pre[k + np.uintp(2)]), weights[k + np.uintp(2)]
        i3, w3 = np.uintp(pre[k + np.uintp(3)]), weights[k + np.uintp(3)]
        for lane in range(lanes):
            total[lane] = (
                ((total[lane] + w * sent[i, lane]) + w1 * sent[i1, lane]) + w2 * sent[i2, lane]
            ) + w3 * sent[i3, lane]
        k += np.uintp(4)
    while k < last:
        i, w = np.uintp(pre[k]), weights[k]
        for lane in range(lanes):
            total[lane] += w * sent[i, lane]
        k += np.uintp(1)
"""
"""Sum over one node's edges, four at a time and always in their order, as vectors of lanes."""


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


def _compiled(lines: list[str], loops: tuple[Kernel, ...], **more: Any) -> Kernel:
    """Import the module made of these lines and loops, and compile its functions; the last loop is the kernel.

    `more` are further options: with reassociation, a sum is as many partial sums as the machine's vectors hold.
    """
    text = "\n".join(
        [
            f"# {OPTIONS}, {INLINED}, {more}",
            "from math import cos, exp, inf, log, sin, sqrt\n",
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
                module,
                name,
                numba.njit(function, cache=True, **OPTIONS, **more)
                if last
                else numba.njit(function, **INLINED, **more),
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
