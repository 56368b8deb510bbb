"""The pruner of the command: its options are the parameters of the functions in ``PRUNERS``."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Collection
from typing import Any, Literal, get_args, get_origin

from neurograph.errors import ParameterError
from neurograph.pruning import PRUNERS, Pruner

PARAMETERS = {name: inspect.signature(pruner, eval_str=True).parameters for name, pruner in PRUNERS.items()}
"""Of each pruner, its parameters by name; a name means the same in all of them."""

OPTIONS = {name: parameter for parameters in PARAMETERS.values() for name, parameter in parameters.items()}
"""The parameters of all pruners."""


def named(names: Collection[str]) -> dict[str, Any]:
    """Return how argparse takes one of some names; its own list of them would be one long line."""
    return {"choices": names, "metavar": "NAME"}


def listed(names: Collection[str]) -> str:
    """Return the names for a help text, which is broken into lines."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


def add_pruner(command: argparse.ArgumentParser) -> None:
    """Add the choice of a pruner and the options of all; what is not given stays the library's default."""
    words = f"which pruner chooses the edges, {listed(PRUNERS)}; saliency needs data (default: %(default)s)"
    command.add_argument("--by", default="magnitude", help=words, **named(PRUNERS))
    for name, parameter in OPTIONS.items():
        owners = [pruner for pruner, parameters in PARAMETERS.items() if name in parameters]
        # numpydoc: the line "name : type", and below it, further in, what it means.
        meaning = re.search(rf"\n( *){name} : .*((?:\n\1 .*)+)", PRUNERS[owners[0]].__doc__ or "")
        words = " ".join(meaning[2].split()).replace("%", "%%") if meaning else ""
        default = "" if parameter.default in (None, parameter.empty) else f"; default: {parameter.default}"
        command.add_argument(
            f"--{name}", **_kind(parameter.annotation), help=f"{words} Of {', '.join(owners)}{default}"
        )


def _kind(annotation: Any) -> dict[str, Any]:
    """Return how argparse reads a value of this type, with None where it is not given."""
    if annotation is bool:
        return {"action": "store_true", "default": None}
    if get_origin(annotation) is Literal:
        return {"choices": get_args(annotation)}
    return {"type": float, "metavar": "N"}


def chosen_pruner(options: argparse.Namespace) -> Pruner:
    """Return the pruner that is asked for.

    Raises
    ------
    ParameterError
        If an option is not one of this pruner, is missing, or is out of range.
    """
    given = {name: value for name in OPTIONS if (value := getattr(options, name)) is not None}
    own = PARAMETERS[options.by]
    missing = [name for name, parameter in own.items() if parameter.default is parameter.empty and name not in given]
    if missing or not given.keys() <= own.keys():
        found, expected = (" ".join(f"--{name}" for name in names) or "no option" for names in (given, missing or own))
        raise ParameterError(f"{options.by} is given {found}: expected {expected}")
    return PRUNERS[options.by](**given)
