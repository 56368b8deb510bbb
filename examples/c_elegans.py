"""The wiring of a worm reads digits: C. elegans' connectome as the graph, pruned to the circuit that does the work.

Each of 64 sensory neurons sees one pixel, and ten motor neurons answer. The synapses and gap junctions are those of
Cook et al., Nature 571, 2019, read by the package cect; which of them excite, and how strongly, is learned.

Run from the root of the source: ``.venv/bin/python examples/c_elegans.py``
"""

import contextlib
import io

import networkx as nx

import neurograph as ng


def wiring() -> nx.DiGraph | None:
    """Give the hermaphrodite's 302 neurons with a pixel to each of 64 sensory ones; None without the package cect."""
    try:
        from cect.Cells import MOTORNEURONS_NONPHARYNGEAL_COOK, SENSORY_NEURONS_COOK
        from cect.readers import Cook2019HermReader
    except ModuleNotFoundError as missing:
        print(f"skipped: C. elegans' wiring comes with the package cect (pip install cect); {missing.name} is missing")
        return None
    with contextlib.redirect_stdout(io.StringIO()):  # it tells of each sheet that it opens
        _, connections = Cook2019HermReader.get_instance().read_data()
    pairs = {(each.pre_cell, each.post_cell) for each in connections}
    worm = nx.DiGraph(sorted((pre, post) for pre, post in pairs if pre != post))
    nx.set_node_attributes(worm, 0.0, "bias")
    sensory = sorted(set(SENSORY_NEURONS_COOK) & set(worm))
    motor = sorted(set(MOTORNEURONS_NONPHARYNGEAL_COOK) & set(worm), key=lambda one: (-worm.in_degree(one), one))
    pixels = [f"pixel {k}" for k in range(64)]
    worm.add_edges_from(zip(pixels, sensory[:64], strict=True))
    return ng.topologies.from_graph(worm, inputs=pixels, outputs=motor[:10], scale=0.1, seed=0)


def main() -> ng.Pruning | None:
    """Train the worm, prune it, and say what its circuit looks like before and after; give the pruning."""
    graph = wiring()
    if graph is None:
        return None
    digits = ng.tasks.digits()
    how = {
        "cost": ng.costs.cross_entropy(5.0),
        "optimiser": ng.optimisers.adam(0.01, decay=0.9),
        "solver": ng.solvers.Euler(tol=1e-2, steps=200),
        "target_cost": None,
        "seed": 0,
    }
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    trained = ng.train(network, digits.x_train, digits.y_train, epochs=15, **how).network
    pruning = ng.prune(trained, ng.pruning.saliency(0.8), digits.x_train, digits.y_train, rounds=5, retrain=3, **how)
    print(pruning)
    for name, worm in (("whole", trained), ("pruned", pruning.network)):
        right = ng.settle(worm, digits.x_test, solver=how["solver"]).outputs.argmax(axis=1) == digits.y_test
        print(f"{name}: {len(worm.nodes) - 64} neurons, {right.mean():.1%} of the test digits right")
    print(ng.graph_metrics(trained, pruning.network))
    return pruning


if __name__ == "__main__":
    main()
