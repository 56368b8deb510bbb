"""DEEP on the logic tasks: the paper's arithmetic, and a recipe that learns from nearly every seed.

``python -m models.farinha_2020`` trains 200 networks a row and prints a table beside the published arithmetic's, in
about a quarter of an hour on two cores; ``--seeds 20`` gives a first impression in two minutes.
"""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import binom

import neurograph as ng
from neurograph.equations.costs import wrong
from neurograph.training.state import TrainingState

SOURCE = (
    'M. Farinha, S. Pequito, P. Santos, M. Figueiredo, "Equilibrium Propagation for Complete Directed Neural '
    'Networks", ESANN 2020, arXiv 2006.08798; the extra leak of the improved recipe: Costa, Santos, "Directed '
    'Equilibrium Propagation Revisited", Mathematics 13(11) 1866, 2025'
)

EXPECTED = {
    ("published", "deep", 1): {"xor": 0.25, "and": 0.995, "or": 1.0, "not": 1.0, "identity": 1.0},
    ("published", "deep", 2): {"xor": 0.10, "and": 1.0, "or": 1.0, "not": 1.0, "identity": 1.0},
    ("published", "vector field", 1): {"xor": 0.18, "and": 1.0, "or": 1.0, "not": 1.0, "identity": 1.0},
}
"""Share of 200 seeds that the published arithmetic gets right, by recipe, model and number of outputs."""

DIFFERENCES = (
    "The published recipe is the published arithmetic, step for step. The improved one keeps the graph and a local "
    "rule of two phases, and changes the leak (absolute, plus 0.3: a contraction whatever the weights), the rule (its "
    "second term, the weight's effect on its presynaptic node's leak), the first weights (N(0, 0.2), those from "
    "clamped nodes their sizes, threefold), the step (one pattern at a time in a new order each epoch, momentum, "
    "bounded, L1), the phases (semi-implicit, until they are at rest, from the pattern's last state) and the end "
    "(at a cost of 0.02, after at most 1000 epochs instead of after 200)."
)

TASKS = ("xor", "and", "or", "not", "identity")


@dataclass(frozen=True)
class Case:
    """One row of the table: what is trained, on what, and how."""

    recipe: str = "improved"
    model: str = "deep"
    task: str = "xor"
    hidden: int = 5
    outputs: int = 1

    def data(self) -> tuple[Any, Any]:
        """Give x and y; two outputs are one-hot."""
        return ng.tasks.logic(self.task, one_hot=self.outputs == 2)

    @property
    def expected(self) -> float | None:
        """Share of seeds that the published arithmetic gets right."""
        row = EXPECTED.get((self.recipe, self.model, self.outputs), {})
        return row.get(self.task) if self.hidden == (2 if self.outputs == 2 else 5) else None


def build(seed: int, case: Case | None = None) -> ng.Network:
    """Build the complete digraph of a case, with its first weights."""
    case = case or Case()
    x, _ = case.data()
    vector_field = case.model == "vector field"
    graph = ng.topologies.complete(
        inputs=x.shape[1],
        hidden=case.hidden,
        outputs=case.outputs,
        bias="neurons" if vector_field else True,
        scale=0.05 if case.recipe == "published" else 0.2,
        seed=seed,
    )
    if case.recipe == "published":
        return ng.compile(graph, ng.dynamics.vector_field() if vector_field else ng.dynamics.deep("signed"))
    for pre, _, edge in graph.edges(data=True):
        if graph.nodes[pre].get("role") in ("input", "bias"):
            edge["weight"] = 3 * abs(edge["weight"])
    return ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.3))


def training(case: Case) -> dict[str, Any]:
    """Give the arguments of :func:`neurograph.train`."""
    if case.recipe == "improved":
        rate = 20.0
        return {
            "rule": ng.rules.deep(),
            "beta": 10.0,
            "optimiser": ng.optimisers.sgd(rate, momentum=0.5, l1=0.0005 / rate, max_step=0.03),
            "start": "warm",
            "epochs": 1000,
            "target_cost": 0.02,
        }
    deep, one_hot = case.model == "deep", case.outputs == 2
    return {
        "rule": ng.rules.stdp() if deep else ng.rules.vector_field(),
        "beta": 1.0 if one_hot else 10.0,
        "optimiser": ng.optimisers.sgd((200.0 if one_hot else 100.0) if deep else 1.0),
        "solver": ng.solvers.Euler(dt=0.05, steps=1000, tol=0),
        "epochs": 200,
        "batch_size": None,
        "start": "uniform",
        "target_cost": None,
    }


