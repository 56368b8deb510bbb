"""The neurograph command: thin over the public functions."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurograph as ng
from neurograph.costs import wrong
from neurograph.errors import DataError, NeurographError, ParameterError

RULES = {"deep": ng.rules.deep, "vector_field": ng.rules.vector_field, "stdp": ng.rules.stdp}
DYNAMICS = {
    "deep": lambda: ng.dynamics.deep("absolute", extra_leak=0.3),
    "deep_signed": lambda: ng.dynamics.deep("signed"),
    "vector_field": ng.dynamics.vector_field,
    "tanh": lambda: ng.dynamics.additive("tanh"),
    "sigmoid": lambda: ng.dynamics.additive("sigmoid"),
    "relu": lambda: ng.dynamics.additive("relu"),
    "clip": lambda: ng.dynamics.additive("clip"),
    "hopfield": ng.dynamics.hopfield,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status: 0, 2 after an error, which is said in one line, 130 if interrupted."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except NeurographError as error:
        print(f"neurograph: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("neurograph: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurograph",
        description="Any directed graph in; a settled, trained, certified and pruned graph out.",
        epilog="Begin with: neurograph demo. Graphs are .json (native) or .graphml files.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_train(commands)
    _add_certify(commands)
    _add_prune(commands)
    _add_show(commands)
    return parser


def _add_demo(commands: Any) -> None:
    command = commands.add_parser(
        "demo",
        help="train XOR, see what is proved, prune it, write graph and pictures",
        description="Train a complete digraph with 5 hidden neurons on XOR from 20 seeds, certify and prune the first, "
        "and write its graph and the pictures.",
    )
    command.add_argument("--folder", type=Path, default=Path("neurograph-demo"), help="where to (default: %(default)s)")
    command.add_argument("--seed", type=int, default=0, help="of the network that is shown (default: %(default)s)")
    command.set_defaults(run=_demo)


def _add_train(commands: Any) -> None:
    command = commands.add_parser(
        "train",
        help="train a graph, and write the trained graph",
        description="Train a graph on a task and write the trained graph.",
        epilog="Examples: neurograph train --task xor -o xor.json; "
        "neurograph train brain.graphml --data table.csv --epochs 200 -o trained.graphml",
    )
    command.add_argument(
        "graph",
        type=Path,
        nargs="?",
        help="graph file; without it, a complete digraph that fits the data, with a bias node",
    )
    _add_data(command)
    command.add_argument("-o", "--output", type=Path, required=True, help="file of the trained graph")
    command.add_argument("--hidden", type=int, default=5, help="hidden neurons without a graph (default: %(default)s)")
    command.add_argument("--dynamics", choices=DYNAMICS, help="default: what the graph carries, else deep")
    command.add_argument("--rule", choices=RULES, help="default: what goes with the dynamics")
    command.add_argument("--beta", type=float, default=1.0, help="nudging strength (default: %(default)s)")
    command.add_argument("--rate", type=float, default=1.0, help="learning rate (default: %(default)s)")
    command.add_argument("--max-step", type=float, default=0.2, help="largest step (default: %(default)s)")
    command.add_argument("--epochs", type=int, default=1000, help="most epochs (default: %(default)s)")
    command.add_argument("--until-cost", type=float, default=0.01, help="stop at this cost (default: %(default)s)")
    command.add_argument("--batch", type=int, default=1, help="samples an update; 0: all (default: %(default)s)")
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: %(default)s)")
    command.set_defaults(run=_train)


def _add_certify(commands: Any) -> None:
    command = commands.add_parser(
        "certify",
        help="say what is proved about a graph's dynamics",
        description="Say what is proved and refuted about a graph's dynamics; with data, also at the equilibria.",
    )
    command.add_argument("graph", type=Path, help="graph file")
    _add_data(command)
    command.add_argument("--dynamics", choices=DYNAMICS, help="default: what the graph carries, else deep")
    command.set_defaults(run=_certify)


def _add_prune(commands: Any) -> None:
    command = commands.add_parser(
        "prune",
        help="remove edges from a graph, and write the rest",
        description="Remove edges from a graph and write the rest; say what left and, with data, what it cost.",
    )
    command.add_argument("graph", type=Path, help="graph file")
    how = command.add_mutually_exclusive_group(required=True)
    how.add_argument("--fraction", type=float, help="this share of the smallest weights")
    how.add_argument("--threshold", type=float, help="all weights up to this size")
    how.add_argument(
        "--boltzmann", type=float, metavar="TOLERANCE", help="weights up to this size, drawn as in the paper"
    )
    command.add_argument("--temperature", type=float, default=5.0, help="of --boltzmann (default: %(default)s)")
    command.add_argument("--seed", type=int, default=0, help="of --boltzmann (default: %(default)s)")
    _add_data(command)
    command.add_argument("-o", "--output", type=Path, required=True, help="file of the pruned graph")
    command.add_argument("--log", type=Path, help="CSV file of the edges that left")
    command.set_defaults(run=_prune)


def _add_show(commands: Any) -> None:
    command = commands.add_parser(
        "show",
        help="describe a graph, and draw it",
        description="Describe a graph: its nodes, edges and weights; draw it with --picture.",
    )
    command.add_argument("graph", type=Path, help="graph file")
    command.add_argument("--picture", type=Path, help="draw it to this .png, .svg or .pdf file")
    command.set_defaults(run=_show)


def _add_data(command: argparse.ArgumentParser) -> None:
    data = command.add_mutually_exclusive_group()
    data.add_argument("--task", choices=ng.tasks.TRUTH, help="a logic task")
    data.add_argument("--data", type=Path, help="CSV file whose header names nodes: a column for each input and output")


def _demo(options: argparse.Namespace) -> None:
    from neurograph.demo import demo

    stages, files = demo(options.folder, options.seed)
    print("XOR on a complete digraph with 5 hidden neurons, learned by a local rule\n")
    print(f"  {'':<10}{'right':>6}{'edges':>7}   proved of every input and start")
    for stage in stages:
        print(f"  {stage.name:<10}{stage.right:>4}/4{stage.network.weights.size:>7}   {_proved(stage.report)}")
    print(f"\nWritten to {options.folder}{'/' if options.folder.name else ''}:")
    for file in files:
        print(f"  {file.name}")


def _proved(report: ng.Report) -> str:
    """Give the strongest claim for all inputs in a few words."""
    claims = [one for one in report.proved if one.scope == "all inputs"]
    if not claims:
        return "nothing"
    rate = "" if claims[0].rate is None else f" at rate {claims[0].rate:.3g}"
    return f"{claims[0].claims[0]}{rate} ({claims[0].name})"


def _train(options: argparse.Namespace) -> None:
    network, (x, y) = _network_and_data(options)
    fit = ng.train(
        network, x, y,
        rule=None if options.rule is None else RULES[options.rule](),
        beta=options.beta,
        optimiser=ng.optimisers.sgd(options.rate, max_step=options.max_step),
        epochs=options.epochs,
        batch_size=options.batch or None,
        until_cost=options.until_cost,
        seed=options.seed,
    )  # fmt: skip
    path = ng.write(fit.network, options.output)
    print(fit)
    print(_accuracy(fit.network, x, y))
    print(f"Written to {path}")


def _certify(options: argparse.Namespace) -> None:
    network = _compiled(options.graph, options.dynamics)
    x = None if _no_data(options) else _data(options, network)[0]
    print(ng.certify(network, x))


def _prune(options: argparse.Namespace) -> None:
    network = _compiled(options.graph, None)
    if options.boltzmann is not None:
        pruner: Any = ng.pruning.boltzmann(options.boltzmann, options.temperature)
    else:
        pruner = ng.pruning.magnitude(options.fraction, options.threshold)
    pruning = ng.prune(network, pruner, seed=options.seed)
    path = ng.write(pruning.network, options.output)
    print(pruning)
    if not _no_data(options):
        x, y = _data(options, network)
        print(f"before: {_accuracy(network, x, y)}\nafter:  {_accuracy(pruning.network, x, y)}")
    if options.log is not None:
        _write_log(options.log, pruning.removed)
    print(f"Written to {path}")


def _show(options: argparse.Namespace) -> None:
    network = _compiled(options.graph, None)
    print(network)
    print(f"ds/dt = {network.dynamics.drift}   sends {network.dynamics.transfer}   box {network.dynamics.box}")
    if network.weights.size:
        size = np.abs(network.weights)
        print(
            f"weights: {np.sum(network.weights > 0)} positive, {np.sum(network.weights < 0)} negative; "
            f"|w| median {np.median(size):.3g}, largest {size.max():.3g}"
        )
        print("strongest edges:")
        for k in np.argsort(-size)[:5]:
            pre, post = network.edges[k]
            print(f"  {pre!s:>8} -> {post!s:<8} {network.weights[k]:+.4f}")
    if options.picture is not None:
        ng.plots.network(network).savefig(options.picture)
        print(f"Drawn to {options.picture}")


def _compiled(path: Path, dynamics: str | None) -> ng.Network:
    return ng.compile(ng.read(path), dynamics=None if dynamics is None else DYNAMICS[dynamics]())


def _network_and_data(
    options: argparse.Namespace,
) -> tuple[ng.Network, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    if _no_data(options):
        raise ParameterError("nothing to learn: expected --task NAME or --data FILE.csv")
    if options.graph is not None:
        network = _compiled(options.graph, options.dynamics)
        return network, _data(options, network)
    if options.task is None:
        raise ParameterError("--data needs a graph, for its columns are named after nodes: expected GRAPH")
    x, y = ng.tasks.logic(options.task)
    dynamics = DYNAMICS[options.dynamics or "deep"]()
    graph = ng.topologies.complete(
        inputs=x.shape[1],
        hidden=options.hidden,
        outputs=y.shape[1],
        bias="neurons" if dynamics.uses_bias else True,
        seed=options.seed,
    )
    graph = ng.topologies.symmetric(graph) if dynamics.symmetric else graph
    return ng.compile(graph, dynamics=dynamics), (x, y)


def _no_data(options: argparse.Namespace) -> bool:
    return options.task is None and options.data is None


def _data(options: argparse.Namespace, network: ng.Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return ng.tasks.logic(options.task) if options.task else _read_table(options.data, network)


def _read_table(path: Path, network: ng.Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read a CSV file into x and y, by the labels in its header."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a table: {error}; expected a CSV file with a header") from None
    columns = {name.strip(): place for place, name in enumerate(header)}
    wanted = [network.wiring.inputs, network.wiring.outputs]
    labels = [[str(network.nodes[place]) for place in places] for places in wanted]
    missing = [label for label in labels[0] + labels[1] if label not in columns]
    if missing:
        raise DataError(
            f"{path} has no column {missing[0]!r}: expected one for each of {', '.join(labels[0] + labels[1])}"
        )
    try:
        table = np.array(rows, np.float64)
    except ValueError as error:
        raise DataError(f"{path} holds a cell that is no number, or rows of unequal length: {error}") from None
    if table.ndim != 2:
        raise DataError(f"{path} has a header and no rows: expected one row a sample")
    x, y = (table[:, [columns[label] for label in names]] for names in labels)
    return x, y


def _accuracy(network: ng.Network, x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    right = ~wrong(ng.settle(network, x).outputs, y)
    return f"{right.sum()} of {right.size} samples right"


def _write_log(path: Path, removed: Sequence[Any]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["pre", "post", "weight", "score", "epoch", "reason"])
        rows.writerows([*gone.edge, gone.weight, gone.score, gone.epoch, gone.reason] for gone in removed)


if __name__ == "__main__":
    sys.exit(main())
