"""The options of a pruner: those of the library, with its defaults, and a sentence where they do not go together."""

import argparse
import inspect

import pytest

import neurograph as ng
from neurograph.cli.pruner import GROWER, PRUNER, SCHEDULE, add_pruner, chosen_grower, chosen_pruner
from neurograph.growth import GROWERS
from neurograph.pruning import PRUNERS


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    add_pruner(parser)
    return parser.parse_args(arguments)


def pruner(*arguments):
    return chosen_pruner(parsed(*arguments))


def grower(*arguments):
    return chosen_grower(parsed(*arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fraction", "0.25"], ng.pruning.magnitude(0.25)),
        (["--threshold", "0.1"], ng.pruning.magnitude(threshold=0.1)),
        (["--by", "saliency", "--fraction", "0.5", "--nudge", "error"], ng.pruning.saliency(0.5, "error")),
        (["--by", "saliency", "--fraction", "0.5"], ng.pruning.saliency(0.5)),
        (["--by", "boltzmann"], ng.pruning.boltzmann()),
        (["--by", "boltzmann", "--temperature", "2"], ng.pruning.boltzmann(temperature=2.0)),
        (["--by", "unreachable"], ng.pruning.unreachable()),
    ],
    ids=str,
)
def test_the_options_are_the_arguments(arguments, expected):
    assert pruner(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], None),
        (["--grower", "random"], ng.growth.random()),
        (["--grower", "random", "--grow-count", "5", "--fraction", "0.1"], ng.growth.random(count=5)),
        (["--grower", "rigl", "--grow-fraction", "0.1"], ng.growth.rigl(fraction=0.1)),
        (["--grower", "rigl", "--grow-candidates", "100"], ng.growth.rigl(candidates=100)),
        (["--grower", "distance", "--grow-length", "2"], ng.growth.distance(length=2.0)),
        (["--grower", "returned"], ng.growth.returned()),
    ],
    ids=str,
)
def test_the_options_of_a_grower_are_its_arguments(arguments, expected):
    assert grower(*arguments) == expected


def test_every_parameter_of_every_pruner_is_an_option():
    assert set(PRUNER.options) == {name for made in PRUNERS.values() for name in inspect.signature(made).parameters}


def test_every_parameter_of_every_grower_is_an_option_but_the_schedule_and_the_rule():
    every = {name for made in GROWERS.values() for name in inspect.signature(made).parameters}
    assert set(GROWER.options) == every - {*SCHEDULE, "rule"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "random"], "random is given no option: expected --fraction"),
        (["--by", "proximal", "--fraction", "0.5"], "proximal is given --fraction: expected --strength"),
        ([], "expected exactly one of the two"),
        (["--fraction", "2"], "fraction is 2.0"),
    ],
    ids=str,
)
def test_options_that_do_not_go_together_are_refused(arguments, message):
    with pytest.raises(ng.ParameterError, match=message):
        pruner(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grow-count", "5"], "--grow-count is given, but no --grower NAME: expected both"),
        (["--grower", "distance"], "distance is given no option: expected --grow-length"),
        (["--grower", "returned", "--grow-count", "5"], "returned is given --grow-count: expected no option"),
        (["--grower", "random", "--grow-count", "0"], "^--grow-count is 0: expected"),
        (
            ["--grower", "random", "--grow-count", "2", "--grow-fraction", "0.1"],
            "^--grow-fraction is 0.1 and --grow-count is 2: expected at most one",
        ),
    ],
    ids=str,
)
def test_options_of_a_grower_that_do_not_go_together_are_refused(arguments, message):
    with pytest.raises(ng.ParameterError, match=message):
        grower(*arguments)


def test_the_help_says_what_each_option_means_and_whose_it_is(capsys):
    parser = argparse.ArgumentParser()
    add_pruner(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for family in (PRUNER, GROWER):
        for name in family.options:
            assert family.spelled(name) in text
    assert "Of boltzmann; default: 5.0" in text
    assert "How many edges come, as a share of those that are there" in text
