"""Any networkx graph learns: Zachary's karate club computes an exclusive or, and is pruned to the circuit that does it.

Run from the root of the source: ``.venv/bin/python examples/your_own_graph.py``
"""

import networkx as nx

import neurograph as ng


def main() -> ng.Network:
    """Train, prune and write the club; give the pruned network."""
    club = nx.DiGraph(nx.karate_club_graph().to_directed().edges)  # the wiring alone
    inputs, outputs = [0, 33], [2]  # the two leaders, and a member between their factions
    club.remove_edges_from(list(club.in_edges(inputs)))  # inputs are clamped, so nothing may end there
    graph = ng.topologies.from_graph(club, inputs=inputs, outputs=outputs, scale=0.5, seed=0)

    x, y = ng.tasks.logic("xor")
    fit = ng.train(ng.compile(graph), x, y, seed=0)
    print(fit)
    pruned = ng.prune(fit.network, ng.pruning.magnitude(fraction=0.5))
    print(pruned)
    print(ng.settle(pruned.network, x).outputs.round(2).ravel())
    print(ng.certify(pruned.network).claim)
    print("Written to", ng.write(pruned.network, "club.graphml"), "which opens in Gephi, igraph, yEd")
    return pruned.network


if __name__ == "__main__":
    main()
