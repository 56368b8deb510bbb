"""A trained network becomes Brian2 objects, and its neurons get an equation of one's own: they tire.

Run from the root of the source: ``.venv/bin/python examples/your_own_equations_in_brian2.py``
"""

import brian2
import numpy as np

import neurograph as ng

FATIGUE = """
dfatigue/dt = (s - fatigue)/tau_fatigue : 1
I_ext = -strength*fatigue : 1
"""


def main() -> dict[float, np.ndarray]:
    """Settle a network that computes XOR with neurons that tire more and more; give its outputs for each strength."""
    x, y = ng.tasks.logic("xor")
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    network = ng.train(ng.compile(graph), x, y, seed=0, progress=False).network
    outputs = {}
    for strength in (0.0, 0.1, 0.5):
        constants = {"tau_fatigue": 100 * brian2.ms, "strength": strength}
        model = ng.brian.build(network, x, target="numpy", extra_equations=FATIGUE, namespace=constants)
        outputs[strength] = model.settle(1 * brian2.second).outputs.ravel()
        tired = model.neurons.fatigue[model.node_indices["y0"]]
        print(f"strength {strength}: outputs {outputs[strength].round(2)}, fatigue of the output {tired.round(2)}")
    print(model.equations)
    return outputs


if __name__ == "__main__":
    main()
