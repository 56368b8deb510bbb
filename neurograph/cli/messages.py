"""The library's messages in the words of the command: its options instead of arguments."""

from __future__ import annotations

import argparse
import re

CHOSEN = {"rules": "--rule", "dynamics": "--dynamics"}
"""Modules whose functions the command takes by name, and the option: ``rules.ep()`` is ``--rule ep``."""


def in_options(message: str, options: argparse.Namespace) -> str:
    """Return a message with the options of the command that `options` were given to, in place of arguments.

    Examples
    --------
    >>> given = argparse.Namespace(spelled={"learning_rate": "--rate", "rule": "--rule"})
    >>> in_options("learning_rate is -1: expected > 0; or rule=rules.ep()", given)
    '--rate is -1: expected > 0; or --rule ep'
    """
    for dest, option in getattr(options, "spelled", {}).items():
        message = re.sub(rf"(?<![\w.-]){dest}(?= is \S)", option, message)
        message = re.sub(rf"(?<![\w.-]){dest}=(?=\w)", f"{option} ", message)
        message = message.replace(f"leave {dest} out", f"leave {option} out")
    for module, option in CHOSEN.items():
        message = re.sub(rf"({option} )?(neurograph\.)?\b{module}\.(\w+)\(\)", rf"{option} \3", message)
    return message
