"""The rate model: the network's own equations."""

from neurograph.brian.neuron_model import TIME_UNIT, NeuronModel

RATE = NeuronModel(
    name="rate",
    neurons="I_syn : 1",
    summed="I_syn_post = w*sent_pre : 1 (summed)",
    constants=(TIME_UNIT,),
)
"""Every neuron sees, in every step, what the others send."""
