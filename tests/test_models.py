import importlib
import itertools
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from models import (
    certified,
    digits_table,
    every_graph,
    every_pruner,
    every_rule,
    farinha_2020,
    gammell_2021,
    laborieux_2021,
    scellier_2017,
    scellier_2018,
    scurria_2026,
)
from models.expected import Mean, Share, arguments
from models.farinha_2020 import Case
from tests.pruning.test_conformance import example


@pytest.mark.parametrize("task", ["and", "or", "not", "identity"])
@pytest.mark.parametrize("model", ["deep", "vector field"])
def test_the_published_arithmetic_learns_what_is_linearly_separable(model, task):
    case = Case("published", model, task)
    outcome = farinha_2020.run(case, seeds=2)
    assert case.expected.verdict(outcome.fresh, outcome.seeds) == "inside"
    assert outcome.last == outcome.fresh == 1.0
    assert outcome.finite == 1.0
    assert outcome.epochs == (200, 200)


def test_the_published_arithmetic_seldom_learns_xor():
    """Of 12 seeds with a success of 25 %, none right is less likely than 4 in 100."""
    outcome = farinha_2020.run(Case("published"), seeds=12)
    assert outcome.case.expected.verdict(outcome.fresh, 12) == "inside"
    assert outcome.case.expected.verdict(0.9, 12) == "OUTSIDE"
    assert outcome.fresh > 0.0
    assert outcome.certified == 0.0


@pytest.mark.parametrize("case", [Case(), Case(hidden=3), Case(hidden=16), Case(outputs=2)], ids=str)
def test_the_improved_recipe_learns_xor_from_every_seed_and_is_certified(case):
    outcome = farinha_2020.run(case, seeds=4, first=100)
    assert outcome.last == outcome.fresh == outcome.wide == 1.0
    assert outcome.certified == 1.0
    assert outcome.finite == 1.0


def test_every_row_of_the_table_can_be_written():
    cases = farinha_2020.table()
    assert len(set(cases)) == len(cases)
    for case in cases:
        shown = farinha_2020.line(farinha_2020.Outcome(case, 200, 1.0, 1.0, 1.0, 1.0, 1.0, (40, 1000)))
        assert len(shown) == len(farinha_2020.HEADER) <= 80
        assert shown.split()[-6] == ("OUTSIDE" if case.expected.count < 0.95 * case.expected.seeds else "inside")


ON_DIGITS = [certified, every_graph, gammell_2021, laborieux_2021, scellier_2017, scellier_2018, scurria_2026]


@pytest.mark.parametrize("model", ON_DIGITS, ids=lambda model: model.__name__)
def test_every_row_of_a_model_of_the_digits_can_be_trained(model):
    """Two epochs of a few samples lower the cost; the accuracies that are expected take minutes."""
    digits = ng.tasks.digits()
    rows = model.table()
    assert [row.name for row in rows] == list(model.EXPECTED)
    for row in rows:
        network = row.build(0)
        assert len(network.inputs) == 64
        assert len(network.outputs) == 10
    few = {**rows[-1].training, "epochs": 2}
    fit = ng.train(rows[-1].build(0), digits.x_train[:200], digits.y_train[:200], seed=0, progress=False, **few)
    assert fit.history["cost"][1] < fit.history["cost"][0]


def test_every_rule_has_a_row_in_the_tables_of_the_small_tasks():
    assert set(ng.rules.RULES) <= set(every_rule.RECIPES)
    assert {rule for rule, _ in every_rule.EXPECTED} == set(every_rule.RECIPES)
    cell = every_rule.Cell(1.0, 1.0, 500.0, True)
    for rule, task in every_rule.EXPECTED:
        assert len(every_rule.line(rule, task, cell, 200)) == len(every_rule.HEADER) <= 80
    lost = every_rule.Cell(0.0, 0.5, np.nan, True)
    assert every_rule.line("new", "xor-5", lost, 5).split() == ["new", "0.0", "-", "50.0"]


