"""Every learning rule on six small tasks: how often it learns them, and how fast.

``python -m models.every_rule`` trains 200 networks of each rule on XOR and parity, 20 on moons and circles, and prints
the table; ``--seeds 20`` gives a first impression.
"""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import dataclass
from functools import partial
from typing import Any

import joblib
import numpy as np

import neurograph as ng
from neurograph.equations.costs import error

ABOUT = (
    "Complete digraphs; rules that need symmetry have the two edges of each pair tied. Each rule has the network, of "
    "two, in which it did best, and one setting for all tasks. Training stops at a cost of 0.01, or after 500 epochs "
    "(moons and circles: 200). Success: every pattern right from a fresh start; of moons and circles, at least 95 % of "
    "1000 new points. Epochs: until the answers in training stay as right as that; median of the seeds that succeed."
)

NETWORKS = {
    "deep": (ng.dynamics.deep("absolute", extra_leak=0.3), True, 0.2, ng.solvers.Euler(tol=1e-4, steps=200)),
    "sigmoid": (ng.dynamics.additive("sigmoid"), "neurons", 1.0, ng.solvers.Euler(dt=0.5, tol=1e-4, steps=200)),
}
"""Dynamics, bias, standard deviation of the first weights, solver. With ties, sigmoid neurons rest where an energy is
least, and no neuron is ever silent, which in a box costs the rules that need symmetry half of the seeds."""


@dataclass(frozen=True)
class Recipe:
    """How the networks of a rule are made and trained."""

    rule: ng.Rule
    network: str = "sigmoid"
    beta: float | None = None
    rate: float = 0.05


RECIPES = {
    "stdp": Recipe(ng.rules.stdp(), "deep", beta=0.5),
    "vector_field": Recipe(ng.rules.vector_field(), beta=0.5),
    "deep": Recipe(ng.rules.deep(), "deep", beta=2.0, rate=0.03),
    "ep": Recipe(ng.rules.ep(), beta=0.5),
    "centred_ep": Recipe(ng.rules.centred_ep(), beta=0.2),
    "random_sign_ep": Recipe(ng.rules.random_sign_ep(), beta=0.2),
    "contrastive_hebbian": Recipe(ng.rules.contrastive_hebbian()),
    "coupled_learning": Recipe(ng.rules.coupled_learning(0.5)),
    "asymmetric_ep_finite": Recipe(ng.rules.asymmetric_ep(finite=True), beta=0.05),
    "asymmetric_ep": Recipe(ng.rules.asymmetric_ep(), "deep"),
}
"""One row a rule, for every task; a rule that is new in :mod:`neurograph.rules` has the defaults."""

for _name, _make in ng.rules.RULES.items():
    RECIPES.setdefault(_name, Recipe(_make()))


@dataclass(frozen=True)
class Task:
    """What is learned, by how many hidden neurons, and what counts as learned."""

    name: str
    argument: int
    hidden: int

    @property
    def points(self) -> bool:
        """Whether it is a cloud of points, with others to be judged by, instead of a table of patterns."""
        return self.name != "parity"

    @property
    def most_wrong(self) -> float:
        """Largest share of wrong answers with which it counts as learned."""
        return 0.05 if self.points else 0.0

    def data(self) -> tuple[Any, Any, Any, Any]:
        """Give x and y to learn from, and x and y to be judged by."""
        make = getattr(ng.tasks, self.name)
        if self.points:
            return *make(self.argument, seed=1), *make(1000, seed=2)
        return *make(self.argument), *make(self.argument)


TASKS = {
    "xor-5": Task("parity", 2, hidden=5),
    "xor-8": Task("parity", 2, hidden=8),
    "parity-3": Task("parity", 3, hidden=8),
    "parity-4": Task("parity", 4, hidden=8),
    "moons": Task("moons", 200, hidden=16),
    "circles": Task("circles", 200, hidden=16),
}


@dataclass(frozen=True)
class Cell:
    """What became of the networks of one rule on one task."""

    success: float
    accuracy: float
    epochs: float
    finite: bool


def build(seed: int, recipe: Recipe, task: Task) -> ng.Network:
    """Build the complete digraph of a task, with its first weights, and ties if the rule needs them."""
    dynamics, bias, scale, _ = NETWORKS[recipe.network]
    inputs = task.data()[0].shape[1]
    graph = ng.topologies.complete(inputs, task.hidden, 1, bias=bias, scale=scale, seed=seed)
    return ng.compile(ng.topologies.symmetric(graph) if recipe.rule.symmetric else graph, dynamics)


