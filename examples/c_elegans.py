"""
The wiring of a worm learns
===========================

The 302 neurons of *Caenorhabditis elegans*, with their chemical synapses (Cook et al., Nature 571, 2019), read digits
and tell irises apart. Counts of synapses, divided by their sum into each neuron, are the first weights; a bias node is
added, and :func:`neurograph.train` has its own rule, cost and optimiser.
"""

# %%
# Each input is one sensory neuron, those with the most partners downstream; the motor neurons with the most partners
# upstream answer, one a class. The wiring comes with another package, without which there is nothing to train.

import networkx as nx
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

import neurograph as ng


def most_connected(worm: nx.DiGraph, kind: str, count: int) -> list[str]:
    """Return the neurons of a class with the most partners, downstream for sensory and upstream for motor neurons."""
    partners = worm.out_degree if kind == "sensory" else worm.in_degree
    neurons = [neuron for neuron, own in worm.nodes(data="class") if own == kind]
    return sorted(neurons, key=lambda neuron: (-partners(neuron), neuron))[:count]


try:
    worm = ng.connectomes.c_elegans(bias=False)
    print(f"{len(worm)} neurons, {worm.number_of_edges()} edges")
except ng.MissingPackageError as missing:
    worm = None
    print(f"skipped: {missing}")

# %%
# Of digits, 1437 images of 64 pixels are learned and 360 are to test with; of irises, 105 of 4 sizes and 45.


def iris(seed: int) -> ng.tasks.Split:
    """Return irises whose sizes go from 0 to 1."""
    x, y = load_iris(return_X_y=True)
    x = (x - x.min(axis=0)) / np.ptp(x, axis=0)
    parts = train_test_split(x, y, test_size=45, stratify=y, random_state=seed)
    return ng.tasks.Split(**dict(zip(("x_train", "x_test", "y_train", "y_test"), parts, strict=True)))


TASKS = {"digits": (ng.tasks.digits, 64, 10, 10), "iris": (iris, 4, 3, 100)}  # inputs, outputs, epochs

# %%
# Each network learns from five seeds, which split the data too, and is judged by samples that it has not seen.

accuracies: dict[str, list[float]] = {}
print(f"{'task':8}{'network':44}{'accuracy of 5 seeds':38}mean")
for name, (task, inputs, outputs, epochs) in TASKS.items() if worm is not None else ():
    roles = {"inputs": most_connected(worm, "sensory", inputs), "outputs": most_connected(worm, "motor", outputs)}
    network = ng.compile(ng.connectomes.c_elegans(**roles))
    accuracies[name] = []
    for seed in range(5):
        split = task(seed)
        fit = ng.train(network, split.x_train, split.y_train, epochs=epochs, seed=seed)
        answers = ng.settle(fit.network, split.x_test).outputs.argmax(axis=1)
        accuracies[name].append(float((answers == split.y_test).mean()))
    size = f"{inputs} in, {outputs} out of {len(network.nodes)} nodes, {network.weights.size} edges"
    shown = " ".join(f"{each:.3f}" for each in accuracies[name])
    print(f"{name:8}{size:44}{shown:38}{np.mean(accuracies[name]):.3f}")
