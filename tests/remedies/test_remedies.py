"""Every remedy in a message is code that runs and cures; and every message with code stands in a table."""

import functools
import os
import re
import tempfile

import pytest

from tests.remedies.messages import every_message
from tests.remedies.of_brian import BRIAN
from tests.remedies.of_formats import FORMATS
from tests.remedies.of_graphs import GRAPHS
from tests.remedies.of_network import NETWORK
from tests.remedies.of_others import CERTIFICATES, CLI, EQUATIONS, OTHERS
from tests.remedies.of_training import TRAINING

ROWS = [*GRAPHS, *FORMATS, *NETWORK, *TRAINING, *CERTIFICATES, *EQUATIONS, *OTHERS, *CLI, *BRIAN]
REMEDIES = [(row, pattern) for row in ROWS for pattern in row.cures]

INSTALLS = "it says what to install, which a test must not do"
HELP = "no message: what the command says of itself"
PATTERN = "no message: what the command puts in the place of arguments"
SCRIPT = "no message: a part of a script for Brian2"
LONGER = "what is short is time or memory, which no call here makes so"
UNTRIED = {
    ("_checks.py", "of text"): "",
}
"""File and a part of the text of messages whose code no row tries, and why."""


def told(row):
    """Return the message of a row, whose call may write where it stands."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return row.message()
        finally:
            os.chdir(before)


told = functools.cache(told)


@pytest.mark.parametrize(
    ("row", "pattern"), REMEDIES, ids=[f"{row.call[:50]}: {pattern[:40]}" for row, pattern in REMEDIES]
)
def test_the_remedy_cures(row, pattern, tmp_path, monkeypatch):
    code = row.cure(pattern, told(row))
    monkeypatch.chdir(tmp_path)
    exec(code, row.names())
