"""What an argument may be: each check returns the value in its plain form, or names it and what was expected.

The words of neurograph stand here beside those of others: an unknown argument or name is answered by the nearest. So
does how a user is told: text within the width of the terminal, and warnings at the user's own line.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import math
import shutil
import sys
import textwrap
import warnings
from collections.abc import Callable, Collection
from typing import Any, cast

import numpy as np

from neurograph.errors import GraphTooLargeError, NeurographError, ParameterError

Seed = int | np.random.Generator | None


def finite_number(value: Any) -> float | None:
    """Return a real, finite number as a float, and None for anything else (a bool or a text is none)."""
    if isinstance(value, (bool, np.bool_, str, bytes)) or value is np.ma.masked:
        return None
    try:
        number = float(value) if np.ndim(value) == 0 else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def check_mask(what: str, values: Any, error: type[NeurographError] = ParameterError) -> None:
    """Refuse masked entries, also of arrays in a list: numpy would take what lies under the mask.

    Raises
    ------
    NeurographError
        Of the type `error`.
    """
    rows = values if isinstance(values, (list, tuple)) else None
    if rows is not None and not any(issubclass(kind, np.ma.MaskedArray) for kind in set(map(type, rows))):
        return
    for row, part in enumerate([values] if rows is None else rows):
        if not isinstance(part, np.ma.MaskedArray):
            continue
        mask = np.asarray(part.mask)
        if mask.dtype == np.bool_ and mask.any():
            first = [*([] if rows is None else [row]), *np.argwhere(mask)[0].tolist()]
            raise error(
                f"{what}{first if first else ''} is masked: expected a value there; "
                f"np.ma.array({what}).filled(0) puts 0 there"
            )


def checked_number(
    name: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
    remark: str = "",
) -> float:
    """Return a finite number within these bounds, or raise :class:`ParameterError`."""
    number = finite_number(value)
    if number is not None and above < number < below and least <= number <= most:
        return number
    if math.isfinite(least) and math.isfinite(most):
        raise ParameterError(f"{name} is {value!r}: expected a number from {least:g} to {most:g}{remark}")
    bounds = ((">", above), (">=", least), ("<", below), ("<=", most))
    wanted = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if math.isfinite(bound))
    raise ParameterError(f"{name} is {value!r}: expected a finite number{' ' * bool(wanted)}{wanted}{remark}")


def checked_whole(name: str, value: Any, least: int, remark: str = "") -> int:
    """Return a whole number >= `least`, or raise :class:`ParameterError`."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ParameterError(f"{name} is {value!r}: expected a whole number >= {least}{remark}")


def checked_generator(seed: Any) -> np.random.Generator:
    """Return the random numbers of a seed: None draws anew, a generator is used as it is."""
    if seed is None or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    try:
        return np.random.default_rng(checked_whole("seed", seed, 0))
    except ParameterError:
        raise ParameterError(
            f"seed is {seed!r}: expected a whole number >= 0, a numpy.random.Generator, or None"
        ) from None


MEMINFO = "/proc/meminfo"
"""Where Linux says how much memory programs can still get without swapping."""


def available_memory() -> int | None:
    """Return the bytes that can still be had, and None where the machine does not say."""
    try:
        with open(MEMINFO, encoding="ascii") as lines:
            return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def check_memory(needed: int, what: str, remedy: str) -> None:
    """Refuse to begin what needs more bytes than can be had; where that is not known, nothing is refused.

    Raises
    ------
    GraphTooLargeError
        If they are missing.
    """
    available = available_memory()
    if available is not None and needed > available:
        raise GraphTooLargeError(
            f"{what} takes about {needed / 2**30:.1f} GiB of memory, and {available / 2**30:.1f} GiB are available: "
            f"{remedy}"
        )


SYNONYMS = {
    "activation": "dynamics",
    "backprop": "asymmetric_ep",
    "backpropagation": "asymmetric_ep",
    "bce": "cross_entropy",
    "callback": "progress",
    "criterion": "cost",
    "crossentropyloss": "cross_entropy",
    "cv": "validation",
    "data": "tasks x",
    "datasets": "tasks",
    "dt": "solver",
    "earlystopping": "patience",
    "eqprop": "ep",
    "equilibriumpropagation": "ep",
    "eta": "learning_rate optimiser",
    "fit": "train",
    "graphs": "topologies",
    "inputs": "x",
    "iterations": "epochs steps",
    "labels": "y",
    "layers": "topologies",
    "leakrate": "leak",
    "learningrate": "optimiser",
    "load": "read",
    "loss": "cost costs",
    "losses": "costs",
    "lr": "learning_rate optimiser leak",
    "maxepochs": "epochs",
    "maxiter": "epochs steps",
    "maxsteps": "steps solver",
    "meansquarederror": "squared_error",
    "method": "solver rule",
    "model": "network",
    "momentum": "optimiser",
    "mse": "squared_error",
    "mseloss": "squared_error",
    "nepochs": "epochs",
    "net": "network",
    "njobs": "n_jobs",
    "nsteps": "steps solver",
    "numepochs": "epochs",
    "numworkers": "n_jobs",
    "optim": "optimiser optimisers",
    "optimizer": "optimiser optimisers",
    "optimizers": "optimiser optimisers",
    "predict": "settle",
    "randomstate": "seed",
    "rng": "seed",
    "run": "settle",
    "save": "write",
    "seed": "random_state",
    "simulate": "settle",
    "sr": "spectral_radius",
    "steps": "solver",
    "stepsize": "dt learning_rate solver",
    "targets": "y",
    "tol": "target_cost solver",
    "validationdata": "validation",
    "validationfraction": "validation",
    "validationsplit": "validation",
    "verbose": "progress",
    "warmup": "washout",
    "weightdecay": "l1 optimiser",
    "workers": "n_jobs",
}
"""Words of others, without case and underscores, and what neurograph calls it: the first that is there is meant."""

