r"""The LIF model: the rate membrane drives a leaky integrate-and-fire neuron in millivolt.

The drive is the inverse of the neuron's f-I curve, so that it fires at f rmax. A neuron at ``V_r`` that is pulled to
``E_L + drive`` is at ``E_L + drive - q (E_L + drive - V_r)`` after n steps, with ``q = (1 - dt/tau_m)**n``: at the
threshold where

.. math:: drive = \frac{V_{th} - E_L - q (V_r - E_L)}{1 - q}, \quad
    n = \frac{1/(r_{max} f) - t_{ref}}{dt} + \frac{1}{2}

for Brian2 counts the step of the spike to the refractory time, and sees a spike, on average, half a step after the
threshold is crossed. A neuron that should fire less often than once in 35 ``tau_m`` does not fire: to rounding, its
drive ends at the threshold.
"""

from neurograph.brian.neuron_model import CURRENT, ON_PRE, SPIKES, TIME_UNIT, NeuronModel

LIF = NeuronModel(
    name="lif",
    neurons=f"""{CURRENT}
dv/dt = (E_L - v + drive)/tau_m : volt (unless refractory)
drive = (V_th - E_L - q*(V_r - E_L))/(1.0 - q) : volt
q = (1.0 - dt/tau_m)**((1.0/(rmax*rate) - t_ref)/dt + 0.5) : 1
rate = clip(sent, 1e-6, 0.9/(rmax*t_ref)) : 1""",
    on_pre=ON_PRE,
    threshold="v > V_th",
    reset="v = V_r",
    refractory="t_ref",
    constants=(
        TIME_UNIT,
        *SPIKES,
        ("E_L", (-0.07, "volt")),
        ("V_th", (-0.05, "volt")),
        ("V_r", (-0.06, "volt")),
        ("tau_m", (0.01, "second")),
        ("t_ref", (0.002, "second")),
    ),
    phase=("v", "V_r", "V_th"),
    longest_dt=1e-4,
)
"""A neuron with a resting potential, a threshold, a reset and a refractory time."""
