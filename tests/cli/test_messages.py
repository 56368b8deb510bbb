"""Messages in the words of the command."""

import argparse

import pytest

from neurograph.cli.messages import in_options

SPELLED = {"learning_rate": "--rate", "rule": "--rule", "beta": "--beta", "dynamics": "--dynamics"}


@pytest.mark.parametrize(("message", "expected"), [
    ("learning_rate is -1: expected > 0", "--rate is -1: expected > 0"),
    ("beta is 1, but the rule ep has none: leave beta out", "--beta is 1, but the rule ep has none: leave --beta out"),
    ("rule=rules.ep(), or rules.asymmetric_ep() learns", "--rule ep, or --rule asymmetric_ep learns"),
    ("take neurograph.dynamics.deep()", "take --dynamics deep"),
    ("the learning_rate is fine", "the --rate is fine"),
    ("x.beta is 3, alphabeta is 3", "x.beta is 3, alphabeta is 3"),
    ("g.json has no column 'rule'", "g.json has no column 'rule'"),
])  # fmt: skip
def test_arguments_become_options(message, expected):
    assert in_options(message, argparse.Namespace(spelled=SPELLED)) == expected


def test_before_a_command_is_known_nothing_changes():
    assert in_options("beta is 1", argparse.Namespace()) == "beta is 1"
