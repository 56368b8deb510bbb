"""The neurograph command: thin over the public functions."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import neurograph as ng
from neurograph._checks import checked_whole, wrapped
from neurograph.cli.compressing import add_compressing, compress
from neurograph.cli.data import TASKS, accuracy, given_data, network_and_data, no_data, unseen_digits
from neurograph.cli.distributed import START, processes
from neurograph.cli.graphs import NAMED, add_graph, compiled, table_of
from neurograph.cli.messages import in_options
from neurograph.cli.pruner import add_pruner, chosen_grower, chosen_pruner, listed, named
from neurograph.cli.regions import add_characterise, characterise
from neurograph.cli.sampling import add_sampling, sample
from neurograph.cli.simulating import add_simulating, simulate
from neurograph.equations.populations import Populations, each_population
from neurograph.errors import NeurographError, ParameterError
from neurograph.formats import checked_path, checked_place
from neurograph.formats.registry import READ_ALONE, SUFFIXES
from neurograph.formats.run_log import ADDED, HISTORY, REMOVED, result_in, run_in, write_history, write_log
from neurograph.html import checked_page_path
from neurograph.kernels.bindings import how
from neurograph.learning.rules import RULES, SAMPLED_RULES
from neurograph.training.config import DEFAULT_BETA

DEFAULTS = {name: one.default for name, one in inspect.signature(ng.train).parameters.items()}
DEFAULT_BUDGET = inspect.signature(ng.certify).parameters["budget"].default
EVERY_RULE = RULES | SAMPLED_RULES
STEPS, KEPT = asdict(ng.optimisers.adam()), ("beta", "epochs", "target_cost", "checkpoint")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status: 0, 2 after an error (one line on stderr), 130 if interrupted."""
    options = argparse.Namespace()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may have no such letter
    try:
        try:
            options = _parser().parse_args(arguments)
            with warnings.catch_warnings():
                warnings.simplefilter("always", ng.TrainingWarning)
                warnings.showwarning = lambda message, *_: _say(in_options(str(message), options))
                options.run(options)
        finally:
            print(end="", flush=True)
    except NeurographError as error:
        return _failed(in_options(" ".join([str(error), *getattr(error, "__notes__", ())]), options), 2)
    except KeyboardInterrupt:
        kept = getattr(options, "checkpoint", None)
        left = f"the same command goes on from {kept}" if kept and kept.exists() else "nothing was written"
        return _failed(f"interrupted; {left}", 130)
    except OSError as error:
        if error.filename is None:  # it is the output, which Python flushes again, and complains, at its own end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read the output has seen enough
            return 0
        return _failed(f"{error.filename or 'the output'} cannot be used ({error.strerror})", 2)
    return 0


def _failed(message: str, status: int) -> int:
    _say(message)
    return status


def _say(message: str) -> None:
    if sys.stderr is not None:  # print() would take stdout then
        print(f"neurograph: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurograph",
        description="Any directed graph in; a settled, trained, certified and pruned graph out.",
        epilog=f"Begin with: neurograph demo. Graphs are files whose suffix says the format: {SUFFIXES}.",
    )
    parser.add_argument(
        "--version", action="version", version=f"neurograph {ng.__version__} (sums over edges: {how()})"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    adds = (_add_demo, _add_train, _add_certify, _add_characterise, _add_prune, _add_compress, _add_sample)
    for add in (*adds, _add_simulate, _add_show, _add_report, _add_convert):
        add(commands)
    for command in commands.choices.values():
        actions = [one for one in command._actions if one.option_strings]
        command.set_defaults(spelled={one.dest: one.option_strings[-1] for one in actions})
    return parser


def _add(commands: Any, run: Callable[[argparse.Namespace], None], words: str, epilog: str = "") -> Any:
    """Add the command of a function here: `words` say what it does, in the list and in its own help."""
    description = f"{words[0].upper()}{words[1:]}."
    command = commands.add_parser(run.__name__.strip("_"), help=words, description=description, epilog=epilog)
    command.set_defaults(run=run)
    return command


def _add_demo(commands: Any) -> None:
    words = "train a complete digraph on XOR from 20 seeds, certify and prune the first, write its graph and pictures"
    command = _add(commands, _demo, words)
    command.add_argument("--folder", type=Path, default=Path("neurograph-demo"), help="where to (default: %(default)s)")
    command.add_argument("--seed", type=int, default=0, help="of the network that is shown (default: %(default)s)")


def _add_train(commands: Any) -> None:
    example = "neurograph train brain.graphml --data table.csv --epochs 200 -o trained.graphml"
    epilog = f"Examples: neurograph train --task xor -o xor.json; {example}"
    command = _add(commands, _train, "train a graph on a task, and write the trained graph", epilog)
    bare = "graph file; without it, a complete digraph that fits the data, with a bias node"
    add_graph(command, bare, nargs="?")
    _add_data(command)
    command.add_argument("-o", "--output", type=Path, required=True, help="file of the trained graph")
    command.add_argument("--history", type=Path, help="CSV file of cost and errors in each epoch")
    command.add_argument("--checkpoint", type=Path, help="file that keeps the run; the same command goes on from there")
    command.add_argument("--hidden", type=int, default=5, help="hidden neurons without a graph (default: %(default)s)")
    _add_dynamics(command)
    words = f"{listed(RULES)}; of binary neurons {listed(SAMPLED_RULES)}; default: asymmetric_ep, of binary neurons "
    words += "variational_probability_flow; without GRAPH, edges are tied where the rule needs that"
    command.add_argument("--rule", help=words, **named(EVERY_RULE))
    words = f"share the samples of each update among processes, started by {START} and the rest (extra: torch)"
    command.add_argument("--distributed", action="store_true", help=words)
    _add_numbers(command)
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: %(default)s)")


