"""Every result that a function of neurograph returns has a card: closed, escaped, and never an error."""

import dataclasses
import inspect
import re
import types
import typing

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.drawing.card import Carded
from neurograph.drawing.embedded import Page
from tests.drawing.checked_html import read

X, Y = ng.tasks.logic("xor")
EVIL = "<script>alert('h0')</script>"


def graph(**sizes):
    built = ng.topologies.complete(**{"inputs": 2, "hidden": 3, "outputs": 1, "bias": True, "seed": 0} | sizes)
    return nx.relabel_nodes(built, {"h0": EVIL, "x0": "<x0>", "y0": "<y0>"})


NETWORK = ng.compile(graph())
NO_EDGES = NETWORK.without_edges(np.arange(NETWORK.weights.size))
BINARY = ng.compile(ng.topologies.symmetric(graph(inputs=0, outputs=2, bias=False)), ng.dynamics.binary())
UNITARY = ng.compile(ng.topologies.unitary(1, 4, 2, seed=0), ng.dynamics.unitary())
ADAPTING = ng.compile(graph(), ng.Dynamics("-s + tanh(I + b - a)", variables={"a": "(s - a)/5"}))
BLOWS_UP = ng.compile(graph(), ng.Dynamics("s**2 + 1"))
TRAINING = {"seed": 0, "progress": False}


def fitted(network=NETWORK, epochs=3, **options):
    return ng.train(network, X, Y, epochs=epochs, **{**TRAINING, **options})


def with_history(epochs, value):
    fit = fitted()
    return dataclasses.replace(fit, history={name: np.full(epochs, value) for name in fit.history})


def certified():
    return ng.certify(NETWORK, X)


def sequences():
    return np.zeros((2, 5, 1))


EXAMPLES = {
    "network": lambda: NETWORK,
    "network without edges": lambda: NO_EDGES,
    "binary network": lambda: BINARY,
    "unitary network": lambda: UNITARY,
    "network with variables": lambda: ADAPTING,
    "float32": lambda: ng.compile(graph(), dtype=np.float32),
    "fit": fitted,
    "fit without epochs": lambda: with_history(0, 0.0),
    "fit of NaN": lambda: with_history(3, np.nan),
    "fit that validates, prunes and grows": lambda: fitted(
        validation=0.25, pruner=ng.pruning.magnitude(0.1), grower=ng.growth.random()
    ),
    "trial of a sweep": lambda: ng.sweep(NETWORK, X, Y, {"batch_size": [2]}, epochs=2, progress=False)[0],
    "pruning": lambda: ng.prune(NETWORK, ng.pruning.magnitude(0.9), X, Y),
    "pruning of nothing": lambda: ng.prune(NO_EDGES, ng.pruning.magnitude(0.5)),
    "log": lambda: ng.prune(NETWORK, ng.pruning.magnitude(0.9)).removed,
    "growth": lambda: ng.grow(NO_EDGES, ng.growth.random(count=5), seed=0),
    "equilibrium": lambda: ng.settle(NETWORK, X),
    "equilibrium of many samples": lambda: ng.settle(NETWORK, np.random.default_rng(0).random((30, 2))),
    "diverged": lambda: ng.settle(BLOWS_UP, X, solver=ng.solvers.Euler(dt=0.5, steps=50), throw=False),
    "simulation": lambda: ng.simulate(NETWORK, lambda t: [[t, 1.0]], dt=0.1, duration=1.0),
    "simulation of sequences": lambda: ng.simulate(UNITARY, sequences()),
    "samples": lambda: ng.sample(BINARY, samples=20, chains=2, seed=0),
    "one sample": lambda: ng.sample(BINARY, samples=1, chains=1, seed=0),
    "distribution": lambda: ng.exact_distribution(BINARY),
    "report": certified,
    "report of a unitary network": lambda: ng.certify(UNITARY),
    "certificate": lambda: certified()["absolute_leak"],
    "certificate that says nothing": lambda: certified()["energy"],
    "trial": lambda: ng.certificates.try_out(certified(), NETWORK, X, dt=0.1, duration=1.0, seed=0),
    "region": lambda: ng.characterise(NETWORK, X[1]),
    "union of regions": lambda: ng.regions.union([ng.characterise(NETWORK, X[1])]),
    "metrics": lambda: ng.graph_metrics(NETWORK, NO_EDGES, samples=2),
    "gradient check": lambda: ng.gradient_check(NETWORK, X, Y, seed=0),
    "quantised": lambda: ng.quantise(NETWORK, levels=4),
    "compression": lambda: ng.compression_report(NETWORK),
}


