import numpy as np

from neurograph.simulation.run import parts_of, turned
from tests.simulation.networks import some, unitary


def test_the_parts_are_the_weights_of_their_edges():
    network = unitary(inputs=2, units=4, outputs=3)
    parts, graph = parts_of(network), network.to_graph()
    V = [[graph.edges[("x", k), ("h", i)]["weight"] for i in range(4)] for k in range(2)]
    U = [[graph.edges[("h", i), ("y", o)]["weight"] for o in range(3)] for i in range(4)]
    assert np.array_equal(parts.into, V)
    assert np.array_equal(parts.out, U)
    states = some((5, 2, 4))
    assert np.allclose(parts.outputs(states), (states @ np.array(U)).real + parts.offset, atol=1e-14)


def test_what_modrelu_is_given_is_kept():
    network = unitary(units=4)
    parts, sums = parts_of(network), some((6, 3, 4))
    states, z = np.zeros((7, 3, 4), complex), np.empty((6, 3, 4), complex)
    states[0] = some((3, 4), 1)
    turned(parts, sums, states, z)
    for t in range(6):
        assert np.allclose(z[t], states[t] @ parts.product.matrix().T + sums[t], atol=1e-13)
        size = np.abs(z[t])
        assert np.allclose(states[t + 1], np.maximum(size + parts.bias, 0.0) * z[t] / size, atol=1e-13)