def _add_numbers(command: argparse.ArgumentParser) -> None:
    """Add the numbers of a training run: whatever is not given stays the library's default."""
    for option, name, kind, words in (
        ("--beta", "beta", float, "nudging strength, of rules that have one"),
        ("--rate", "learning_rate", float, "learning rate"),
        ("--decay", "decay", float, "factor of the learning rate from one epoch to the next"),
        ("--max-step", "max_step", float, "largest step of one weight"),
        ("--epochs", "epochs", int, "most epochs"),
        ("--target-cost", "target_cost", float, "stop at this cost"),
        ("--batch", "batch_size", int, "samples an update; 0: all at once"),
    ):
        default = {**DEFAULTS, **STEPS, "beta": DEFAULT_BETA}[name]
        words += f" (default: {'none' if default is None else default})"
        command.add_argument(option, dest=name, type=kind, metavar="N", help=words)


def _add_certify(commands: Any) -> None:
    words = "say what is proved and refuted about a graph's dynamics; with data, also at the equilibria"
    command = _add(commands, _certify, words)
    add_graph(command)
    _add_data(command)
    _add_dynamics(command)
    words = "seconds that all theorems together may take (default: %(default)s)"
    command.add_argument("--budget", type=float, default=DEFAULT_BUDGET, metavar="N", help=words)
    command.add_argument("--radius", action="store_true", help="how far inputs of the data may move, the answer kept")


def _add_characterise(commands: Any) -> None:
    words = "say on what inputs around given ones a network's answer is proved, and which neurons decide"
    command = _add(commands, characterise, words, "Example: neurograph characterise net.json --input x.csv -o x.json")
    add_graph(command)
    add_characterise(command, inspect.signature(ng.characterise).parameters["budget"].default)
    _add_dynamics(command)


def _add_prune(commands: Any) -> None:
    example = "neurograph prune net.json --fraction 0.9 --by saliency --task xor --rounds 5 --retrain 100 -o small.json"
    words = "remove edges from a graph, or rewire it; write it and, with data, train it again and say what it cost"
    command = _add(commands, _prune, words, f"Example: {example}")
    add_graph(command)
    add_pruner(command)
    command.add_argument("--rounds", type=int, default=1, help="how many times (default: %(default)s)")
    command.add_argument("--retrain", type=int, default=0, help="epochs of training after each (default: %(default)s)")
    command.add_argument("--max-drop", type=float, help="end before a round that loses more accuracy than this")
    command.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: %(default)s)")
    _add_data(command)
    command.add_argument("-o", "--output", type=Path, required=True, help="file of the pruned graph")
    command.add_argument("--log", type=Path, help="CSV file of the edges that left")
    command.add_argument("--added", type=Path, help="CSV file of the edges that came, with --grower")


def _add_compress(commands: Any) -> None:
    example = "neurograph compress net.json --levels 16 -o net.packed"
    words = "quantise a graph's weights, write them in few bits, and say what they take in each form"
    command = _add(commands, compress, words, f"Example: {example}")
    add_graph(command)
    add_compressing(command)
    _add_data(command)
    _add_dynamics(command)


def _add_sample(commands: Any) -> None:
    example = "neurograph sample machine.json --samples 5000 --chains 8 -o samples.npz"
    words = "draw states of a graph's binary neurons, some of them held, and write them"
    command = _add(commands, sample, words, f"Example: {example}")
    add_graph(command)
    add_sampling(command, {name: one.default for name, one in inspect.signature(ng.sample).parameters.items()})
    _add_dynamics(command)