@dataclass(frozen=True)
class Outcome:
    """What became of the networks of a case, as shares of the seeds."""

    case: Case
    seeds: int
    last: float
    fresh: float
    wide: float
    certified: float
    finite: float
    epochs: tuple[int, int]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where 95 % of such counts fall if the expected share is the true one."""
        if self.case.expected is None:
            return None
        low, high = binom.ppf((0.025, 0.975), self.seeds, self.case.expected) / self.seeds
        return float(low), float(high)

    @property
    def verdict(self) -> str:
        """Whether the share that is right from a fresh start lies in that interval."""
        if self.interval is None:
            return ""
        return "inside" if self.interval[0] <= self.fresh <= self.interval[1] else "OUTSIDE"


def run(case: Case, seeds: int = 200, n_jobs: int = 1, first: int = 0) -> Outcome:
    """Train a network from each seed, and see whether it answers right, from where, and what is proved of it."""
    x, y = case.data()
    numbers = range(first, first + seeds)
    fits = ng.train(partial(build, case=case), x, y, seed=numbers, n_jobs=n_jobs, progress=False, **training(case))
    judged = np.array([_judged(fit, case, seed) for fit, seed in zip(fits, numbers, strict=True)], float)
    epochs = [fit.epochs for fit in fits]
    return Outcome(case, seeds, *judged.mean(axis=0).tolist(), (int(np.median(epochs)), max(epochs)))


def _judged(fit: TrainingState, case: Case, seed: int) -> tuple[bool, bool, bool, bool, bool]:
    """Say whether it is right from its last state, a fresh one and ten wide ones, certified, and all finite."""
    x, y = case.data()
    solver = training(case).get("solver", ng.solvers.Euler())
    rng = np.random.default_rng(1_000_000 + seed)
    wide = [rng.uniform(size=fit.state.shape) for _ in range(10)]

    def right(start: Any) -> bool:
        settled = ng.settle(fit.network, x, solver=solver, start=start, seed=rng)
        return not bool(wrong(settled.outputs, y).any())

    proved = any(
        certificate.scope == "all inputs"
        and {"exponentially stable", "asymptotically stable"} & set(certificate.claims)
        for certificate in ng.certify(fit.network).proved
    )
    numbers = [fit.network.weights, fit.network.biases, fit.state, *fit.history.values()]
    finite = all(np.isfinite(values).all() for values in numbers)
    return right(fit.state), right("uniform"), all(map(right, wide)), proved, finite


def table() -> list[Case]:
    """Give the rows: the published arithmetic, the improved recipe, and other sizes with the same numbers."""
    published = [Case("published", model, task) for model in ("deep", "vector field") for task in TASKS]
    one_hot = [Case("published", "deep", task, hidden=2, outputs=2) for task in TASKS]
    improved = [Case(task=task) for task in TASKS] + [Case(hidden=hidden) for hidden in (3, 8, 16, 32)]
    return published + one_hot + improved + [Case(outputs=2), Case(outputs=2, hidden=2)]


HEADER = (
    f"{'recipe':<10} {'model':<13} {'task':<9} {'hidden':>6} {'out':>3}   {'asked':>6} {'95 % interval':>14} "
    f"{'fresh is':>8}   {'last':>6} {'fresh':>6} {'wide':>6}   {'epochs':>10}   {'certified':>9} {'finite':>6}"
)


def line(outcome: Outcome) -> str:
    """Write an outcome as a line under :data:`HEADER`."""
    case, interval = outcome.case, outcome.interval
    asked = "" if case.expected is None else f"{case.expected:.1%}"
    between = "" if interval is None else f"{interval[0]:.1%} - {interval[1]:.1%}"
    epochs = f"{outcome.epochs[0]}, {outcome.epochs[1]}"
    return (
        f"{case.recipe:<10} {case.model:<13} {case.task:<9} {case.hidden:>6} {case.outputs:>3}   {asked:>6} "
        f"{between:>14} {outcome.verdict:>8}   {outcome.last:>6.1%} {outcome.fresh:>6.1%} {outcome.wide:>6.1%}   "
        f"{epochs:>10}   {outcome.certified:>9.1%} {outcome.finite:>6.0%}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="networks a row (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (default: %(default)s)")
    options = parser.parse_args()
    for paragraph in (SOURCE, DIFFERENCES, f"Shares of {options.seeds} seeds; epochs: median, most."):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    print(HEADER)
    for case in table():
        print(line(run(case, options.seeds, options.jobs)), flush=True)


if __name__ == "__main__":
    main()
