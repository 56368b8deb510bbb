"""The wiring of a worm reads digits and tells irises apart, with its counts of synapses as the first weights.

The chemical synapses are those of Cook et al., Nature 571, 2019. Each input is one sensory neuron, those with the
most partners, and the motor neurons with the most partners answer, one a class. Everything else is a default: counts
into each neuron are divided by their sum, a bias node is added, and `ng.train` has its own rule, cost and optimiser.

Run from the root of the source: ``.venv/bin/python examples/c_elegans.py``
"""

import networkx as nx
import numpy as np

import neurograph as ng

SEEDS = range(5)


def most_connected(worm: nx.DiGraph, kind: str, count: int) -> list[str]:
    """Return the neurons of a class with the most partners, downstream for sensory and upstream for motor neurons."""
    partners = worm.out_degree if kind == "sensory" else worm.in_degree
    neurons = [neuron for neuron, own in worm.nodes(data="class") if own == kind]
    return sorted(neurons, key=lambda neuron: (-partners(neuron), neuron))[:count]


def digits(seed: int) -> ng.tasks.Split:
    """Return 1437 digits of 64 pixels to learn from and 360 to test with."""
    return ng.tasks.digits(seed)


def iris(seed: int) -> ng.tasks.Split:
    """Return 105 irises of 4 sizes, from 0 to 1, to learn from and 45 to test with."""
    from sklearn.datasets import load_iris
    from sklearn.model_selection import train_test_split

    x, y = load_iris(return_X_y=True)
    x = (x - x.min(axis=0)) / np.ptp(x, axis=0)
    parts = train_test_split(x, y, test_size=45, stratify=y, random_state=seed)
    return ng.tasks.Split(**dict(zip(("x_train", "x_test", "y_train", "y_test"), parts, strict=True)))


def accuracy(network: ng.Network, split: ng.tasks.Split, epochs: int, seed: int) -> float:
    """Train, and give the share of the test samples that are answered right."""
    fit = ng.train(network, split.x_train, split.y_train, epochs=epochs, seed=seed)
    return float((ng.settle(fit.network, split.x_test).outputs.argmax(axis=1) == split.y_test).mean())


def main() -> dict[str, list[float]] | None:
    """Print a table of both tasks, and give the accuracies; None without the package cect."""
    try:
        worm = ng.connectomes.c_elegans(bias=False)
    except ng.MissingPackageError as missing:
        print(f"skipped: {missing}")
        return None
    found = {}
    print(f"{'task':8}{'network':44}{'accuracy of 5 seeds':38}mean")
    for task, inputs, outputs, epochs in ((digits, 64, 10, 10), (iris, 4, 3, 100)):
        roles = {"inputs": most_connected(worm, "sensory", inputs), "outputs": most_connected(worm, "motor", outputs)}
        network = ng.compile(ng.connectomes.c_elegans(**roles))
        right = [accuracy(network, task(seed), epochs, seed) for seed in SEEDS]
        size = f"{inputs} in, {outputs} out of {len(network.nodes)} nodes, {network.weights.size} edges"
        print(f"{task.__name__:8}{size:44}{' '.join(f'{each:.3f}' for each in right):38}{np.mean(right):.3f}")
        found[task.__name__] = right
    return found


if __name__ == "__main__":
    main()
