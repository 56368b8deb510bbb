"""How a training run goes: everything about it but the network, the data and the seed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sized
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar, Unpack, cast

from numpy.typing import ArrayLike

from neurograph._checks import checked_number, checked_whole, finite_number
from neurograph.certificates.constraint import Constraint, checked_constraint
from neurograph.equations.costs import Cost, squared_error
from neurograph.errors import ParameterError
from neurograph.growth.base import Grower, checked_grower
from neurograph.learning import rules
from neurograph.learning.optimisers import Optimiser, adam
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start
from neurograph.pruning import Pruner
from neurograph.pruning.base import checked_pruner
from neurograph.solvers import Auto
from neurograph.solvers.base import Solver

DEFAULT_BETA = 0.5
"""The nudging strength of a rule that needs one, when none is given."""

LARGEST_BATCH = 32
"""Most samples of an update, when no batch size is given."""


Function = TypeVar("Function", bound=Callable[..., Any])


class RetrainingOptions(TypedDict, total=False):
    """The fields of :class:`TrainingConfig`, as a user passes them, that :func:`neurograph.prune` passes on."""

    rule: Rule | None
    beta: float | None
    cost: Cost | None
    optimiser: Optimiser | None
    solver: Solver | None
    batch_size: int | Literal["auto"] | None
    start: Start | Literal["warm"]
    target_cost: float | None
    patience: int | None


class TrainingOptions(RetrainingOptions, total=False):
    """The fields of :class:`TrainingConfig` as a user passes them: None takes a default that is an object."""

    epochs: int
    pruner: Pruner | None
    grower: Grower | None
    keep: Constraint | None
    validation: float | tuple[ArrayLike, ArrayLike] | None
    checkpoint: str | Path | None
    checkpoint_seconds: float
    progress: bool | None


@dataclass(frozen=True)
class TrainingConfig:
    """The arguments of :func:`neurograph.train` that say how, with its defaults."""

    rule: Rule = field(default_factory=rules.asymmetric_ep)
    beta: float | None = None
    cost: Cost = field(default_factory=squared_error)
    optimiser: Optimiser = field(default_factory=adam)
    solver: Solver = field(default_factory=Auto)
    epochs: int = 1000
    batch_size: int | Literal["auto"] | None = "auto"
    start: Start | Literal["warm"] = 0.0
    pruner: Pruner | None = None
    grower: Grower | None = None
    keep: Constraint | None = None
    target_cost: float | None = 0.01
    validation: float | tuple[ArrayLike, ArrayLike] | None = None
    patience: int | None = None
    checkpoint: str | Path | None = None
    checkpoint_seconds: float = 60.0
    progress: bool | None = None

    def __post_init__(self) -> None:
        """Check every argument that can be checked without the data."""
        _check_kinds(self)
        if self.beta is not None:
            if checked_number("beta", self.beta) == 0.0:
                raise ParameterError(
                    f"beta is {self.beta!r}: expected a finite number other than 0, or nothing is nudged"
                )
            if not self.rule.nudged:
                raise ParameterError(
                    f"beta is {self.beta!r}, but the rule {self.rule.name} has no phase of that nudging strength: "
                    "leave beta out, or take a rule that has one, such as rules.ep() or "
                    "rules.asymmetric_ep(finite=True)"
                )
        checked_whole("epochs", self.epochs, 1)
        if self.batch_size is not None and not (isinstance(self.batch_size, str) and self.batch_size == "auto"):
            checked_whole("batch_size", self.batch_size, 1, ", None for all samples at once, or 'auto'")
        if self.pruner is not None:
            checked_pruner(self.pruner)
        if self.grower is not None:
            _check_beside(self.grower, self.pruner)
        if self.keep is not None:
            _check_kept(self.keep, self.optimiser)
        if self.target_cost is not None:
            checked_number("target_cost", self.target_cost, least=0.0, remark=", or None to run every epoch")
        if self.patience is not None:
            checked_whole("patience", self.patience, 1, " epochs, or None")
        if self.checkpoint is not None:
            _check_place(self.checkpoint)
        checked_number("checkpoint_seconds", self.checkpoint_seconds, least=0.0)
        if self.validation is not None and not isinstance(self.validation, tuple):
            if isinstance(self.validation, Sized) and finite_number(self.validation) is None:
                raise ParameterError(
                    f"validation is of type {type(self.validation).__name__}: expected a share of the samples, or a "
                    "tuple (x, y), or None"
                )
            checked_number("validation", self.validation, above=0.0, below=1.0, remark=", or a pair (x, y), or None")

    @classmethod
    def of(cls, **options: Unpack[TrainingOptions]) -> TrainingConfig:
        """Return the configuration of some options; the others have their defaults."""
        objects = [each.name for each in fields(cls) if each.default is MISSING]
        given: dict[str, Any] = {
            name: value for name, value in options.items() if value is not None or name not in objects
        }
        return cls(**given)

    @property
    def strength(self) -> float:
        """The nudging strength."""
        return DEFAULT_BETA if self.beta is None else float(self.beta)

    @property
    def fixed_start(self) -> Start:
        """Where a phase starts that is neither warm nor drawn."""
        return 0.0 if isinstance(self.start, str) and self.start in ("warm", "uniform") else self.start

    def batch(self, samples: int) -> int:
        """Return how many of `samples` are in a batch."""
        if self.batch_size is None:
            return samples
        if self.batch_size == "auto":
            return max(1, min(LARGEST_BATCH, samples // 4))
        return int(self.batch_size)


def _check_kinds(config: TrainingConfig) -> None:
    for name, kind, example in (
        ("rule", Rule, "one of neurograph.rules, such as rules.asymmetric_ep()"),
        ("cost", Cost, "one of neurograph.costs, such as costs.cross_entropy()"),
        ("optimiser", Optimiser, "one of neurograph.optimisers, such as optimisers.sgd(1.0)"),
        ("solver", Solver, "one of neurograph.solvers, such as solvers.Euler(dt=0.05)"),
    ):
        value: Any = getattr(config, name)
        if not isinstance(value, kind):
            raise ParameterError(f"{name} is {value!r}: expected {example}")


def _check_beside(grower: Any, pruner: Pruner | None) -> None:
    if not checked_grower(grower).counted and pruner is None:
        raise ParameterError(
            f"grower is {grower!r}, which brings as many edges as a pruner takes, and there is none: expected "
            "pruner=pruning.magnitude(fraction=0.1), say, beside it, or a grower with a number of its own, such as "
            "growth.random(count=10)"
        )


def _check_kept(keep: Any, optimiser: Optimiser) -> None:
    checked_constraint(keep)
    low, high = optimiser.bounds or (0.0, 0.0)
    if low > 0.0 or high < 0.0:
        raise ParameterError(
            f"bounds is {optimiser.bounds!r}, but keep makes weights smaller: expected bounds with 0 between them"
        )


def _check_place(checkpoint: Any) -> None:
    if not isinstance(checkpoint, (str, Path)) or not str(checkpoint) or "\0" in str(checkpoint):
        raise ParameterError(f"checkpoint is {checkpoint!r}: expected the name of a file, such as 'run.ckpt'")
    path = Path(checkpoint)
    try:
        path.resolve()
    except OSError as error:
        raise ParameterError(
            f"checkpoint is {str(checkpoint)!r}, in the folder that the program is in ({error.strerror}): expected a "
            "path that begins at the root, or a folder that is there"
        ) from None
    if path.is_dir():
        raise ParameterError(
            f"checkpoint is {str(checkpoint)!r}, a folder: expected the name of a file in it, such as "
            f"{str(path / 'run.ckpt')!r}"
        )


def with_options(*left_out: str, **defaults: Any) -> Callable[[Function], Function]:
    """Pass to a function that takes ``**options`` all of them, with their defaults, and show them in its signature.

    Parameters
    ----------
    *left_out : str
        Fields of :class:`TrainingConfig` that the function does not take.
    **defaults
        Defaults that are others than those of :class:`TrainingConfig`.
    """
    options = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults.get(each.name, None if each.default is MISSING else each.default),
            annotation=f"{each.type} | None" if each.default is MISSING else each.type,
        )
        for each in fields(TrainingConfig)
        if each.name not in left_out
    ]

    def decorate(function: Function) -> Function:
        own = inspect.signature(function)
        given = [one for one in own.parameters.values() if one.kind is not one.VAR_KEYWORD]
        first = [one for one in given if one.kind is not one.KEYWORD_ONLY]
        shown = own.replace(parameters=[*first, *options, *given[len(first) :]])

        @functools.wraps(function)
        def complete(*arguments: Any, **named: Any) -> Any:
            call = shown.bind(*arguments, **named)
            call.apply_defaults()
            return function(*call.args, **call.kwargs)

        complete.__signature__ = shown  # type: ignore[attr-defined]
        return cast(Function, complete)

    return decorate