@pytest.mark.parametrize("rule", every_rule.RECIPES)
def test_five_networks_of_each_rule_learn_xor_as_often_as_expected(rule):
    cell = every_rule.run(every_rule.RECIPES[rule], every_rule.TASKS["xor-5"], seeds=5)
    assert cell.finite
    assert every_rule.EXPECTED[rule, "xor-5"].verdict(cell.success, 5) == "inside"


def test_the_accuracy_is_that_of_the_test_samples_after_training():
    """By chance 10 % are right; two epochs bring the vector-field rule above 60 %."""
    row = scellier_2018.table()[0]
    row = replace(row, training={**row.training, "epochs": 2})
    measured = digits_table.accuracies(row, [3])
    digits = ng.tasks.digits()
    fit = ng.train(row.build, digits.x_train, digits.y_train, seed=3, progress=False, **row.training)
    outputs = ng.settle(fit.network, digits.x_test, solver=row.training["solver"]).outputs
    right = [np.argmax(answer) == label for answer, label in zip(outputs, digits.y_test, strict=True)]
    assert measured.tolist() == [sum(right) / 360]
    assert measured[0] > 0.6


def test_a_network_with_all_its_epochs_is_inside_the_tolerance_of_one():
    row = scellier_2018.table()[0]
    assert row.expected.verdict(digits_table.accuracies(row, [0])) == "inside"


@pytest.mark.parametrize("count", [1, 5, 20])
def test_of_means_of_networks_drawn_alike_99_in_100_are_inside(count):
    rng = np.random.default_rng(count)
    measured, other = rng.normal(0.9, 0.05, (4000, 10)), rng.normal(0.9, 0.05, (4000, count))
    expected = map(Mean, measured.mean(axis=1), measured.std(axis=1, ddof=1), itertools.repeat(10))
    inside = [mean.verdict(found) == "inside" for mean, found in zip(expected, other, strict=True)]
    assert np.mean(inside) == pytest.approx(0.99, abs=0.006)


@pytest.mark.parametrize("count", [5, 20, 200])
def test_of_shares_of_networks_drawn_alike_at_least_99_in_100_are_inside(count):
    """The chance is drawn as Jeffreys' prior says; of 200, counts are too fine for an interval to be much too wide."""
    rng = np.random.default_rng(count)
    chance = rng.beta(0.5, 0.5, 4000)
    low, high = np.array([Share(of_20, 20).interval(count) for of_20 in range(21)])[rng.binomial(20, chance)].T
    found = rng.binomial(count, chance) / count
    inside = np.mean((low <= found) & (found <= high))
    assert inside > 0.984
    assert count < 200 or inside < 0.997


def test_a_row_says_what_it_is_beside_what_is_expected():
    row = Mean(0.9, 0.02, 16).columns(np.array([0.89, 0.92])).split()
    # Student's 99.5 % point of 15 degrees of freedom is 2.947; 2.947 * 0.02 * sqrt(1/2 + 1/16) = 0.0442.
    assert row == ["90.0", "2.0", "16", "4.4", "90.5", "2.1", "89.0", "92.0", "inside"]
    assert Mean(0.9, 0.02, 16).columns(np.array([0.86, 0.85])).endswith("OUTSIDE")
    assert Mean(60.0, 20.0, 16).columns(np.array([100.0]), unit=1.0).split()[4:6] == ["100.0", "-"]
    assert Share(1, 2).columns(0.25, 4).split() == ["50.0", "2", "0.0-100.0", "25.0", "inside"]


@pytest.mark.parametrize("model", ON_DIGITS, ids=lambda model: model.__name__)
def test_what_is_expected_comes_from_enough_networks_and_fits_80_columns(model):
    for row in model.table():
        shown = digits_table.line(row.name, row.expected, np.full(5, row.expected.mean))
        assert shown.endswith(" inside")
        assert len(shown) == len(digits_table.HEADER) <= 80
        assert digits_table.line(row.name, row.expected, np.full(5, 0.1)).endswith("OUTSIDE")


