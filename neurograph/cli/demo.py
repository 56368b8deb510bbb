"""The main job in one go: train XOR on a directed graph, see what is proved, prune it, write it down."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from neurograph import plots
from neurograph.certificates import Report, certify
from neurograph.equations.costs import wrong
from neurograph.errors import ParameterError
from neurograph.formats import write
from neurograph.formats.run_log import HISTORY, REMOVED, write_history, write_log
from neurograph.graphs.topologies import complete
from neurograph.html import write_page
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.plots.overview import overview
from neurograph.pruning import magnitude
from neurograph.solvers.settle import settle
from neurograph.tasks import logic
from neurograph.training.rounds.prune import Pruning, prune
from neurograph.training.state import TrainingState
from neurograph.training.train import train

X, Y = logic("xor")
RUNS = 20
FRACTIONS = tuple(k / 100 for k in range(95, -1, -5))


@dataclass(frozen=True)
class Stage:
    """One line of the demo's table."""

    name: str
    network: Network
    right: int
    report: Report


def demo(folder: Path, seed: int = 0) -> tuple[list[Stage], list[Path]]:
    """Run the demo, and return the stages of its table and the files that it wrote into `folder`.

    Raises
    ------
    ParameterError
        If `folder` is no folder and cannot be made, or not be written in; or `seed` is not a whole number >= 0.
    """
    with _draft(folder) as draft:  # so that a run that is stopped leaves no unfinished file
        fits = train(_drawn, X, Y, seed=range(seed, seed + RUNS))
        trained = fits[0].network
        pruning = _pruned(trained)
        stages = [_stage("as drawn", _drawn(seed)), _stage("trained", trained), _stage("pruned", pruning.network)]
        files = _written(Path(draft), fits, pruning, stages[-1].report)
        return stages, [file.replace(folder / file.name) for file in files]


def _draft(folder: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=folder, prefix=".")
    except OSError as error:
        raise ParameterError(
            f"folder is {str(folder)!r}, which cannot be made or written in ({error.strerror}): expected a folder, "
            "or a place where one can be made"
        ) from error


def _drawn(seed: int) -> Network:
    return compile(complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed))


def _written(folder: Path, fits: list[TrainingState], pruning: Pruning, report: Report) -> list[Path]:
    """Write the page, the graphs, what happened to them, and the pictures."""
    trained, pruned = fits[0].network, pruning.network
    history, removed = fits[0].history, pruning.removed
    files = [
        write_page(pruned, folder / "report.html", report=report, history=history, removed=removed),
        write(trained, folder / "trained.json"),
        write(pruned, folder / "pruned.json"),
        write(pruned, folder / "pruned.graphml"),
        write_history(folder / HISTORY, history),
        write_log(folder / REMOVED, removed),
    ]
    figures = {
        "overview.png": overview(fits, pruned, X, Y),
        "weights.png": plots.weights(trained),
        "decision.png": plots.decision(trained, x=X, y=Y),
        "convergence.png": plots.convergence(trained, X, Y, sample=1),
        "cost.png": plots.cost(fits),
        "network.png": plots.network(pruned),
    }
    for name, figure in figures.items():
        figure.savefig(folder / name)
        files.append(folder / name)
    return files


def _stage(name: str, network: Network) -> Stage:
    right = ~wrong(settle(network, X).outputs, Y)
    return Stage(name, network, int(right.sum()), certify(network, X))


def _pruned(network: Network) -> Pruning:
    """Prune as many of the smallest weights as leave every answer right."""
    for fraction in FRACTIONS:
        pruning = prune(network, magnitude(fraction=fraction), progress=False)
        if not wrong(settle(pruning.network, X).outputs, Y).any():
            break
    return pruning
