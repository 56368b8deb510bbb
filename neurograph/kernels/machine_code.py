"""The compiled kernels, made from the equations: one module of plain numba source for each, cached on disk.

The source of a kernel is written to ``$NEUROGRAPH_CACHE`` (default: ``neurograph`` in the user's cache folder)
under a name that is the hash of its text, and its machine code is cached beside it by numba, so a
second process starts at once. The files can be read, and deleted at any time.
"""

from __future__ import annotations

import ast
import copy
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

from neurograph._files import write_whole
from neurograph.equations.costs import CostForm
from neurograph.equations.dynamics import Dynamics
from neurograph.equations.expression import SCALAR_FUNCTIONS, Expression
from neurograph.kernels import gauss_seidel as gauss_seidel_loop
from neurograph.kernels import phase as phase_loop
from neurograph.kernels import readout as readout_loop
from neurograph.kernels import response as response_loop
from neurograph.kernels import unpacking as unpacking_loop
from neurograph.kernels.bindings import FUSED, gathering, link

WIDE = 64
"""Most samples that move together."""

NARROW = 4
"""Samples that move together in a batch too small for vectors of them, whose loops are unrolled."""

MOST_NARROW = 7
"""Largest batch for narrow lanes."""

LARGE = 1 << 15
"""Edges from which one sample has a loop of its own: in fewer, to repeat it costs less than to compile that."""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
INLINED = {**OPTIONS, "forceinline": True}
"""How numba compiles a kernel, and the functions inside it; part of its text, and so of its name.

Inlined, because calls that pass a dozen arrays would cost a small network more than what they do.
"""

BY_NAME: dict[str, Any] = {**FUSED, "carved": {"inline": "always"}}
"""Further options of functions of this name; a view of an array cannot be returned where nothing is counted."""

Kernel = Callable[..., Any]


@lru_cache(maxsize=256)
def phase_kernel(
    dynamics: Dynamics,
    rule: Expression | None,
    implicit: bool,
    cost: CostForm,
    transposed: bool,
    lanes: int,
    number: str,
) -> Kernel:
    """Compile the loop of :mod:`neurograph.kernels.phase` for a dynamics, with an online rule or without.

    `implicit` takes the leak at the end of the step, and needs ``dynamics.leak``; `cost` is what nudges;
    `transposed` lets activity return along the edges; `lanes` is that of :func:`lanes_for` a batch,
    `number` the name of the network's type.
    """
    lines = [
        f"IMPLICIT, ONLINE, TRANSPOSED = {implicit}, {rule is not None}, {transposed}",
        *_neuron(dynamics, lanes, number),
        *_nudge(cost),
        _scalar("rule", "pre, post, dpre, dpost, w", rule),
        _scalar(
            "leak", "w_out, w_out_abs, params, j, b", dynamics.leak if implicit else None, tuple(dynamics.defaults)
        ),
        _node_function("slope_I", dynamics, dynamics.slope("I") if transposed else None),
        _sent_function("transfer_slope", dynamics, dynamics.transfer_slope if transposed else None),
        _project(dynamics.box),
        _learn_whole(lanes if lanes < WIDE else NARROW),
    ]
    names = (
        "lanes_of", "carved", "load", "record", "learn", "linearise_at_anchor", "anchor_deviation", "compare",
        "partition", "advance", "phase",
    )  # fmt: skip
    return _compiled(lines, tuple(getattr(phase_loop, name) for name in names), _nrt=False)


