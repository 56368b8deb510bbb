"""Remedies in the messages about networks of rates in time."""

from tests.remedies.row import Row

NETWORK = "network = small_network(); x = np.zeros((2, 5, 1))"
LATE = "network = ng.compile(small_graph(xh={'delay': 0.3}), ng.dynamics.additive()); x = np.zeros((2, 5, 1))"
TANH = "network = ng.compile(small_graph(), ng.dynamics.additive()); x = np.zeros((2, 5, 1))"
CUBIC = "network = ng.compile(small_graph(), ng.Dynamics('-s**3 + I')); x = np.zeros((2, 5, 1))"
UNITARY = "network = ng.compile(topologies.unitary(1, 4, 1, seed=0), ng.dynamics.unitary()); x = np.zeros((2, 5, 1))"
RUN = "ng.simulate(network, x, dt=0.1, {0})"
LAST = NETWORK + "; simulation = ng.simulate(network, x, dt=0.1)"
FUNCTION = "network = small_network(); x = lambda t: [t]"

SIMULATION = [
    Row("ng.simulate(network, x)", {r"dt=0\.1": "ng.simulate(network, x, {0})"}, NETWORK),
    Row("ng.simulate(network, x, dt=0.1)", {r"duration=10\.0": RUN}, FUNCTION),
    Row(RUN.replace("{0}", "to='states.txt'"), {r"to='states\.npy'": RUN}, NETWORK),
    Row(
        RUN.replace("{0}", "method='exponential'"),
        {r"method='rk4'": RUN, r"method='heun'": RUN},
        CUBIC,
    ),
    Row(RUN.replace("{0}", "method='rk4'"), {r"method='heun'": RUN}, LATE),
    Row(
        "ng.simulate(network, x, dt=2.5, method='euler')",
        {
            r"dt <= (\S+),": "ng.simulate(network, x, dt={0}, method='euler')",
            r"method='exponential'": "ng.simulate(network, x, dt=2.5, {0})",
        },
        TANH,
    ),
    Row(
        "ng.simulate(network, x, dt=0.2, start=simulation.last)",
        {r"start=simulation\.last\.state": "ng.simulate(network, x, dt=0.2, {0})"},
        LAST,
    ),
    Row(RUN.replace("{0}", ""), {r"neurograph\.simulate\(network, x\)": "{0}"}, UNITARY),
    Row(
        RUN.replace("{0}", "duration=1e12"),
        {
            r"record=100": "ng.simulate(network, x, dt=0.1, duration=100.0, {0})",
            r"to='states\.npy'": "ng.simulate(network, x, dt=0.1, duration=100.0, {0})",
        },
        FUNCTION,
    ),
]
