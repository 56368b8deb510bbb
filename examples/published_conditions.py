"""The published conditions for stability on the published network: why they fail for all weights, and what holds.

Run from the root of the source: ``.venv/bin/python examples/published_conditions.py``
"""

import numpy as np

import neurograph as ng


def main() -> list[ng.Certificate]:
    """Ask for Gershgorin's conditions with the signed and the absolute leak; give the certificates."""
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, scale=0.05, seed=0)
    found = []
    for dynamics in (ng.dynamics.deep("signed"), ng.dynamics.deep("absolute", extra_leak=0.1)):
        network = ng.compile(graph, dynamics)
        free = network.connectivity.free
        A = network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]
        sums = A.sum(axis=0)  # what a neuron sends, it loses, and clamped ones receive nothing
        print(f"{dynamics.name}: columns of A add up to {sums.min():.1g} ... {sums.max():.1g},", end=" ")
        print(f"and its spectral abscissa is {np.linalg.eigvals(A).real.max():.2g}")
        found.append(ng.certify(network)["gershgorin"])
        print(found[-1].verdict, found[-1].statement)
    return found


if __name__ == "__main__":
    main()