MODELS = [path.stem for path in sorted((Path(__file__).parent.parent / "models").glob("*.py"))]
OF_ALL = ("__init__", "digits_table", "expected")


@pytest.mark.parametrize("name", [name for name in MODELS if name not in OF_ALL])
def test_every_model_has_a_title_and_a_quick_form_and_says_what_it_leaves_out(name, monkeypatch, capsys):
    """The site is built of all of them, in their quick form."""
    model = importlib.import_module(f"models.{name}")
    _, title, underline, empty, *_ = model.__doc__.splitlines()
    assert underline == "=" * len(title)
    assert not empty
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit, match="0"):
        model.main()
    shown = capsys.readouterr().out
    assert title in shown
    assert "--quick" in shown
    assert "a first look, in seconds:" in " ".join(shown.split())


def test_the_quick_form_is_of_few_networks_and_one_process():
    parser = arguments("About", seeds=5, quick="half", few=3)
    plain, quick, more = (parser.parse_args(given.split()) for given in ("--jobs 4", "--quick", "--quick --seeds 4"))
    assert (plain.quick, plain.seeds, plain.jobs) == ("", 5, 4)
    assert (quick.quick, quick.seeds, quick.jobs) == ("Quick form: half.", 3, 1)
    assert more.seeds == 4


@pytest.mark.parametrize("few", [None, 1])
def test_of_a_network_that_lacks_epochs_nothing_is_said_to_be_inside(few, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["some.py", "--quick"])
    figure = digits_table.main("About", ("Paragraph.",), scellier_2018.table(), few)
    *above, row, _, written = capsys.readouterr().out.splitlines()
    assert row.startswith("vector field")
    assert any(word in row for word in ("inside", "OUTSIDE")) == (few is None)
    assert ("nothing is expected" in " ".join(above)) == (few is not None)
    assert written == "Written to some.png"
    assert Path("some.png").exists()
    assert [curve.get_xdata().size for curve in figure.axes[0].lines] == [few or 20]