def training(recipe: Recipe, task: Task) -> dict[str, Any]:
    """Give the arguments of :func:`neurograph.train`."""
    return {
        "rule": recipe.rule,
        "beta": recipe.beta,
        "optimiser": ng.optimisers.adam(recipe.rate),
        "solver": NETWORKS[recipe.network][3],
        "epochs": 200 if task.points else 500,
    }


def run(recipe: Recipe, task: Task, seeds: int = 200, n_jobs: int = 1) -> Cell:
    """Train a network from each seed, and judge them."""
    jobs = map(joblib.delayed(partial(_judged, recipe=recipe, task=task)), range(seeds))
    accuracy, epochs, finite = np.array(joblib.Parallel(n_jobs)(jobs)).T
    learned = accuracy >= 1.0 - task.most_wrong
    median = float(np.median(epochs[learned])) if learned.any() else np.nan
    return Cell(float(learned.mean()), float(accuracy.mean()), median, bool(finite.all()))


def _judged(seed: int, recipe: Recipe, task: Task) -> tuple[float, float, bool]:
    """Train one network; give its accuracy, the epochs until it stayed right, and whether it is all finite."""
    x, y, x_test, y_test = task.data()
    try:
        fit = ng.train(build(seed, recipe, task), x, y, seed=seed, progress=False, **training(recipe, task))
    except ng.DivergenceError:
        return 0.0, np.nan, False
    outputs = ng.settle(fit.network, x_test, solver=NETWORKS[recipe.network][3], throw=False).outputs
    wrong = np.flatnonzero(fit.history["error"] > task.most_wrong)
    numbers = (fit.network.weights, fit.network.biases, outputs)
    return 1.0 - error(outputs, y_test), wrong.max(initial=-1) + 2.0, all(np.isfinite(part).all() for part in numbers)


def table(cells: dict[tuple[str, str], Cell], rules: list[str], tasks: list[str]) -> str:
    """Write the table: each rule a column, and for each task its success, its epochs and, of points, its accuracy."""
    heads = {rule: rule.split("_") for rule in rules}
    widths = {rule: max(8, *(len(word) + 1 for word in heads[rule])) for rule in rules}
    depth = max(len(words) for words in heads.values())

    def row(label: str, words: dict[str, str]) -> str:
        return f"{label:<19}" + "".join(f"{words[rule]:>{widths[rule]}}" for rule in rules)

    lines = [row("", {r: [*heads[r], *[""] * depth][k] for r in rules}) for k in range(depth)]
    for name in tasks:
        one = {rule: cells[rule, name] for rule in rules}
        lines += ["", row(f"{name}, {TASKS[name].hidden} hidden", {r: f"{c.success:.1%}" for r, c in one.items()})]
        if TASKS[name].points:
            lines.append(row("  mean accuracy", {r: f"{c.accuracy:.1%}" for r, c in one.items()}))
        lines.append(row("  epochs", {r: "-" if np.isnan(c.epochs) else f"{c.epochs:.0f}" for r, c in one.items()}))
    lost = [f"{rule} on {task}" for (rule, task), cell in cells.items() if not cell.finite]
    return "\n".join([*lines, "", f"Not finite: {', '.join(lost) or 'no network'}."])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="networks a cell (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    parser.add_argument("--rules", nargs="+", choices=RECIPES, default=list(RECIPES), help="columns")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), help="rows")
    options = parser.parse_args()
    few = min(options.seeds, 20)
    networks = f"Networks: {', '.join(f'{rule} {RECIPES[rule].network}' for rule in options.rules)}."
    counts = f"Shares of {options.seeds} seeds, of moons and circles {few}."
    for paragraph in (ABOUT, networks, counts):
        print(textwrap.fill(paragraph, 118) + "\n", flush=True)
    cells = {
        (rule, task): run(RECIPES[rule], TASKS[task], few if TASKS[task].points else options.seeds, options.jobs)
        for task in options.tasks
        for rule in options.rules
    }
    print(table(cells, options.rules, options.tasks))


if __name__ == "__main__":
    main()
