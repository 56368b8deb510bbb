import pytest

from models import farinha_2020
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
