"""A network that provably settles, whatever its weights: each neuron leaks what it sends, and a little more.

Run from the root of the source: ``.venv/bin/python examples/settles.py``
"""

import numpy as np

import neurograph as ng


def main() -> ng.Equilibrium:
    """Settle wild weights from anywhere, draw how; give where they settled."""
    graph = ng.topologies.complete(inputs=2, hidden=6, outputs=1, bias=True, scale=3.0, seed=2)
    network = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.3))
    x = [[0.2, 0.9]]
    report = ng.certify(network, x)
    print(report.claim)

    settled = ng.settle(network, np.repeat(x, 1000, axis=0), start="uniform", seed=0)
    print(f"1000 random starts end within {np.ptp(settled.state, axis=0).max():.1g} of each other")
    function = report["absolute_leak"].function()  # the distance to where they end, in the norm of the proof
    print(f"which is {function.value(settled.state).max():.1g} from the equilibrium")
    ng.plots.lyapunov(network, x, nodes=("h0", "y0")).savefig("settles.png")
    print("Written to settles.png")
    return settled


if __name__ == "__main__":
    main()
