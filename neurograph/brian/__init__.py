"""The same network in Brian2, from the same equations: as rates, with spikes, or as leaky integrate-and-fire neurons.

Brian2 is imported when a model is built. Nothing runs by itself, and no preference and no device is left changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from neurograph._checks import Seed, checked_generator, checked_whole, public_names
from neurograph.brian.assembly import assemble, times
from neurograph.brian.importing import checked_target, load_brian2
from neurograph.brian.in_time.driving import begun, checked_drive, in_time
from neurograph.brian.lif import LIF
from neurograph.brian.model import BrianModel
from neurograph.brian.rate import RATE
from neurograph.brian.request import (
    Request,
    check_left_out,
    checked_constants,
    checked_cost,
    checked_rule,
)
from neurograph.brian.running import Program, Runtime
from neurograph.brian.spiking import SPIKING
from neurograph.equations.costs import Cost, squared_error
from neurograph.errors import DataError, ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start, checked_inputs, checked_network, starting_state
from neurograph.network.network import Network
from neurograph.simulation.result import LastState
from neurograph.simulation.stimulus import checked_noise
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Record
from neurograph.solvers.settle import checked_record

__all__ = ["BrianModel", "build"]

KINDS = {kind.name: kind for kind in (RATE, SPIKING, LIF)}
"""The models, by name."""


def build(
    network: Network,
    x: ArrayLike | Callable[[float], Any] | None = None,
    *,
    model: Literal["rate", "spiking", "lif"] = "rate",
    hold: Any = None,
    duration: Any = None,
    current: Mapping[Hashable, Any] | None = None,
    batch: int | None = None,
    record: Record | int | None = None,
    target: Literal["numpy", "cython", "cpp"] | None = None,
    start: Start | LastState = 0.0,
    seed: Seed = None,
    dt: Any = None,
    window: Any = None,
    rule: Rule | None = None,
    cost: Cost | None = None,
    noise: float | ArrayLike | Mapping[Hashable, float] = 0.0,
    threshold: str | None = None,
    reset: str | None = None,
    extra_equations: str = "",
    namespace: Mapping[str, Any] | None = None,
) -> BrianModel:
    r"""Build a network in Brian2, ready to settle on each sample of x, or to run along an x in time.

    Brian2 [1]_ runs it. All models have the membrane of the notes, in double precision. Neurons of several populations
    are one ``NeuronGroup``: ``population`` is the place of each neuron's among those of the dynamics, ``box_low`` and
    ``box_high`` are its box.

    - "rate": ``I`` is the sum of ``w f(s)`` over the edges. State for state, and weight for weight, the network that
      :func:`neurograph.settle` and :func:`neurograph.train` step through with ``Euler(dt=dt/time_unit)``.
    - "spiking": each neuron fires at the rate ``rmax f(s)``, by a deterministic integrate-and-fire encoder; a spike
      adds ``w / (rmax tau_syn)`` to the ``I`` of its targets, which decays with ``tau_syn``.
    - "lif": the same, but it is a leaky integrate-and-fire neuron in mV that fires, driven through the inverse of its
      f-I curve.

    With x (samples, inputs) the model settles and learns. With an x in time, or None, it simulates, and the rate
    model's states are those of :func:`neurograph.simulate` with ``method="euler", dt=dt/time_unit``.

    Times that are given here are Brian2's, with a unit. What is the network's is in its own unit of time, of which one
    lasts ``time_unit``: the t of functions, the edges' delays, and the time of a simulation. An edge's ``delay`` is
    that of its spikes, in whole steps; or, in a simulation of rates, of what the neuron sends, between two steps
    interpolated linearly. An equilibrium does not know delays: the rate model settles and learns without.

    Parameters
    ----------
    network : Network
        From :func:`neurograph.compile`.
    x : array (samples, inputs) or (samples, time, inputs), or function; None without inputs
        What the input nodes are clamped at: for good; in time, each value for `hold`; or x(t), (inputs,) or
        (samples, inputs), read once at each step.
    model : {"rate", "spiking", "lif"}
        Which model.
    hold : Quantity, optional
        For how long a value of x, or of a current, is in force; default: `dt`, of which it is a multiple.
    duration : Quantity, optional
        How long a simulation lasts; default: as long as the arrays.
    current : mapping of node to number, array (time,) or (samples, time), or function, optional
        What is added in time to ``I``, the summed input, of hidden and output nodes.
    batch : int, optional
        How many samples stand side by side, each in a copy of the network of its own; a divisor of their number.
        Default: all. With fewer, they take turns, in their order, and :meth:`BrianModel.learn` changes the weights
        after each turn.
    record : Record or int, optional
        What the monitors record, as in :func:`neurograph.settle`; and all spikes. Default: nothing; in a simulation
        every step.
    target : {"numpy", "cython", "cpp"}, optional
        What Brian2 compiles to; "cpp" is a C++ program of its own, which Brian2 calls standalone, to whose network no
        objects can be added. Default: what ``brian2.prefs.codegen.target`` says, which stays as it is.
    start : number, array (nodes,) or (samples, nodes), "uniform", or the ``.last`` of a simulation
        State of the free nodes at the start of each phase, as in :func:`neurograph.settle`. The end of a simulation, of
        here or of :func:`neurograph.simulate`, gives the time and what is under way too; noise and spikes begin anew.
    seed : int or numpy.random.Generator
        For ``start="uniform"``, and for where in its cycle each spiking neuron begins.
    dt : Quantity, optional
        Time step; a simulation needs one. Default: the one that an explicit :func:`neurograph.settle` takes, but at
        most 1 ms with spikes and 0.1 ms in the LIF model.
    window : Quantity, optional
        How long spikes are counted where nothing else is said; default 1 s.
    rule : Rule, optional
        Online rule that the synapses follow in the nudged phase of :meth:`BrianModel.learn`. Spikes carry rules that
        are ``pre`` times what is seen at the postsynaptic end: a spike stands for ``pre`` and sees how far the
        postsynaptic membrane is from its average over ``tau_z``, which takes the place of ``dpost``.
    cost : Cost, optional
        What nudges, whose force on an output sees no other; default ``costs.squared_error()``.
    noise : float, array (nodes,), or mapping of node to float
        Standard deviation that white noise gives a membrane which leaks at rate 1 and does nothing else; Brian2 draws
        it, and ``brian2.seed`` repeats it.
    threshold, reset : str, optional
        The neurons' own, in place of the model's.
    extra_equations : str
        Further equations of the neurons. ``I_ext``, which is added to ``I``, may be among them; without, it is a
        parameter, 0 at first, which a PoissonInput or another synapse may write to.
    namespace : mapping of str to number or Quantity, optional
        Constants: those of `extra_equations`, and others for the model's, which are ``time_unit`` (20 ms); with spikes
        ``rmax`` (200 Hz), ``tau_syn`` (20 ms), ``tau_z`` (40 ms); in the LIF model ``E_L`` (-70 mV), ``V_th`` (-50 mV),
        ``V_r`` (-60 mV), ``tau_m`` (10 ms) and ``t_ref`` (2 ms).

    Returns
    -------
    BrianModel
        ``.network``, ``.neurons``, ``.synapses``, ``.monitors`` and ``.clock`` are Brian2's own objects.

    Raises
    ------
    DataError
        If x or start has the wrong shape or holds a number that is not finite.
    ParameterError
        If another argument is out of range, or does nothing beside this x, the machine cannot compile to the target, a
        rule or a rate cannot be carried by spikes, or a parameter of the dynamics has a name that Brian2 cannot take.
    MissingPackageError
        If brian2 is missing, or too old for the installed numpy.

    Notes
    -----
    .. math:: \frac{ds}{dt} = \frac{g(s, I, b) + \beta F(s, y)}{\tau}

    clipped to the box after every step, with s the state, g the drift of the dynamics, I the summed input, b the bias,
    F the force of the cost towards the targets y, on outputs alone, beta the nudging strength, 0 in the free phase, and
    tau the ``time_unit``. In the "spiking" model a neuron has a phase phi as well, with dphi/dt = ``rmax f(s)``, and
    fires when it comes to 1, from which it goes on at phi - 1: this encoder, and the mapping, are our own.

    References
    ----------
    .. [1] Stimberg, Brette, Goodman, Brian 2, an intuitive and efficient neural simulator, eLife 8 e47314, 2019.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> rates = ng.brian.build(network, [[0, 1], [1, 1]], target="numpy")
    >>> settled = rates.settle()
    >>> bool(abs(settled.outputs - ng.settle(network, [[0, 1], [1, 1]]).outputs).max() < 1e-4)
    True
    >>> len(rates.neurons), len(rates.synapses)
    (12, 30)

    A pulse of 40 ms, which is 2 units of the network's time, and 60 ms without:

    >>> from brian2 import ms
    >>> x = [[[1, 1]] * 2 + [[0, 0]] * 3]
    >>> driven = ng.brian.build(network, x, dt=1 * ms, hold=20 * ms, target="numpy").simulate()
    >>> driven.states.shape, float(driven.time[-1])
    ((1, 100, 6), 5.0)
    """
    network = checked_network(network)
    if model not in KINDS:
        raise ParameterError(f"model is {model!r}: expected one of {', '.join(KINDS)}")
    kind, compiler = KINDS[model], checked_target(target)
    load_brian2()
    rng, constants = checked_generator(seed), checked_constants(kind, namespace)
    drive = None
    if in_time(x):
        check_left_out(x, "whose network runs in time", rule=rule, cost=cost, window=window)
        drive = checked_drive(
            network, x, current, dt=dt, unit=float(constants["time_unit"]), hold=hold, duration=duration,
            start=start,
        )  # fmt: skip
        starts, past = begun(network, drive, start, rng)
        record = 1 if record is None else record
    else:
        check_left_out(x, "at which the inputs stay", hold=hold, duration=duration, current=current)
        start = np.asarray(start) if isinstance(start, LastState) else start
        starts = starting_state(network, checked_inputs(network, cast(ArrayLike, x)), start, rng)
        past = network.sent(network.parted(starts)[0])[:, None]
    copies = starts.shape[0] if batch is None else checked_whole("batch", batch, 1)
    if starts.shape[0] % copies:
        raise DataError(f"batch is {copies}, but x has {starts.shape[0]} samples: expected a divisor of their number")
    measured = None  # the rate network, for its times
    if drive is None:
        measured = Euler(steps=20_000, implicit=False).solve(network, Phase(starts))
    recipe = assemble(
        Request(
            network=network, kind=kind, cost=checked_cost(squared_error() if cost is None else cost), batch=copies,
            record=checked_record(network, record), target=compiler, dt=dt, rule=checked_rule(rule), drive=drive,
            noise=checked_noise(network, noise), threshold=threshold, reset=reset, extra=extra_equations,
            constants=constants, rng=rng,
        ),
        starts, past, measured,
    )  # fmt: skip
    runner = Program(recipe) if compiler == "cpp" else Runtime(recipe)
    times_of_phases = times(recipe, measured, window)
    return BrianModel(network, recipe, starts, copies, runner, rule, times_of_phases, drive, past)


public_names(__name__, __all__)
