"""The equilibria of the inputs that a system is asked about."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from neurograph.certificates.deadline import Deadline
from neurograph.certificates.system import Array, System
from neurograph.network.inputs import starting_state
from neurograph.solvers import Euler
from neurograph.solvers.arguments import leaks_on
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Equilibrium, Status

SOLVER = Euler(tol=1e-10, steps=1000)
"""How equilibria are found, far inside the theorems' margins; called again and again, up to :data:`ROUNDS` times."""

VISITS = 2e8
"""Visits of edges between two looks at the clock: on a large network, a round is made of several calls."""

ROUNDS = 20

SHORTER = (10, 15)
"""After how many rounds the steps become four times shorter: too long ones may keep a network from settling."""


def equilibria(system: System, deadline: Deadline) -> Equilibrium | str:
    """Return the equilibria that the system's inputs settle to, or why there are none to look at, as a sentence.

    Raises
    ------
    OutOfTimeError
        If the deadline passes first.
    """
    if system.x is None:
        return "Not applicable: give x, the inputs whose equilibria are to be looked at."
    found = settled(system, phase_of(system, system.x, deadline), deadline)
    lost = int(np.sum(found.status != Status.CONVERGED))
    total = found.status.size
    return f"{lost} of {total} samples did not settle from s = 0: no equilibrium to look at." if lost else found


def phase_of(system: System, x: Array, deadline: Deadline) -> Phase:
    """Return the system's phase of these inputs, which starts from s = 0 or, if transposed, from the free equilibrium.

    Raises
    ------
    OutOfTimeError
        If the deadline passes first.
    """
    start = starting_state(system.network, x, 0.0, None)
    if not system.transposed:
        return Phase(start, system.y, system.beta)
    free = settled(system, Phase(start), deadline).state
    return Phase(free, system.y, system.beta, anchor=free)


def settled(system: System, phase: Phase, deadline: Deadline) -> Equilibrium:
    """Return the result of a phase, continued until each sample has settled, or for at most :data:`ROUNDS` rounds.

    Raises
    ------
    OutOfTimeError
        If the deadline passes first.
    """
    # Samples that have not settled go on from where they are, later with shorter steps.
    solver, implicit = SOLVER, bool(np.all(leaks_on(system.network, phase.stiffness[:1])))
    calls = math.ceil(SOLVER.steps * max(1, system.network.weights.size * len(phase.start)) / VISITS)
    for done in range(1, ROUNDS + 1):
        for _ in range(calls):
            deadline.check()
            found = replace(solver, steps=math.ceil(SOLVER.steps / calls)).solve(system.network, phase)
            if not np.any(found.status == Status.STEP_LIMIT):
                return found
            phase = replace(phase, start=found.state)
        if done in SHORTER and found.dt is not None:
            solver = replace(SOLVER, dt=float(found.dt.min()) / 4.0, implicit=implicit)
    return found