@lru_cache(maxsize=256)
def gauss_seidel_kernel(dynamics: Dynamics, cost: CostForm, transposed: bool, lanes: int, number: str) -> Kernel:
    """Compile the loop of :mod:`neurograph.kernels.gauss_seidel`; the rest is as in :func:`phase_kernel`."""
    leak = dynamics.leak
    lines = [
        f"LINEAR, TRANSPOSED = {leak is not None}, {transposed}",
        f"TRIALS = {gauss_seidel_loop.TRIALS}",
        *_neuron(dynamics, lanes, number),
        *_nudge(cost, slopes=True),
        _scalar("leak", "w_out, w_out_abs, params, j, b", leak, tuple(dynamics.defaults)),
        *_slopes(dynamics),
        _project(dynamics.box),
        _pressed(dynamics.box),
    ]
    shared = ("lanes_of", "load", "linearise_at_anchor", "anchor_deviation", "partition")
    names = ("transposed_term", "update_feedback", "joined", "resting", "relax_node", "measure", "gauss_seidel")
    loops = (*(getattr(phase_loop, name) for name in shared), *(getattr(gauss_seidel_loop, name) for name in names))
    return _compiled(lines, loops)


@lru_cache(maxsize=256)
def response_kernel(dynamics: Dynamics, lanes: int, number: str) -> Kernel:
    """Compile the loop of :mod:`neurograph.kernels.response` for a dynamics."""
    lines = [*_neuron(dynamics, lanes, number), *_slopes(dynamics), _pressed(dynamics.box)]
    names = ("linearise", "lifted", "relax", "solving", "sweep", "response")
    return _compiled(lines, (phase_loop.lanes_of, *(getattr(response_loop, name) for name in names)))


@lru_cache(maxsize=256)
def readout_kernel(rule: Expression, one_beta: bool, number: str) -> Kernel:
    """Compile the loop of :mod:`neurograph.kernels.readout`, for samples of one nudging strength or of their own.

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
    lines = [*_functions(number), f"def rule(tables, i, j, sample, w, beta):\n    {body}\n"]
    return _compiled(lines, (readout_loop.readout,), fastmath={"reassoc", "arcp"})


@lru_cache(maxsize=2)
def unpacking_kernel(name: str) -> Kernel:
    """Compile one of the two loops of :mod:`neurograph.kernels.unpacking`, "unpack" or "multiply"."""
    loops = tuple(getattr(unpacking_loop, inner) for inner in ("peek", "symbol", "number", name))
    return _compiled([f"LONGEST, PEEK = {unpacking_loop.LONGEST}, {unpacking_loop.PEEK}"], loops, _nrt=False)


def readout_tables(rule: Expression) -> tuple[str, ...]:
    """Name what a rule reads, each once for both ends of an edge: its symbols without ``pre_`` and ``post_``."""
    names = {_table(name) for name in rule.symbols - {"w", "beta"}}
    return tuple(sorted(names | ({"leak_abs"} if "leak" in names else set())))


def _table(symbol: str) -> str:
    return symbol.removeprefix("pre_").removeprefix("post_")


def lanes_for(batch: int, edges: int) -> int:
    """Return how many samples of a batch move together at most, in a network of so many edges."""
    if batch == 1 and edges >= LARGE:
        return 1
    return NARROW if batch <= MOST_NARROW else WIDE


def _neuron(dynamics: Dynamics, lanes: int, number: str) -> list[str]:
    """Write what every loop over a dynamics needs."""
    constants = ("CONVERGED", "STEP_LIMIT", "DIVERGED", "LARGEST", "LINE", "BLOCK", "LEFT", "EVERY")
    return [
        f"LANES, NARROW, PLAIN = {lanes}, {lanes < WIDE}, {dynamics.transfer.strip() == 's'}",
        *(f"{name} = {getattr(phase_loop, name)!r}" for name in constants),
        *_functions(number),
        _node_function("drift", dynamics, dynamics.drift_equation),
        _sent_function("transfer", dynamics, dynamics.transfer_equation),
        *gathering(lanes, lanes < WIDE),
    ]


def _nudge(cost: CostForm, slopes: bool = False) -> list[str]:
    """Write the force of a cost on an output, and with `slopes` its derivatives."""
    lines = [f"COUPLED, STIFFNESS = {cost.normaliser is not None}, {cost.stiffness or 0.0!r}"]
    force, levels = cost.force, cost.normaliser
    equations: dict[str, Expression | None] = {"force": force}
    if slopes:
        equations["force_slope"] = force.derivative("s")
        equations["force_coupling"] = force.derivative("log_share") if levels else None
    for name, equation in equations.items():
        lines.append(_scalar(name, "s, y, log_share, cost", equation, cost.names, "R(cost[{}])"))
    own = {"normaliser": levels, "normaliser_slope": levels.derivative("s") if levels and slopes else None}
    return lines + [_scalar(name, "s, cost", equation, cost.names, "R(cost[{}])") for name, equation in own.items()]


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


def _functions(number: str) -> tuple[str, str]:
    """Write the functions that equations call, and the type `R` that their constants have."""
    return f"R = np.{number}", ast.unparse(_Constants().visit(ast.parse(SCALAR_FUNCTIONS)))


def _text(equation: Expression) -> str:
    return ast.unparse(_Constants().visit(copy.deepcopy(equation.tree)))


class _Constants(ast.NodeTransformer):
    """Return constants the network's type: a float64 among float32 numbers would make float64 of them all."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Call(ast.Name("R", ast.Load()), [node], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        whole = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and type(node.right.value) is int
        node.left = self.visit(node.left)
        node.right = node.right if whole else self.visit(node.right)
        return node


