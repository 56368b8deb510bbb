"""
Every rule
==========

Every learning rule on seven small tasks: how often it learns them, and how fast.

``python -m models.every_rule`` trains 20 networks of each rule on each task and prints a table a task, in ten
minutes on one core.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import joblib
import networkx as nx
import numpy as np
from matplotlib.figure import Figure

import neurograph as ng
from models.expected import EXPLAINED, Share, arguments
from neurograph.equations.costs import error

ABOUT = (
    "Complete digraphs; rules that need symmetry have the two edges of each pair tied. Each rule has the network, of "
    "two, in which it did best, and one setting for all tasks. Training stops at a cost of 0.01, or after 500 epochs "
    "(moons and circles: 200). Success: every pattern right from a fresh start; of moons and circles, at least 95 % of "
    "1000 new points. Mixed: every other neuron is of a second population, with an equation of its own. Epochs: until "
    "the answers in training stay as right as that; median of the seeds that succeed."
)

NETWORKS = {
    "deep": (ng.dynamics.deep("absolute", extra_leak=0.3), True, 0.2, ng.solvers.Euler(tol=1e-4, steps=200)),
    "sigmoid": (ng.dynamics.additive("sigmoid"), "neurons", 1.0, ng.solvers.Euler(dt=0.5, tol=1e-4, steps=200)),
}
"""Dynamics, bias, standard deviation of the first weights, solver. With ties, sigmoid neurons rest where an energy is
least, and no neuron is ever silent, which in a box costs the rules that need symmetry half of the seeds."""

SECOND = {
    "deep": ng.dynamics.vector_field(),
    "sigmoid": ng.Dynamics("(-s + sigmoid(I + b))/tau", parameters={"tau": 2.0}, name="slow sigmoid"),
}
"""The second population of a mixed network."""


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
    mixed: bool = False

    @property
    def points(self) -> bool:
        """Whether it is a cloud of points, with others to be judged by, instead of a table of patterns."""
        return self.name != "parity"

    @property
    def most_wrong(self) -> float:
        """Largest share of wrong answers with which it counts as learned."""
        return 0.05 if self.points else 0.0

    def data(self) -> tuple[Any, Any, Any, Any]:
        """Return x and y to learn from, and x and y to be judged by."""
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
    "xor-8 mixed": Task("parity", 2, hidden=8, mixed=True),
}

FIRST = ("xor-5", "parity-3", "parity-4", "xor-8 mixed")
"""Of the quick form."""


EXPECTED = {
    (rule, task): Share(count, 10)
    for rule, counts in {
        "stdp": (10, 8, 0, 0),
        "vector_field": (10, 10, 10, 2),
        "deep": (10, 10, 10, 4),
        "ep": (10, 10, 10, 9),
        "centred_ep": (10, 10, 10, 5),
        "random_sign_ep": (10, 10, 10, 3),
        "contrastive_hebbian": (10, 10, 10, 10),
        "coupled_learning": (10, 10, 10, 10),
        "asymmetric_ep_finite": (10, 10, 10, 10),
        "asymmetric_ep": (10, 10, 10, 9),
    }.items()
    for task, count in zip(TASKS, counts, strict=False)
}
EXPECTED |= {
    (rule, task): Share(count, 20)
    for task, counts in {
        "moons": (0, 1, 0, 8, 7, 4, 7, 9, 18, 19),
        "circles": (0, 8, 4, 20, 17, 17, 19, 20, 19, 20),
    }.items()
    for rule, count in zip(RECIPES, counts, strict=True)
}
EXPECTED |= {(rule, "xor-8 mixed"): Share(9 if rule == "stdp" else 10, 10) for rule, _ in list(EXPECTED)}
"""Networks that succeed, of seeds 100 on, by rule and task, measured with this file."""


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
    graph = ng.topologies.symmetric(graph) if recipe.rule.symmetric else graph
    if not task.mixed:
        return ng.compile(graph, dynamics)
    names = (recipe.network, SECOND[recipe.network].name)
    nx.set_node_attributes(graph, {node: names[k % 2] for k, node in enumerate(graph)}, "population")
    return ng.compile(graph, dict(zip(names, (dynamics, SECOND[recipe.network]), strict=True)))


def training(recipe: Recipe, task: Task) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.train`."""
    return {
        "rule": recipe.rule,
        "beta": recipe.beta,
        "optimiser": ng.optimisers.adam(recipe.rate),
        "solver": NETWORKS[recipe.network][3],
        "epochs": 200 if task.points else 500,
    }


