"""Not a speed: the same matrices as a reservoir here and in reservoirpy, their states and what is read from them."""

import importlib.util

import numpy as np
from sklearn.linear_model import Ridge

import neurograph as ng

TITLE = "A reservoir of 500 tanh units beside reservoirpy, the same matrices, Mackey-Glass, 2,000 steps to learn from"
UNITS, STEPS, LEARNT, WASHOUT, RIDGE = 500, 3000, 2000, 100, 1e-7


def rows():
    if importlib.util.find_spec("reservoirpy") is None:
        yield "not measured, reservoirpy is missing (extra `bench`)", "asked: at most 1e-10", "-"
        return
    graph = ng.topologies.random(inputs=0, hidden=UNITS - 1, outputs=1, density=0.02, seed=0)
    for leak in (1.0, 0.3):
        x = normed(ng.tasks.mackey_glass(STEPS, seed=0)[0])
        reservoir = ng.GraphReservoir(graph, leak=leak, input_scaling=0.5, random_state=0).fit(x)
        states = {"neurograph": reservoir.transform(x), "reservoirpy": theirs(reservoir.network_, leak, x)}
        far = np.abs(np.subtract(*states.values())).max()
        yield f"leak {leak:g}: states differ by at most", "asked: at most 1e-10", f"{far:.0e}"
        for horizon in (1, 17, 84):
            y = ng.tasks.mackey_glass(STEPS, horizon, seed=0)[1].ravel()
            for name, own in states.items():
                yield f"leak {leak:g}, {horizon} steps ahead: NRMSE of {name}", "", f"{nrmse(own, y):.6f}"


def normed(x):
    return (x - x.mean()) / x.std()


def theirs(network, leak, x):
    from reservoirpy.nodes import Reservoir

    dense, free = network.matrix().toarray(), network.connectivity.table.free
    W, V = dense[np.ix_(free, free)], dense[free][:, network.connectivity.inputs]
    return Reservoir(W=W, Win=V, bias=np.zeros(len(W)), lr=leak).run(x)


def nrmse(states, y):
    """The error on the steps that were not learnt from, divided by the standard deviation."""
    model = Ridge(RIDGE).fit(states[WASHOUT:LEARNT], y[WASHOUT:LEARNT])
    return np.sqrt(np.mean((model.predict(states[LEARNT:]) - y[LEARNT:]) ** 2)) / y[LEARNT:].std()