def _add_simulate(commands: Any) -> None:
    example = "neurograph simulate net.json --input stimulus.csv --hold 5 -o states.npz"
    words = "run a graph in time, driven by a table of its inputs, and write its states"
    command = _add(commands, simulate, words, f"Example: {example}")
    add_graph(command)
    add_simulating(command)
    _add_dynamics(command)


def _add_show(commands: Any) -> None:
    command = _add(commands, _show, "describe a graph: its nodes, edges and weights; draw it with --picture")
    add_graph(command)
    command.add_argument("--picture", type=Path, help="draw it to this .png, .svg or .pdf file")


def _add_report(commands: Any) -> None:
    words = "make one HTML page of a run's folder: the graph to look at, its certificates, curves and pruning"
    epilog = (
        f"In the folder: a graph file, and if there are {HISTORY} (train --history), {REMOVED} (prune --log) and "
        f"{ADDED} (prune --added). Example: neurograph report neurograph-demo --task xor"
    )
    command = _add(commands, _report, words, epilog)
    command.add_argument("folder", type=Path, help="folder of a run, such as that of the demo")
    command.add_argument("--graph", type=Path, help="graph file; default: pruned, trained, or the only one in FOLDER")
    _add_data(command)
    command.add_argument("-o", "--output", type=Path, help="page to write; default: report.html in FOLDER")


def _add_convert(commands: Any) -> None:
    epilog = (
        f"The suffix says the format: {SUFFIXES}; or, to read alone, {READ_ALONE}. Example: neurograph convert "
        "brain.graphml brain.parquet"
    )
    command = _add(commands, _convert, "read a graph in one format and write it in another", epilog)
    add_graph(command)
    command.add_argument("output", type=Path, help="file of the same graph in another format")


def _add_data(command: argparse.ArgumentParser) -> None:
    data = command.add_mutually_exclusive_group()
    words = f"{listed(TASKS)}; parity is of three bits, moons and circles are 200 points, digits those to learn from"
    data.add_argument("--task", help=words, **named(TASKS))
    data.add_argument("--data", type=Path, help="CSV file whose header names nodes: a column for each input and output")


def _add_dynamics(command: argparse.ArgumentParser) -> None:
    words = f"{listed(NAMED)}, or POPULATION=NAME for each population; default: what the graph carries, else deep"
    command.add_argument("--dynamics", help=words, nargs="+", metavar="NAME")


def _demo(options: argparse.Namespace) -> None:
    from neurograph.cli.demo import demo

    stages, files = demo(options.folder, options.seed)
    print("XOR on a complete digraph with 5 hidden neurons, learned by a local rule\n")
    print(f"  {'':<10}{'right':>6}{'edges':>7}   proved of every input and start")
    for stage in stages:
        print(f"  {stage.name:<10}{stage.right:>4}/4{stage.network.weights.size:>7}   {_proved(stage.report)}")
    print("\n  Pruned: without as many of the smallest weights as leave every answer right,")
    print("  and without the neurons that then reach no output.")
    print(f"\nWritten to {options.folder}{'/' if options.folder.name else ''}:")
    for file in files:
        print(f"  {file.name}")


def _proved(report: ng.Report) -> str:
    """Return the strongest claim for all inputs in a few words."""
    claims = [one for one in report.proved if one.scope == "all inputs"]
    if not claims:
        return "nothing"
    rate = "" if claims[0].rate is None else f" at rate {claims[0].rate:.3g}"
    return f"{claims[0].claims[0]}{rate} ({claims[0].name})"


def _train(options: argparse.Namespace) -> None:
    with processes(options.distributed) as (group, train):
        target = group.together(lambda: checked_path(options.output))
        history = group.together(lambda: options.history and checked_place(options.history))
        network, (x, y) = group.together(lambda: network_and_data(options))
        rule = None if options.rule is None else EVERY_RULE[options.rule]()
        drawn = network.dynamics.kind == "binary"  # the columns of its outputs are the data
        given, numbers = (y, None) if drawn else (x, y), group.together(lambda: _numbers(options))
        fit = train(network, *given, rule=rule, seed=options.seed, **numbers)
        group.first(lambda: _say_and_write(options, fit, target, history, None if drawn else (x, y)))


def _say_and_write(
    options: argparse.Namespace, fit: ng.TrainingState, target: Path, history: Path | None, data: Any
) -> None:
    said = [line for text in (repr(fit), *fit.remarks) for line in wrapped(in_options(text, options), 4)]
    text = "\n".join([*said, accuracy(fit.network, *data)] if data else said)
    if options.task == "digits":
        text += f"\nof those kept for testing: {accuracy(fit.network, *unseen_digits())}"
    if history:
        write_history(history, fit.history)
    print(f"{text}\nWritten to {ng.write(fit.network, target)}")


