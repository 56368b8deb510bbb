"""The same network in Brian2, from the same equations: as rates, with spikes, or as leaky integrate-and-fire neurons.

Brian2 is imported when a model is built. Nothing runs by itself, and no preference and no device is left changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from numpy.typing import ArrayLike

from neurograph._checks import Seed, checked_generator, checked_number, checked_whole, public_names
from neurograph.brian.assembly import Request, assemble, checked_constants, checked_cost, checked_rule, times
from neurograph.brian.importing import checked_target, load_brian2
from neurograph.brian.lif import LIF
from neurograph.brian.model import BrianModel
from neurograph.brian.rate import RATE
from neurograph.brian.running import Program, Runtime
from neurograph.brian.spiking import SPIKING
from neurograph.equations.costs import Cost, squared_error
from neurograph.errors import DataError, ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.inputs import Start, checked_inputs, checked_network, starting_state
from neurograph.network.network import Network
from neurograph.solvers import Euler
from neurograph.solvers.base import Phase
from neurograph.solvers.result import Record
from neurograph.solvers.settle import checked_record

__all__ = ["BrianModel", "build"]

KINDS = {kind.name: kind for kind in (RATE, SPIKING, LIF)}
"""The models, by name."""


def build(
    network: Network,
    x: ArrayLike,
    *,
    model: Literal["rate", "spiking", "lif"] = "rate",
    batch: int | None = None,
    record: Record | int | None = None,
    target: Literal["numpy", "cython", "cpp"] | None = None,
    start: Start = 0.0,
    seed: Seed = None,
    dt: Any = None,
    window: Any = None,
    rule: Rule | None = None,
    cost: Cost | None = None,
    delay: Any = None,
    noise: float = 0.0,
    threshold: str | None = None,
    reset: str | None = None,
    extra_equations: str = "",
    namespace: Mapping[str, Any] | None = None,
) -> BrianModel:
    r"""Build a network in Brian2, ready to settle on each sample of x.

    All models have the membrane ``ds/dt = (drift(s, I, b) + beta F(s, y)) / time_unit``, F the force of the cost,
    clipped to the box after every step, in double precision. Neurons of several populations are one ``NeuronGroup``:
    ``population`` is the place of each neuron's among those of the dynamics, ``box_low`` and ``box_high`` are its box.

    - "rate": ``I`` is the sum of ``w f(s)`` over the edges. State for state, and weight for weight, the network that
      :func:`neurograph.settle` and :func:`neurograph.train` step through with ``Euler(dt=dt/time_unit)``.
    - "spiking": each neuron fires at the rate ``rmax f(s)``, by a deterministic integrate-and-fire encoder; a spike
      adds ``w / (rmax tau_syn)`` to the ``I`` of its targets, which decays with ``tau_syn``.
    - "lif": the same, but it is a leaky integrate-and-fire neuron in mV that fires, driven through the inverse of its
      f-I curve.

    Parameters
    ----------
    network : Network
        From :func:`neurograph.compile`.
    x : array (samples, inputs)
        What the input nodes are clamped at.
    model : {"rate", "spiking", "lif"}
        Which model.
    batch : int, optional
        How many samples stand side by side, each in a copy of the network of its own; a divisor of their number.
        Default: all. With fewer, they take turns, in their order, and :meth:`BrianModel.learn` changes the weights
        after each turn.
    record : Record or int, optional
        What the monitors record, as in :func:`neurograph.settle`; and all spikes.
    target : {"numpy", "cython", "cpp"}, optional
        What Brian2 compiles to; "cpp" is a C++ program of its own, which Brian2 calls standalone, to whose network no
        objects can be added. Default: what ``brian2.prefs.codegen.target`` says, which stays as it is.
    start : number, array (nodes,) or (samples, nodes), or "uniform"
        State of the free nodes at the start of each phase, as in :func:`neurograph.settle`.
    seed : int or numpy.random.Generator
        For ``start="uniform"``, and for where in its cycle each spiking neuron begins.
    dt : Quantity, optional
        Time step. Default: the one that an explicit :func:`neurograph.settle` takes, but at most 1 ms with spikes and
        0.1 ms in the LIF model.
    window : Quantity, optional
        How long spikes are counted where nothing else is said; default 1 s.
    rule : Rule, optional
        Online rule that the synapses follow in the nudged phase of :meth:`BrianModel.learn`. Spikes carry rules that
        are ``pre`` times what is seen at the postsynaptic end: a spike stands for ``pre`` and sees how far the
        postsynaptic membrane is from its average over ``tau_z``, which takes the place of ``dpost``.
    cost : Cost, optional
        What nudges, whose force on an output sees no other; default ``costs.squared_error()``.
    delay : Quantity, optional
        Delay of all edges, or of each (edges,); spikes only.
    noise : float
        Standard deviation that white noise gives a membrane which leaks at rate 1 and does nothing else.
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
        If another argument is out of range, the machine cannot compile to the target, a rule or a rate cannot be
        carried by spikes, or a parameter of the dynamics has a name that Brian2 cannot take.
    MissingPackageError
        If brian2 is missing, or too old for the installed numpy.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> rates = build(network, [[0, 1], [1, 1]], target="numpy")
    >>> settled = rates.settle()
    >>> bool(abs(settled.outputs - ng.settle(network, [[0, 1], [1, 1]]).outputs).max() < 1e-4)
    True
    >>> len(rates.neurons), len(rates.synapses)
    (12, 30)
    """
    network = checked_network(network)
    if model not in KINDS:
        raise ParameterError(f"model is {model!r}: expected one of {', '.join(KINDS)}")
    kind, inputs, compiler = KINDS[model], checked_inputs(network, x), checked_target(target)
    load_brian2()
    rng = checked_generator(seed)
    starts = starting_state(network, inputs, start, rng)
    copies = starts.shape[0] if batch is None else checked_whole("batch", batch, 1)
    if starts.shape[0] % copies:
        raise DataError(f"batch is {copies}, but x has {starts.shape[0]} samples: expected a divisor of their number")
    constants = checked_constants(kind, namespace) | (
        {"noise": noise} if checked_number("noise", noise, least=0.0) else {}
    )
    measured = Euler(steps=20_000, implicit=False).solve(network, Phase(starts))  # the rate network, for its times
    recipe = assemble(
        Request(
            network=network, kind=kind, cost=checked_cost(squared_error() if cost is None else cost), batch=copies,
            record=checked_record(network, record), target=compiler, dt=dt,
            rule=checked_rule(rule), delay=delay, noise=float(noise), threshold=threshold,
            reset=reset, extra=extra_equations, constants=constants, rng=rng,
        ),
        starts, measured,
    )  # fmt: skip
    runner = Program(recipe) if compiler == "cpp" else Runtime(recipe)
    return BrianModel(network, recipe, starts, copies, runner, rule, times(recipe, measured, window))


public_names(__name__, __all__)
