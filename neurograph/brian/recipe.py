"""A Brian2 model as text and numbers, from which both the objects and the stand-alone script are made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph.brian.in_time.delays import Lines
from neurograph.brian.neuron_model import NeuronModel
from neurograph.equations.costs import Cost
from neurograph.equations.expression import Expression
from neurograph.equations.populations import BOX
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule
from neurograph.network.network import Network
from neurograph.solvers.result import Record

NUDGE_TIME = "int(timestep(t, dt) >= onset)"
"""1 from the step on in which the nudged phase begins."""

X, CURRENT = "x_in_time", "current_in_time"
"""The waveforms, as TimedArrays of a frame a step and a column for each sample and node."""


@dataclass(frozen=True, eq=False)
class Recipe:
    """The equations and numbers of a Brian2 model.

    Attributes
    ----------
    kind : NeuronModel
    dt : Quantity
        Time step of the one clock.
    namespace : dict of str to float or Quantity
        The constants.
    neurons : str
        Equations of the neurons.
    operations : tuple of (str, str)
        Statements about the neurons that are executed in every step, and the slot of the step.
    spiking : dict of str to str
        The threshold, the reset and the refractory time, each where there is one.
    values : dict of str to array or number
        Parameters of the neurons.
    synapses : str
        Equations of the synapses.
    on_pre : str
        What a spike does.
    synapse_operations : tuple of (str, str)
    synapse_values : dict of str to array or number
    pre, post : int64 array (synapses,)
        Which neurons they connect; with none there are no synapses.
    delay : Quantity array or None
        Delay of each synapse, of spikes.
    lines : Lines or None
        What delays rates.
    held : array (elements of lines,)
        What they hold at first.
    waveforms : dict of str to array (frames, columns)
        What drives the neurons in time.
    record : Record or None
        Which states are recorded.
    recorded : int64 array
        Their neurons.
    monitored : tuple of str
        Their variables.
    target : str or None
        What Brian2 compiles to.
    cost : Cost
        What nudges.
    """

    kind: NeuronModel
    dt: Any
    namespace: Mapping[str, Any]
    neurons: str
    operations: tuple[tuple[str, str], ...]
    spiking: Mapping[str, str]
    values: Mapping[str, Any]
    synapses: str
    on_pre: str
    synapse_operations: tuple[tuple[str, str], ...]
    synapse_values: Mapping[str, Any]
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    delay: Any
    lines: Lines | None
    held: NDArray[np.float64]
    waveforms: Mapping[str, NDArray[np.float64]]
    record: Record | None
    recorded: NDArray[np.int64]
    monitored: tuple[str, ...]
    target: str | None
    cost: Cost


def membrane(
    network: Network,
    kind: NeuronModel,
    cost: Cost,
    rule: Rule | None,
    noisy: bool,
    own_input: bool,
    target: str | None,
    waveforms: Collection[str] = (),
) -> str:
    """Write the neurons' equations without the dynamics' parameters; with `own_input` the user's say what I_ext is."""
    dynamics = network.dynamics
    constants = {name: repr(value) for name, value in cost.constants.items()}
    push = f"{dynamics.drift_equation.brian()} + pull*output*({cost.force_equation.brian(constants)})"
    shaken = " + free*noise*sqrt(2.0/time_unit)*xi" if noisy else ""
    lines = [
        f"ds/dt = free*({push})/time_unit{shaken} : 1",
        f"sent = {dynamics.transfer_equation.brian()} : 1",
        f"I = I_syn + I_ext{' + I_current' if CURRENT in waveforms else ''} : 1",
        *([] if own_input else ["I_ext : 1"]),
        *kind.neurons.splitlines(),
        "s_old : 1",
        "s_free : 1",
        "b : 1",
        *(f"{name} : 1" for name in sums(network)),
        *(f"{name} : 1 (constant)" for name in constants_of(network)[len(dynamics.defaults) :]),
        "free : 1 (constant)",
        "output : 1 (constant)",
        "y : 1",
        f"pull = beta*{NUDGE_TIME} : 1 (shared)",
        "beta : 1 (shared)",
        "onset : integer (shared)",
    ]
    lines += ["noise : 1 (constant)"] if noisy else []
    lines += ["begun : integer (shared)"] if waveforms else []
    if X in waveforms:
        lines += ["driven : 1 (constant)", "x_column : integer", "x_hold : integer (shared)"]
    if CURRENT in waveforms:
        lines += ["I_current : 1", "stimulated : 1 (constant)"]
        lines += ["current_column : integer", "current_hold : integer (shared)"]
    if kind.spikes:
        lines += ["count : 1", "start_counting : integer (shared)", "stop_counting : integer (shared)"]
    if rule is not None:
        lines += [f"active = learning*{NUDGE_TIME} : 1 (shared)", "learning : 1 (shared)"]
        lines += ["b_trace : 1", "biased : 1 (constant)"]
        lines += ["dsm/dt = (s - sm)/tau_z : 1"] if kind.spikes else []
    return "\n".join(lines + (["steps : integer (shared)"] if target == "cpp" else []))