def _scalar(
    name: str,
    arguments: str,
    equation: Expression | None,
    parameters: tuple[str, ...] = (),
    read: str = "params[j, {}]",
) -> str:
    """Write an equation as a scalar function; without one it gives 0 and is never called."""
    if equation is None:
        return f"def {name}({arguments}):\n    return 0.0\n"
    used = {p: read.format(k) for k, p in enumerate(parameters) if p in equation.symbols}
    # All at once: one of them may be called j or params.
    reads = [f"{', '.join(used)}, = {', '.join(used.values())},"] if used else []
    return "\n    ".join([f"def {name}({arguments}):", *reads, f"return {_text(equation)}"]) + "\n"


def _project(box: tuple[float, float] | None) -> str:
    inside = "s" if box is None else f"clip(s, {_number(box[0])}, {_number(box[1])})"
    return f"def project(s):\n    return {inside}\n"


def _pressed(box: tuple[float, float] | None) -> str:
    """Return on which side the drift presses a node against its box: -1, 1, or 0 where it does not."""
    low, high = map(_number, box or (-float("inf"), float("inf")))
    side = f"-1.0 if s <= {low} and moving < 0.0 else (1.0 if s >= {high} and moving > 0.0 else 0.0)"
    return f"def pressed(s, moving):\n    return {'0.0' if box is None else side}\n"


def _number(value: float) -> str:
    return f"R({value!r})" if abs(value) < float("inf") else ("R(inf)" if value > 0 else "R(-inf)")


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
            f"# {OPTIONS}, {INLINED}, {BY_NAME}, {more}",
            "from math import cos, exp, inf, log, sin, sqrt\n",
            "import numpy as np\n",
            *lines,
        ]
        + [inspect.getsource(loop) + "\n" for loop in loops]
    )
    link()
    module = _imported(text)
    import numba

    for name, function in list(vars(module).items()):
        if inspect.isfunction(function) and function.__module__ == module.__name__:
            whole = {"cache": True, **OPTIONS} if name == loops[-1].__name__ else {**INLINED, **BY_NAME.get(name, {})}
            setattr(module, name, numba.njit(**whole, **more)(function))
    kernel: Kernel = getattr(module, loops[-1].__name__)
    return kernel


def _imported(text: str) -> ModuleType:
    name = "neurograph_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:24]
    path = cache_folder() / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_whole([path], [text.encode()])
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import the kernel {path}")
    module = importlib.util.module_from_spec(spec)
    for machine_code in path.parent.glob(f"__pycache__/{name}*.nb[ic]"):
        if machine_code.stat().st_size == 0:  # a full disk leaves these, and numba would not read them
            machine_code.unlink()
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
