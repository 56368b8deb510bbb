"""The spiking model: the rate membrane, whose output is encoded by a deterministic integrate-and-fire neuron."""

from neurograph.brian.neuron_model import CURRENT, ON_PRE, SPIKES, TIME_UNIT, NeuronModel

SPIKING = NeuronModel(
    name="spiking",
    neurons=f"{CURRENT}\ndphi/dt = rmax*sent : 1",
    on_pre=ON_PRE,
    threshold="phi >= 1.0",
    reset="phi -= 1.0",
    constants=(TIME_UNIT, *SPIKES),
    phase=("phi", 0.0, 1.0),
    longest_dt=1e-3,
)
"""A neuron that sends f fires at f rmax; what is left of phi after a spike stays, so that rounding takes no rate."""
