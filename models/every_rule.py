"""Every rule on the small tasks: who learns them, and how fast.

``python -m models.every_rule`` trains 200 networks a cell (20 on moons and circles) and prints the table.
"""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import neurograph as ng
from neurograph.costs import error

ABOUT = (
    "Complete digraphs. Rules that need symmetric weights have every pair of edges tied, leaky linear neurons in a box "
    "and a bias each; the others DEEP with the absolute leak plus 0.3 and a bias node. One setting a rule for all; "
    "training stops at a cost of 0.01. Success: every pattern right; of moons and circles, 90 % of 500 new points."
)

TASKS = {"xor, 5 hidden": 5, "xor, 8 hidden": 8, "parity of 3": 8, "parity of 4": 8, "moons": 8, "circles": 8}
"""Hidden neurons of each task."""


@dataclass(frozen=True)
class Setting:
    """How a rule is trained: its nudging strength and its optimiser."""

    rule: ng.Rule
    beta: float | None = None
    optimiser: Any = field(default_factory=partial(ng.optimisers.adam, 0.02))


SETTINGS = {
    "stdp": Setting(ng.rules.stdp(), beta=10.0),
    "vector field": Setting(ng.rules.vector_field(), beta=10.0),
    "deep": Setting(ng.rules.deep(), beta=10.0),
    "ep": Setting(ng.rules.ep(), beta=2.0),
    "centred ep": Setting(ng.rules.centred_ep(), beta=0.5),
    "random-sign ep": Setting(ng.rules.random_sign_ep(), beta=0.5),
    "contrastive": Setting(ng.rules.contrastive_hebbian()),
    "coupled": Setting(ng.rules.coupled_learning(0.5)),
    "finite exact": Setting(ng.rules.asymmetric_ep(finite=True), beta=0.5),
    "exact": Setting(ng.rules.asymmetric_ep()),
}
"""One column a rule; exact is asymmetric EP, by its linear response."""


@dataclass(frozen=True)
class Cell:
    """What became of the networks of one rule on one task."""

    success: float
    epochs: int
    finite: bool


def data(task: str) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Give what is learned from and what is judged by."""
    if task in ("moons", "circles"):
        made = getattr(ng.tasks, task)
        return made(200, seed=1), made(500, seed=2)
    x, y = ng.tasks.parity(int(task.split()[-1]) if task.startswith("parity") else 2)
    return (x, y), (x, y)


def build(seed: int, task: str, symmetric: bool) -> ng.Network:
    """Build the complete digraph of a task, with ties if the rule needs them."""
    bias = "neurons" if symmetric else True
    graph = ng.topologies.complete(data(task)[0][0].shape[1], TASKS[task], 1, bias=bias, scale=0.2, seed=seed)
    if not symmetric:
        return ng.compile(graph, ng.dynamics.deep(extra_leak=0.3))
    for _, node in graph.nodes(data=True):
        if "bias" in node:
            node["bias"] = 0.2
    return ng.compile(ng.topologies.symmetric(graph), ng.dynamics.vector_field())


def run(name: str, task: str, seeds: int, n_jobs: int = 1) -> Cell:
    """Train a network from each seed, and judge it."""
    setting, ((x, y), judged) = SETTINGS[name], data(task)
    points = len(x) > 16
    fits = ng.train(
        partial(build, task=task, symmetric=setting.rule.symmetric), x, y, rule=setting.rule, beta=setting.beta,
        optimiser=setting.optimiser, solver=ng.solvers.Euler(steps=300, tol=1e-5), batch_size=10 if points else 1,
        epochs=100 if points else 600, seed=range(seeds), n_jobs=n_jobs, progress=False,
    )  # fmt: skip
    wrong = np.array([error(ng.settle(fit.network, judged[0], throw=False).outputs, judged[1]) for fit in fits])
    right = wrong <= (0.1 if points else 0.0)
    epochs = np.median([fit.epochs for fit, good in zip(fits, right, strict=True) if good] or [0])
    finite = all(np.isfinite(fit.network.weights).all() and np.isfinite(fit.state).all() for fit in fits)
    return Cell(float(right.mean()), int(epochs), finite)


def written(cell: Cell) -> str:
    """Write a cell: the share that succeeds, and the median of their epochs."""
    return f"{cell.success:.0%}{f' ({cell.epochs})' if cell.epochs else ''}{'' if cell.finite else '!'}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="networks a cell (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    parser.add_argument("--rules", nargs="+", choices=SETTINGS, default=list(SETTINGS), help="columns")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), help="rows")
    options = parser.parse_args()
    print(textwrap.fill(f"{ABOUT} In brackets: median epochs of those. A ! marks what is not finite.", 118) + "\n")
    print(f"{'':<14}" + "".join(f"{textwrap.shorten(name, 14, placeholder=''):>15}" for name in options.rules))
    for task in options.tasks:
        print(f"{task:<14}", end="", flush=True)
        seeds = min(options.seeds, 20) if task in ("moons", "circles") else options.seeds
        for name in options.rules:
            print(f"{written(run(name, task, seeds, options.jobs)):>15}", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