def run(recipe: Recipe, task: Task, seeds: int = 200, n_jobs: int = 1, first: int = 0) -> Cell:
    """Train a network from each seed, and judge them."""
    jobs = map(joblib.delayed(partial(_judged, recipe=recipe, task=task)), range(first, first + seeds))
    accuracy, epochs, finite = np.array(joblib.Parallel(n_jobs)(jobs)).T
    learned = accuracy >= 1.0 - task.most_wrong
    median = float(np.median(epochs[learned])) if learned.any() else np.nan
    return Cell(float(learned.mean()), float(accuracy.mean()), median, bool(finite.all()))


def _judged(seed: int, recipe: Recipe, task: Task) -> tuple[float, float, bool]:
    """Train one network; give its accuracy, the epochs until it stayed right, and whether it is all finite."""
    x, y, x_test, y_test = task.data()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ng.TrainingWarning)  # the table says how many do not learn
            fit = ng.train(build(seed, recipe, task), x, y, seed=seed, progress=False, **training(recipe, task))
    except ng.DivergenceError:
        return 0.0, np.nan, False
    outputs = ng.settle(fit.network, x_test, solver=NETWORKS[recipe.network][3], throw=False).outputs
    wrong = np.flatnonzero(fit.history["error"] > task.most_wrong)
    numbers = (fit.network.weights, fit.network.biases, outputs)
    return 1.0 - error(outputs, y_test), wrong.max(initial=-1) + 2.0, all(np.isfinite(part).all() for part in numbers)


HEADER = f"{'rule':<21}{Share.HEADER}{'epochs':>8}{'accuracy':>10}"


def line(rule: str, task: str, cell: Cell, seeds: int) -> str:
    """Write what became of a rule's networks as a line under :data:`HEADER`; of a new rule nothing is expected."""
    expected = EXPECTED.get((rule, task))
    shown = f"{100.0 * cell.success:>27.1f}{'':>8}" if expected is None else expected.columns(cell.success, seeds)
    epochs = "-" if np.isnan(cell.epochs) else f"{cell.epochs:.0f}"
    return f"{rule:<21}{shown}{epochs:>8}{100.0 * cell.accuracy:>10.1f}"


def drawn(success: dict[str, list[float]], rules: Sequence[str]) -> Figure:
    """Draw how many networks succeed, of each rule on each task."""
    figure = Figure(figsize=(7, 0.35 * len(rules) + 1.4), layout="constrained")
    ax = figure.subplots()
    image = ax.imshow(100.0 * np.array(list(success.values())).T, vmin=0.0, vmax=100.0, cmap="Blues", aspect="auto")
    ax.set(xticks=range(len(success)), xticklabels=success, yticks=range(len(rules)), yticklabels=rules)
    ax.set_title("networks that learn the task")
    figure.colorbar(image, ax=ax, label="%")
    return figure


def main() -> Figure:
    """Print the tables, and draw them."""
    parser = arguments(__doc__, seeds=20, quick=f"one network a row, on {', '.join(FIRST)}")
    parser.add_argument("--rules", nargs="+", choices=RECIPES, default=list(RECIPES), help="rows")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, help="tables (default: all)")
    options = parser.parse_args()
    networks = f"Networks: {', '.join(f'{rule} {RECIPES[rule].network}' for rule in options.rules)}."
    shown = (
        f"Successes in per cent of {options.seeds} networks from seed {options.first} on. {EXPLAINED} {options.quick}"
    )
    for paragraph in (ABOUT, networks, shown):
        print(textwrap.fill(paragraph, 80) + "\n")
    lost, success = [], {}
    for task in options.tasks or (FIRST if options.quick else TASKS):
        print(f"{task}, {TASKS[task].hidden} hidden\n{HEADER}")
        for rule in options.rules:
            cell = run(RECIPES[rule], TASKS[task], options.seeds, options.jobs, options.first)
            print(line(rule, task, cell, options.seeds), flush=True)
            success.setdefault(task, []).append(cell.success)
            lost += [] if cell.finite else [f"{rule} on {task}"]
        print()
    print(f"Not finite: {', '.join(lost) or 'no network'}.")
    figure = drawn(success, options.rules)
    figure.savefig("every_rule.png", dpi=150)
    print("\nWritten to every_rule.png")
    return figure


if __name__ == "__main__":
    figure = main()
