"""The main job in one go: train XOR on a directed graph, see what is proved, prune it, write it down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neurograph import plots
from neurograph.certificates import Report, certify
from neurograph.costs import wrong
from neurograph.formats import write
from neurograph.network import Network, compile
from neurograph.plots.overview import overview
from neurograph.pruning import magnitude, prune
from neurograph.settling import settle
from neurograph.tasks import logic
from neurograph.topologies import complete
from neurograph.training import train

RUNS = 20
FRACTIONS = tuple(k / 100 for k in range(95, 0, -5))


@dataclass(frozen=True)
class Stage:
    """One line of the demo's table."""

    name: str
    network: Network
    right: int
    report: Report


def demo(folder: Path, seed: int = 0) -> tuple[list[Stage], list[Path]]:
    """Run the demo; give the stages of its table and the files that it wrote into `folder`."""
    x, y = logic("xor")

    def first(seed: int) -> Network:
        return compile(complete(inputs=2, hidden=5, outputs=1, bias=True, seed=seed))

    fits = train(first, x, y, seed=range(seed, seed + RUNS))
    trained = fits[0].network
    pruned = _pruned(trained)
    stages = [
        _stage("as drawn", first(seed)),
        _stage("trained", trained),
        _stage("pruned", pruned),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    files = [
        write(trained, folder / "trained.json"),
        write(pruned, folder / "pruned.json"),
        write(pruned, folder / "pruned.graphml"),
    ]
    figures = {
        "overview.png": overview(fits, pruned, x, y),
        "weights.png": plots.weights(trained),
        "decision.png": plots.decision(trained, x=x, y=y),
        "convergence.png": plots.convergence(trained, x, y),
        "cost.png": plots.cost(fits),
        "network.png": plots.network(pruned),
    }
    for name, figure in figures.items():
        figure.savefig(folder / name)
        files.append(folder / name)
    return stages, files


def _stage(name: str, network: Network) -> Stage:
    x, y = logic("xor")
    answers = settle(network, x).outputs
    return Stage(name, network, int((~wrong(answers, y)).sum()), certify(network, x))


def _pruned(network: Network) -> Network:
    """Take as many of the smallest weights away as leave every answer right."""
    x, y = logic("xor")
    for fraction in FRACTIONS:
        smaller = prune(network, magnitude(fraction=fraction)).network
        if not wrong(settle(smaller, x).outputs, y).any():
            return smaller
    return network