@pytest.mark.parametrize(
    ("model", "symmetric"),
    [
        (gammell_2021, True),
        (laborieux_2021, True),
        (scellier_2017, True),
        (scellier_2018, False),
        (scurria_2026, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_weights_are_tied_where_the_paper_ties_them(model, symmetric):
    for row in model.table():
        network = row.build(0)
        among_free = network.matrix().toarray()[64:, 64:]
        assert np.array_equal(among_free, among_free.T) == symmetric
        assert (network.connectivity.ties is not None) == symmetric


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_hopfield_networks_of_2017_have_the_papers_layers(depth):
    network = scellier_2017.table()[depth - 1].build(0)
    layers = [64] * (depth + 1) + [10]
    between = [one * other for one, other in pairwise(layers)]
    assert len(network.nodes) == sum(layers)
    assert len(network.edges) == between[0] + 2 * sum(between[1:])


@pytest.mark.parametrize("seed", [0, 1])
def test_a_replaced_connection_skips_a_layer_and_keeps_its_weight(seed):
    graph = ng.topologies.layered(64, (32,) * 5, 10, feedback=False, seed=seed)
    layer = {node: k for k, nodes in enumerate(nx.topological_generations(graph)) for node in nodes}
    moved = gammell_2021.skipping(graph, 0.1, seed)
    new = set(moved.edges) - set(graph.edges)
    assert all(layer[post] - layer[pre] >= 2 for pre, post in new)
    assert moved.number_of_edges() == graph.number_of_edges()
    weights = [sorted(weight for _, _, weight in each.edges(data="weight")) for each in (moved, graph)]
    assert weights[0] == weights[1]
    # 646 of 6464 are expected, with a standard deviation of 24.
    assert 525 < len(new) < 768
    assert set(gammell_2021.skipping(graph, 0.0, seed).edges) == set(graph.edges)


def test_skipping_layers_is_what_makes_the_deep_network_learn():
    """After two epochs the layered network still answers about by chance: the paper's vanishing gradient."""
    layered, skipping = (replace(row, training={**row.training, "epochs": 2}) for row in gammell_2021.table())
    assert digits_table.accuracies(layered, [0])[0] < 0.3
    assert digits_table.accuracies(skipping, [0])[0] > 0.45


@pytest.fixture(scope="module")
def first_of_the_digits():
    """A complete digraph that has learned 400 digits, and these."""
    digits = ng.tasks.digits()
    x, y = digits.x_train[:400], digits.y_train[:400]
    how = every_graph.training(decay=0.85) | {"epochs": 12}
    return ng.train(every_graph.build(0, graph="complete"), x, y, seed=0, progress=False, **how).network, x, y


def test_saliency_costs_less_than_magnitude_and_that_less_than_chance(first_of_the_digits):
    """95 % of 10,138 edges leave in four rounds, on 400 samples; the table over five seeds takes minutes."""
    network, x, y = first_of_the_digits
    way = {"rounds": 4, "retrain": 4, "seed": 0, "progress": False, **every_pruner.training()}
    right = {
        name: accuracy_of(ng.prune(network, every_pruner.PRUNERS[name](0.95), x, y, **way))
        for name in ("random", "magnitude", "saliency")
    }
    before = every_pruner.accuracy(network)
    assert right["saliency"] > right["magnitude"] > right["random"]
    assert before - right["saliency"] < 0.03


def accuracy_of(pruning):
    assert pruning.network.weights.size <= 0.0505 * 10138
    return every_pruner.accuracy(pruning.network)


def test_the_papers_sparsification_is_that_of_its_code():
    """The authors' code leaves 30 % of the edges gone; where a removed edge cannot grow again, more are."""
    again, for_good = (
        np.array([every_pruner.sparsified(seed, returns)[1] for seed in range(12)]) for returns in (True, False)
    )
    expected = [gone for _, gone in every_pruner.SPARSIFIED.values()]
    assert expected[0].mean == pytest.approx(0.30, abs=0.08)
    assert [mean.verdict(found) for mean, found in zip(expected, (again, for_good), strict=True)] == ["inside"] * 2
    assert for_good.mean() > again.mean() + 0.1


def test_every_row_of_the_pruners_tables_can_be_written():
    cases = list(itertools.product(every_pruner.PRUNERS, every_pruner.FRACTIONS, every_pruner.WAYS))
    others = [*every_pruner.OTHERS, every_pruner.FAR]
    assert set(every_pruner.EXPECTED) == set(cases)
    assert list(every_pruner.LEAVING) == others
    right = {case: (mean.mean, 1014) for case, mean in every_pruner.EXPECTED.items()}
    right |= {name: (lost.mean, round(10138 * left.mean)) for name, (lost, left) in every_pruner.LEAVING.items()}
    shown = list(every_pruner.lines([right, right]))
    assert sum(row.endswith("inside") for row in shown) == len(cases) + 2 * len(others)
    assert len([row for row in shown if row.startswith("    left")]) == len(others)
    assert max(map(len, shown)) <= len(every_pruner.HEADER) <= 80
    quick = {case: right[case] for case in cases if case[2] == "at once"}
    assert sum(row.endswith("inside") for row in every_pruner.lines([quick, quick])) == len(quick) == 8
    made = [make(0.9) for make in every_pruner.PRUNERS.values()]
    made += [*every_pruner.OTHERS.values(), ng.pruning.unreachable()]
    fitting = ng.pruning.PRUNERS.keys() - {"homeostatic"}  # which is about rates, and not about what a task needs
    assert {type(one) for one in made} == {type(example(name)) for name in fitting}