@pytest.fixture(scope="module")
def shown():
    """Make each example once."""
    made = {}
    return lambda name: made.setdefault(name, EXAMPLES[name]())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_card_is_closed_and_escaped_and_says_what_the_repr_says(name, shown):
    thing = shown(name)
    html = thing._repr_html_()
    page = read(html)
    assert type(thing).__name__ in page.texts
    assert thing._repr_html_() == html
    assert len(html) < 100_000
    if isinstance(thing, Carded):
        line = " ".join(repr(thing).split())
        assert f"{page.texts[0]}({page.texts[2] if line.count('(') and page.texts[2:] else ''})" == line


def test_nothing_is_settled_simulated_or_trained_to_be_shown(shown, monkeypatch):
    things = [shown(name) for name in EXAMPLES]
    for module in (ng.solvers.Euler, ng.solvers.Auto, ng.solvers.Newton):
        monkeypatch.setattr(module, "solve", None)
    monkeypatch.setattr("neurograph.kernels.engine.run", None)
    for thing in things:
        thing._repr_html_()


def returned(function):
    """Return the classes that a function says it returns."""
    try:
        found = eval(function.__annotations__["return"], inspect.unwrap(function).__globals__)
    except TypeError:  # nx.DiGraph[Any] is an annotation alone
        return
    parts = [found]
    while parts:
        one = parts.pop()
        parts += typing.get_args(one)
        if (
            isinstance(one, type)
            and not isinstance(one, types.GenericAlias)
            and one.__module__.startswith("neurograph")
        ):
            yield one


def test_every_result_of_a_function_at_the_top_has_a_card_and_is_among_the_examples(shown):
    functions = [thing for thing in (getattr(ng, name) for name in ng.__all__) if inspect.isfunction(thing)]
    found = {one for function in functions for one in returned(function)} - {ng.graphs.edge_table.EdgeTable}
    assert {ng.Network, ng.TrainingState, ng.Report, ng.Equilibrium, ng.InputRegion, Page} <= found
    assert all(hasattr(one, "_repr_html_") for one in found)
    assert found - {Page} <= {type(shown(name)) for name in EXAMPLES}


def rows(thing):
    return read(thing._repr_html_()).rows


def test_the_numbers_of_tables_are_those_of_the_results(shown):
    settled = shown("equilibrium of many samples")
    table = rows(settled)
    assert table[0] == ["sample", "status", "steps", "residual", "<y0>"]
    assert table[3] == ["2", "converged", *(f"{one[2]:.4g}" for one in (settled.steps, settled.residual)),
                        f"{settled.outputs[2, 0]:.4g}"]  # fmt: skip
    assert table[-1] == ["... and 20 more"]
    report = shown("report")
    assert [row[:2] for row in rows(report)[1:]] == [
        [one.name, str(one.verdict)] for one in report if f"\n{one.name} " in str(report)
    ]
    pruning = shown("pruning")
    first = pruning.removed[0]
    assert [*first.edge, f"{first.weight:.4g}", f"{first.score:.4g}", "0", first.reason] in rows(pruning)
    assert [f"... and {len(pruning.removed) - 10} more"] in rows(pruning)
    assert ["1", str(pruning.network.weights.size)] in [row[:2] for row in rows(pruning)]
    metrics = shown("metrics")
    (edges,) = (row for row in rows(metrics) if row[0].endswith(" edges"))
    assert [edges[1], edges[4]] == [str(int(one["edges"].value)) for one in metrics.graphs.values()]
    compression = shown("compression")
    assert {row[0]: row[1] for row in rows(compression)[1:]}["packed"] == f"{compression.float32['packed']:,}"
    region = shown("region")
    assert ["<x0>", *(f"{end[0]:.4g}" for end in (*region.box, region.x0))] in rows(region)
    samples = shown("samples")
    place = samples.network.nodes.index("y1")
    assert ["y1", f"{samples.marginals[place]:.4g}"] in rows(samples)


def test_what_learns_and_runs_has_its_curves_and_what_came_is_listed(shown):
    for name, line in (("fit", "cost"), ("trial of a sweep", "cost"), ("simulation", "<y0>"), ("trial", "sample 0")):
        page = read(shown(name)._repr_html_())
        assert page.tags.count("svg") == 1, name
        assert line in page.texts, name
    assert [row[:2] for row in rows(shown("growth"))[-5:]] == [[*one.edge] for one in shown("growth").added]


def test_what_is_printed_is_in_the_card(shown):
    """The sentences of a report, a certificate and a region are written once."""
    for name in ("report", "certificate", "region", "compression", "metrics"):
        text = " ".join(read(shown(name)._repr_html_()).text.replace(",", "").split())
        words = {word.strip(".,:;()[]-") for word in re.sub(r"^\w+\(", "", str(shown(name))).split()} - {""}
        assert {word for word in words if word.replace(",", "") not in text} <= {"in", "Box"}, name