def _numbers(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of train() that were given."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    numbers: dict[str, Any] = {name: given[name] for name in KEPT if name in given}
    if "batch_size" in given:
        numbers["batch_size"] = checked_whole("--batch", given["batch_size"], 0, "; 0 takes all at once") or None
    steps = {name: given[name] for name in STEPS if name in given}
    return {**numbers, "optimiser": ng.optimisers.adam(**steps)} if steps else numbers


def _certify(options: argparse.Namespace) -> None:
    if options.radius and no_data(options):
        raise ParameterError("--radius is about inputs: expected --task NAME or --data FILE.csv with it")
    network = compiled(options)
    x = None if no_data(options) else given_data(options, network)[0]
    report = ng.certify(network, x, budget=options.budget)
    print(in_options(str(report), options))
    if options.radius:
        print("", *_radius_lines(report, x), sep="\n")


def _radius_lines(report: ng.Report, x: Any) -> list[str]:
    """Return a table of the radii within which answers are certified, a line a certificate that has them."""
    found = {}
    for certificate in report:
        with contextlib.suppress(ng.certificates.NoRadiusError):
            found[certificate.name] = certificate.radius(x)
    if not found:
        return ["No certificate says how far the inputs may move."]
    if len(found) > 1:
        found["best of each"] = np.max(list(found.values()), axis=0)
    head = f"Each input may move by so much, and no answer changes ({len(x)} samples)"
    lines = [head, f"{'certificate':<18}{'least':>10}{'median':>10}{'largest':>10}"]
    for name, radii in found.items():
        numbers = (np.min(radii), np.median(radii), np.max(radii))
        lines.append(f"{name:<18}{''.join(f'{number:>10.3g}' for number in numbers)}")
    return lines


def _prune(options: argparse.Namespace) -> None:
    target, pruner, grower = checked_path(options.output), chosen_pruner(options), chosen_grower(options)
    log, came = (place and checked_place(place) for place in (options.log, options.added))
    if came and grower is None:
        raise ParameterError("--added is given, but nothing comes: expected --grower NAME with it")
    network = compiled(options)
    x, y = (None, None) if no_data(options) else given_data(options, network)
    how = {"rounds": options.rounds, "retrain": options.retrain, "max_drop": options.max_drop, "seed": options.seed}
    pruning = ng.prune(network, pruner, x, y, grower=grower, **how)
    lines = [str(pruning)]
    if x is not None and y is not None:
        lines += [f"before: {accuracy(network, x, y)}", f"after:  {accuracy(pruning.network, x, y)}"]
    if log:
        write_log(log, pruning.removed)
    if came:
        write_log(came, pruning.added)
    print(*lines, f"Written to {ng.write(pruning.network, target)}", sep="\n")


def _show(options: argparse.Namespace) -> None:
    picture = options.picture and checked_place(options.picture, ".png", ".svg", ".pdf")
    network = compiled(options)
    if picture:
        ng.plots.network(network).savefig(picture)
    print(network)
    for name, one in each_population(network.dynamics):
        who = f"{name}: " if isinstance(network.dynamics, Populations) else ""
        print(f"{who}{one}" + (f"   sends {one.transfer}   box {one.box}" if one.kind == "rate" else ""))
    if network.weights.size:
        size = np.abs(network.weights)
        signs = f"{np.sum(network.weights > 0)} positive, {np.sum(network.weights < 0)} negative"
        print(f"weights: {signs}; |w| median {np.median(size):.3g}, largest {size.max():.3g}\nstrongest edges:")
        for k in np.argsort(-size)[:5]:
            pre, post = network.edges[k]
            print(f"  {pre!s:>8} -> {post!s:<8} {network.weights[k]:+.4f}")
    if picture:
        print(f"Drawn to {picture}")


def _report(options: argparse.Namespace) -> None:
    folder = options.folder
    target = checked_page_path(options.output or folder / "report.html")
    source = options.graph or result_in(folder)
    network = compiled(options, source)
    x = None if no_data(options) else given_data(options, network)[0]
    ng.write_page(network, target, report=ng.certify(network, x), **run_in(folder, network.nodes))
    print(*wrapped(f"{source.name}: {network!r}", 4), f"Written to {target}", sep="\n")


def _convert(options: argparse.Namespace) -> None:
    target = checked_path(options.output)
    table = table_of(options)
    print(f"{len(table.nodes)} nodes, {table.pre.size} edges\nWritten to {ng.write(table, target)}")
