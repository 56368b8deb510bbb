"""The programs of a neuron and of a cost, as the loops over a phase take them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from neurograph.equations.costs import Cost
from neurograph.equations.expression import Expression
from neurograph.equations.neuron import STATE, Dynamics
from neurograph.kernels.program import Program, program

NAMES = (
    "drift", "transfer", "leak", "slope_s", "slope_I", "transfer_slope", "force", "normaliser", "force_slope",
    "force_coupling", "normaliser_slope",
)  # fmt: skip
"""The equations of a phase, in the order in which the engine takes them; rest_slope_s and rest_slope_I stand for slopes
with the further variables at rest."""

Equations = tuple[Any, ...]
"""Those programs, or None, and last a tuple (drift, leak, slope) of each further variable."""


@lru_cache(maxsize=512)
def equations(dynamics: Dynamics, cost: Cost | None, names: frozenset[str]) -> Equations:
    """Return the drift, the transfer where a node does not send its state as it is, and the others that are named.

    `cost` is what nudges, or None; of it, the force and the normaliser are returned without being named.
    """
    parameters = dynamics.node_values
    of_node = {
        "drift": lambda: dynamics.drift_equation,
        "slope_s": lambda: dynamics.slope("s"),
        "slope_I": lambda: dynamics.slope("I"),
        "rest_slope_s": lambda: dynamics.rest_slope("s"),
        "rest_slope_I": lambda: dynamics.rest_slope("I"),
    }
    found: dict[str, Program] = {}
    for name in of_node.keys() & (names | {"drift"}):
        found[name.removeprefix("rest_")] = node_program(dynamics, of_node[name]())
    leaks = [program(leak, (), (*STATE[2:], *parameters)) for leak in dynamics.leaks] if "leak" in names else []
    if leaks:
        found["leak"] = leaks[0]
    if dynamics.transfer.strip() != "s":
        found["transfer"] = program(dynamics.transfer_equation, ("s",), parameters)
    if "transfer_slope" in names:
        found["transfer_slope"] = program(dynamics.transfer_slope, ("s",), parameters)
    if cost is not None:
        found |= cost_programs(cost, names)
    further = tuple(
        (
            node_program(dynamics, equation),
            leaks[k] if leaks else None,
            node_program(dynamics, equation.derivative(name)) if "slope_s" in found else None,
        )
        for k, (name, equation) in enumerate(dynamics.variable_equations.items(), 1)
    )
    return (*(found.get(name) for name in NAMES), further)


def node_program(dynamics: Dynamics, equation: Expression) -> Program:
    """Return an equation of a node's s, I and further variables."""
    return program(equation, dynamics.changing, (*STATE[2:], *dynamics.node_values))


@lru_cache(maxsize=256)
def cost_programs(cost: Cost, names: frozenset[str]) -> dict[str, Program]:
    """Return the force of a cost, its normaliser where it has one, and their slopes if "force_slope" is named."""
    force, level = cost.force_equation, cost.normaliser_equation
    found = {"force": force}
    if "force_slope" in names:
        found["force_slope"] = force.derivative("s")
    constants = tuple(cost.constants.items())
    programs = {name: output_program(equation, constants) for name, equation in found.items()}
    if level is not None:
        programs["normaliser"] = program(level, ("s",), (), constants)
        if "force_slope" in names:
            programs["force_coupling"] = output_program(force.derivative("log_share"), constants)
            programs["normaliser_slope"] = program(level.derivative("s"), ("s",), (), constants)
    return programs


def output_program(equation: Expression, constants: tuple[tuple[str, float], ...]) -> Program:
    """Return an equation of an output's state, its target and its log share."""
    return program(equation, ("s", "y", "log_share"), (), constants)
