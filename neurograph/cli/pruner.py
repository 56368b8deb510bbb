"""The pruner and the grower of the command: their options are parameters of what makes one."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from neurograph.errors import ParameterError
from neurograph.growth import GROWERS, Grower
from neurograph.pruning import PRUNERS, Pruner

SCHEDULE = tuple(field.name for field in fields(Grower))
"""What a grower is told about epochs, which rounds are not."""


def named(names: Collection[str]) -> dict[str, Any]:
    """Return how argparse takes one of some names; its own list of them would be one long line."""
    return {"choices": names, "metavar": "NAME"}


def listed(names: Collection[str]) -> str:
    """Return the names for a help text, which is broken into lines."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


@dataclass(frozen=True)
class Family:
    """What the command makes by name.

    Attributes
    ----------
    choice : str
        The option that takes the name.
    makers : dict
        By name.
    prefix : str
        What the options of the parameters begin with.
    """

    choice: str
    makers: Mapping[str, Callable[..., Any]]
    prefix: str = ""

    def parameters(self, name: str) -> dict[str, inspect.Parameter]:
        """Return the parameters of one that can be options."""
        own = inspect.signature(self.makers[name]).parameters
        return {one: own[one] for one in own if one not in SCHEDULE and _kind(own[one].annotation)}

    @property
    def options(self) -> dict[str, inspect.Parameter]:
        """The parameters of all."""
        return {one: parameter for name in self.makers for one, parameter in self.parameters(name).items()}

    def spelled(self, name: str) -> str:
        """Return the option of a parameter."""
        return f"--{self.prefix}{name.replace('_', '-')}"

    def add(self, command: argparse.ArgumentParser) -> None:
        """Add the options of all parameters; what is not given stays the library's default."""
        for name, parameter in self.options.items():
            owners = dict[str, list[str]]()
            for one in self.makers:
                if name in self.parameters(one):
                    owners.setdefault(_meaning(self.makers[one], name), []).append(one)
            words = ". ".join(f"{meaning} Of {self._of(some, name)}" for meaning, some in owners.items())
            command.add_argument(self.spelled(name), **_kind(parameter.annotation), help=words)

    def _of(self, owners: list[str], name: str) -> str:
        """Return whose a parameter is, and what it is where it is not given."""
        defaults = {self.parameters(one)[name].default for one in owners} - {None, inspect.Parameter.empty}
        default = f"; default: {' or '.join(map(str, sorted(defaults)))}" if defaults else ""
        return ", ".join(owners) + default

    def chosen(self, options: argparse.Namespace) -> Any:
        """Return what is asked for; None where no name is given.

        Raises
        ------
        ParameterError
            If an option is not one of it, is missing, or is out of range.
        """
        attribute = self.prefix.replace("-", "_")
        given = {one: value for one in self.options if (value := getattr(options, attribute + one)) is not None}
        choice = getattr(options, self.choice)
        if choice is None and not given:
            return None
        if choice is None:
            raise ParameterError(f"{self.spelled(min(given))} is given, but no --{self.choice} NAME: expected both")
        own = self.parameters(choice)
        missing = [one for one, parameter in own.items() if parameter.default is parameter.empty and one not in given]
        if missing or not given.keys() <= own.keys():
            found, expected = (" ".join(map(self.spelled, one)) or "no option" for one in (given, missing or own))
            raise ParameterError(f"{choice} is given {found}: expected {expected}")
        try:
            return self.makers[choice](**given)
        except ParameterError as error:
            if not self.prefix:
                raise
            names = "|".join(own)  # which the command knows as options of the pruner
            said = re.sub(rf"\b({names})(?= is )", lambda found: self.spelled(found[1]), str(error))
            raise ParameterError(said) from None


PRUNER, GROWER = Family("by", PRUNERS), Family("grower", GROWERS, "grow-")


def add_pruner(command: argparse.ArgumentParser) -> None:
    """Add the choice of a pruner and of a grower, and the options of all."""
    words = (
        f"which pruner chooses the edges, {listed(PRUNERS)}; saliency and homeostatic need data (default: %(default)s)"
    )
    command.add_argument("--by", default="magnitude", help=words, **named(PRUNERS))
    PRUNER.add(command)
    words = f"what brings edges in each round, of itself as many as left: {listed(GROWERS)} (default: none)"
    command.add_argument("--grower", help=words, **named(GROWERS))
    GROWER.add(command)


def _meaning(maker: Callable[..., Any], name: str) -> str:
    """Return what a parameter means, as the maker's docstring says or, of a class, that of a base."""
    for one in inspect.getmro(maker) if isinstance(maker, type) else (maker,):
        # numpydoc: the line "name : type", and below it, further in, what it means.
        if found := re.search(rf"\n( *){name} : .*((?:\n\1 .*)+)", one.__doc__ or ""):
            return " ".join(found[2].split()).replace("%", "%%")
    return ""


def _kind(annotation: Any) -> dict[str, Any]:
    """Return how argparse reads a value of an annotation, with None where it is not given; empty if it cannot."""
    kinds = str(annotation).split(" | ")
    if literal := re.fullmatch(r"Literal\[(.*)\]", kinds[0]):
        return {"choices": tuple(one.strip("\"' ") for one in literal[1].split(","))}
    types = [kind for kind in (float, int, str) if kind.__name__ in kinds]
    return {"type": types[0], "metavar": "TEXT" if types[0] is str else "N"} if types else {}


def chosen_pruner(options: argparse.Namespace) -> Pruner:
    """Return the pruner that is asked for; see :meth:`Family.chosen`."""
    pruner: Pruner = PRUNER.chosen(options)
    return pruner


def chosen_grower(options: argparse.Namespace) -> Grower | None:
    """Return the grower that is asked for, if one is; see :meth:`Family.chosen`."""
    grower: Grower | None = GROWER.chosen(options)
    return grower