def constants_of(network: Network) -> tuple[str, ...]:
    """Name the columns of ``network.node_values`` as Brian2 can: parameters, population and ends of the box."""
    return tuple(name.replace(" ", "_") for name in network.dynamics.node_values)


def sums(network: Network) -> tuple[str, ...]:
    """Name the sums of outgoing weights that the equations read."""
    return tuple(name for name in ("w_out", "w_out_abs") if name in network.dynamics.symbols)


def further_variables(network: Network) -> list[str]:
    """Write the equations of the further variables, each with what it was in the step before."""
    named = network.dynamics.variable_equations.items()
    return [
        line for name, one in named for line in (f"d{name}/dt = free*({one.brian()})/time_unit : 1", f"{name}_old : 1")
    ]


def neuron_operations(
    network: Network, kind: NeuronModel, rule: Rule | None, waveforms: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Write what happens to every neuron in every step, beside its equations."""
    kept = "".join(f"{name}_old = {name}\n" for name in ("s", *network.dynamics.variable_names))
    operations = [(f"{kept}s_free += int(timestep(t, dt) == onset)*(s - s_free)", "start")]
    step = "(timestep(t, dt) - begun)"  # a whole number: t/dt is rounded, and may be a step too early
    if X in waveforms:
        operations.append((f"s = driven*{X}({step}//x_hold*dt, x_column) + (1.0 - driven)*s", "after_start"))
    if CURRENT in waveforms:
        read = f"{CURRENT}({step}//current_hold*dt, current_column)"
        operations.append((f"I_current = stimulated*{read}", "after_start"))
    if network.dynamics.box is not None:
        each = BOX[0] in network.dynamics.node_values
        low, high = constants_of(network)[-2:] if each else map(_bound, network.dynamics.box)
        operations.append((f"s = free*clip(s, {low}, {high}) + (1.0 - free)*s", "after_groups"))
    if rule is not None:
        as_edge = {"pre": "1.0", "dpre": "0.0", "post": "s", "dpost": "(s - s_old)", "w": "b"}
        operations.append((f"b_trace += active*biased*({rule.expression.brian(as_edge)})", "end"))
    return tuple(operations)


def _bound(value: float) -> str:
    return repr(value) if np.isfinite(value) else "inf" if value > 0 else "-inf"


def counting(reset: str) -> str:
    """Write a reset that also counts the spike, between `start_counting` and `stop_counting`."""
    return f"{reset.strip()}\ncount += int(timestep(t, dt) >= start_counting and timestep(t, dt) < stop_counting)"


def synapse_equations(network: Network, kind: NeuronModel, rule: Rule | None, late: bool) -> str:
    """Write the synapses' equations; where rates are `late`, a synapse hears what its taps say."""
    values = {"w_out": "w", "w_out_abs": "abs(w)"}
    lines = ["w : 1", *([kind.summed] if kind.summed else [])]
    if late:
        lines = ["w : 1", kind.summed.replace("sent_pre", "heard"), "heard : 1"]
    lines += [f"{name}_pre = {values[name]} : 1 (summed)" for name in sums(network)]
    return "\n".join(lines + (["plastic : 1 (constant)", "trace : 1"] if rule is not None else []))


def synapse_operations(kind: NeuronModel, rule: Rule | None) -> tuple[tuple[str, str], ...]:
    """Write what happens to every synapse in every step: the rule, where states are seen along the edges."""
    if rule is None or kind.spikes:
        return ()
    ends = {"pre": "s_pre", "post": "s_post", "dpre": "(s_pre - s_old_pre)", "dpost": "(s_post - s_old_post)"}
    return ((f"trace += active_post*plastic*({rule.expression.brian(ends)})", "end"),)


def on_spike(kind: NeuronModel, rule: Rule | None) -> str:
    """Write what a presynaptic spike does: it stands for ``1/(rmax dt)`` steps in which the neuron sends 1."""
    if rule is None or not kind.spikes:
        return kind.on_pre
    moved = {"post": "s_post", "dpost": "(dt*(s_post - sm_post)/tau_z)"}
    return f"{kind.on_pre}\ntrace += active_post*plastic*({_per_pre(rule).brian(moved)})/(rmax*dt)"


def _per_pre(rule: Rule) -> Expression:
    """Return the rule over ``pre``, which a spike stands for."""
    change = rule.expression
    each = change.derivative("pre")
    if each.symbols & {"pre", "dpre"} or "dpre" in change.symbols or not _vanishes(change):
        raise ParameterError(
            f"rule {rule.name} is {rule.change!r}, which spikes cannot carry: expected 'pre' times what is seen at the "
            "postsynaptic end, such as 'pre*dpost'; or build with model='rate'"
        )
    return each


def _vanishes(change: Expression) -> bool:
    """Return whether a rule that is affine in pre is 0 where nothing is sent."""
    rng = np.random.default_rng(0)
    seen = {name: rng.uniform(0.1, 1.0, 8) for name in ("post", "dpost", "w")}
    return not np.any(change(pre=np.zeros(8), dpre=np.zeros(8), **seen))
