"""The options of a pruner: those of the library, with its defaults, and a sentence where they do not go together."""

import argparse
import inspect

import pytest

import neurograph as ng
from neurograph.cli.pruner import OPTIONS, add_pruner, chosen_pruner
from neurograph.pruning import PRUNERS


def pruner(*arguments):
    parser = argparse.ArgumentParser()
    add_pruner(parser)
    return chosen_pruner(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fraction", "0.25"], ng.pruning.magnitude(0.25)),
        (["--threshold", "0.1", "--regrow"], ng.pruning.magnitude(threshold=0.1, regrow=True)),
        (["--by", "saliency", "--fraction", "0.5"], ng.pruning.saliency(0.5)),
        (["--by", "boltzmann"], ng.pruning.boltzmann()),
        (["--by", "boltzmann", "--temperature", "2"], ng.pruning.boltzmann(temperature=2.0)),
        (["--by", "unreachable"], ng.pruning.unreachable()),
    ],
    ids=str,
)
def test_the_options_are_the_arguments(arguments, expected):
    assert pruner(*arguments) == expected


def test_every_parameter_of_every_pruner_is_an_option():
    assert set(OPTIONS) == {name for made in PRUNERS.values() for name in inspect.signature(made).parameters}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "random"], "random is given no option: expected --fraction"),
        (["--by", "proximal", "--fraction", "0.5"], "proximal is given --fraction: expected --strength --regrow"),
        ([], "expected exactly one of the two"),
        (["--fraction", "2"], "fraction is 2.0"),
    ],
    ids=str,
)
def test_options_that_do_not_go_together_are_refused(arguments, message):
    with pytest.raises(ng.ParameterError, match=message):
        pruner(*arguments)


def test_the_help_says_what_each_option_means_and_whose_it_is(capsys):
    parser = argparse.ArgumentParser()
    add_pruner(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for name in OPTIONS:
        assert f"--{name}" in text
    assert "Of boltzmann; default: 5.0" in text