SUCH = {
    "cost": "cost=neurograph.costs.squared_error()",
    "dynamics": "dynamics=neurograph.dynamics.deep()",
    "optimiser": "optimiser=neurograph.optimisers.adam(0.01)",
    "progress": "progress=False",
    "rule": "rule=neurograph.rules.ep()",
    "solver": "solver=neurograph.solvers.Euler(dt=0.05, steps=1000)",
}
"""How an argument is passed that is no plain number."""

WITHOUT = {
    "device": "everything runs on this machine's processor; leave it out",
    "gpu": "everything runs on this machine's processor; leave it out",
    "cuda": "everything runs on this machine's processor; leave it out",
}
"""Words for what neurograph has nothing like, and why."""


def plain(word: str) -> str:
    """Return a word without case and underscores."""
    return word.replace("_", "").casefold()


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the one of the known words that is meant, by its letters or as a word of others; None if none is near."""
    letters: dict[str, str] = {}
    for one in known:  # of names that differ in case alone, the lower, as sgd of Sgd
        letters[plain(one)] = max(one, letters.get(plain(one), one))
    same = letters.get(plain(word))
    meant = (one for one in SYNONYMS.get(plain(word), "").split() if one in known)
    close = difflib.get_close_matches(plain(word), list(letters), 1, 0.7)
    return same or next(meant, None) or (letters[close[0]] if close else None)


def unknown_argument(function: str, word: str, known: Collection[str]) -> ParameterError:
    """Return the error of a keyword argument that a function does not have."""
    meant = nearest(word, known)
    every = f"its arguments are {', '.join(known)}" if known else "expected none; leave it out"
    if plain(word) in WITHOUT:
        said = WITHOUT[plain(word)]
    elif meant is None:
        said = every
    else:
        said = f"expected {SUCH.get(meant, f'{meant}=')}; {every}"
    return ParameterError(f"{function}() has no argument {word!r}: {said}")


CHECKED = "_checks_its_arguments"
"""What marks a function that does so already, whatever else wraps it."""


def named_arguments(thing: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function, or a class that is changed in place, that refuses unknown keyword arguments by name."""
    is_class = inspect.isclass(thing)
    function: Callable[..., Any] = thing.__init__ if is_class else thing
    if hasattr(function, CHECKED):
        return thing
    shown = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    name, known = thing.__name__, [one.name for one in shown]
    if any(one.kind is one.VAR_KEYWORD for one in shown):  # it takes any, or checks them itself
        return thing

    @functools.wraps(function)
    def checked(*arguments: Any, **named: Any) -> Any:
        for word in named:
            if word not in known:
                raise unknown_argument(name, word, known)
        return function(*arguments, **named)

    setattr(checked, CHECKED, True)
    if not is_class:
        return checked
    cast(Any, thing).__init__ = checked
    return thing


def missing_attribute(module: str, word: str, known: Collection[str]) -> AttributeError:
    """Return the error of a name that a module does not have."""
    meant = nearest(word, known)
    said = f"expected {meant}" if meant else f"its names are {', '.join(known)}"
    return AttributeError(f"module {module!r} has no attribute {word!r}: {said}")


def public_names(module: str, names: Collection[str]) -> None:
    """Have a module, at its end, list its public names alone, and answer any other name with the nearest of them.

    The functions and classes among them refuse unknown keyword arguments in the same way. A function is also put back
    into the module that defines it, where pickle looks for it.
    """
    space = vars(sys.modules[module])

    def absent(word: str) -> Any:
        raise missing_attribute(module, word, names)

    for name in names:
        thing = space.get(name)
        if inspect.isclass(thing):
            if inspect.isfunction(thing.__init__):  # which those of errors are not
                named_arguments(thing)
        elif inspect.isfunction(thing):
            space[name] = vars(sys.modules[thing.__module__])[thing.__name__] = named_arguments(thing)
    space.update(__getattr__=absent, __dir__=lambda: sorted(names))


NARROWEST, WIDEST = 80, 98
"""Columns between which text is as wide as the terminal."""


def width() -> int:
    """Return the columns that text may take."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((NARROWEST, 24)).columns))


def wrapped(text: str, hanging: int = 0, first: int = 0) -> list[str]:
    """Return the lines of a text, the first indented by `first` columns and the others by `hanging`."""
    return textwrap.wrap(
        text, width(), initial_indent=" " * first, subsequent_indent=" " * hanging, break_on_hyphens=False
    )


class Printed:
    """Base of values that :func:`print` shows as their repr, within the width of the terminal."""

    def __str__(self) -> str:
        """Return the repr, broken into lines."""
        return "\n".join(wrapped(repr(self), 4))


INSIDE = ("neurograph", "torch")  # torch calls a layer, and its backward


def warn(message: str, kind: type[Warning]) -> None:
    """Warn at the line outside of neurograph, and torch, from which it was called, however deep inside this is."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)
