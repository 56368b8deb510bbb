import pytest

import neurograph as ng
from models import (
    every_graph,
    every_rule,
    farinha_2020,
    gammell_2021,
    laborieux_2021,
    scellier_2017,
    scellier_2018,
    scurria_2026,
)
from models.farinha_2020 import Case


@pytest.mark.parametrize("task", ["and", "or", "not", "identity"])
@pytest.mark.parametrize("model", ["deep", "vector field"])
def test_the_published_arithmetic_learns_what_is_linearly_separable(model, task):
    case = Case("published", model, task)
    outcome = farinha_2020.run(case, seeds=2)
    assert case.expected >= 0.99
    assert outcome.last == outcome.fresh == 1.0
    assert outcome.finite == 1.0
    assert outcome.epochs == (200, 200)


def test_the_published_arithmetic_seldom_learns_xor():
    """Of 12 seeds with a success of 25 %, all or none at all right is less likely than 4 in 100."""
    outcome = farinha_2020.run(Case("published"), seeds=12)
    assert 0.0 < outcome.fresh < 0.9
    assert outcome.certified == 0.0


@pytest.mark.parametrize("case", [Case(), Case(hidden=3), Case(hidden=16), Case(outputs=2)], ids=str)
def test_the_improved_recipe_learns_xor_from_every_seed_and_is_certified(case):
    outcome = farinha_2020.run(case, seeds=4, first=100)
    assert outcome.last == outcome.fresh == outcome.wide == 1.0
    assert outcome.certified == 1.0
    assert outcome.finite == 1.0


def test_the_interval_is_that_of_the_binomial_distribution():
    outcome = farinha_2020.Outcome(Case("published"), 200, 0.2, 0.2, 0.0, 0.0, 1.0, (200, 200))
    assert outcome.interval == pytest.approx((0.19, 0.31))


def test_every_row_of_the_table_can_be_written():
    outcome = farinha_2020.Outcome(Case(), 200, 1.0, 1.0, 1.0, 1.0, 1.0, (40, 90))
    assert len(farinha_2020.line(outcome)) <= len(farinha_2020.HEADER)
    assert len(set(farinha_2020.table())) == len(farinha_2020.table())


ON_DIGITS = [every_graph, gammell_2021, laborieux_2021, scellier_2017, scellier_2018, scurria_2026]


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


def test_every_rule_has_a_column_in_the_table_of_the_small_tasks():
    names = {name for name in ng.rules.__all__ if name != "Rule"}
    assert names <= set(every_rule.RECIPES)
    cell = every_rule.run(every_rule.RECIPES["asymmetric_ep"], every_rule.TASKS["xor-5"], seeds=2)
    assert cell.success == 1.0
    assert cell.finite
