"""What the three models share, and in what they differ: how the input is summed, and what spikes."""

from __future__ import annotations

from dataclasses import dataclass

Constant = tuple[float, str]
"""A number and the name of its unit in Brian2."""


@dataclass(frozen=True)
class NeuronModel:
    """A model of the neurons, as text: what is added to the membrane ``ds/dt = drift / time_unit`` that all have.

    Attributes
    ----------
    name : str
        What :func:`neurograph.brian.build` calls it.
    neurons : str
        Equations of the neurons beside those of the membrane.
    summed : str
        Equation of the synapses that sums the input, where it is summed anew in every step.
    on_pre : str
        What a presynaptic spike does.
    threshold, reset, refractory : str or None
        When a neuron spikes, what it does to the neuron, and for how long it is refractory.
    constants : tuple of (str, (float, str))
        The constants of the equations, which ``namespace=`` overrides.
    phase : (str, low, high) or None
        A variable that starts at a random place between two numbers, or two constants.
    longest_dt : float
        The longest time step, in seconds, that is chosen by itself.
    """

    name: str
    neurons: str
    summed: str = ""
    on_pre: str = ""
    threshold: str | None = None
    reset: str | None = None
    refractory: str | None = None
    constants: tuple[tuple[str, Constant], ...] = ()
    phase: tuple[str, float | str, float | str] | None = None
    longest_dt: float = float("inf")

    @property
    def spikes(self) -> bool:
        """Whether activity goes along the edges as spikes."""
        return bool(self.on_pre)


TIME_UNIT: tuple[str, Constant] = ("time_unit", (0.02, "second"))
"""How long one unit of the network's dimensionless time lasts."""

SPIKES: tuple[tuple[str, Constant], ...] = (
    ("rmax", (200.0, "hertz")),
    ("tau_syn", (0.02, "second")),
    ("tau_z", (0.04, "second")),
)
"""Rate of a neuron that sends 1, decay of a synaptic current, and of the average that a spike rule compares with."""

CURRENT = "dI_syn/dt = -I_syn/tau_syn : 1"
"""The summed input of a neuron that receives spikes."""

ON_PRE = "I_syn_post += w/(rmax*tau_syn)"
"""What a spike brings: on average w times what the presynaptic neuron sends."""
