"""Which edges of a crowd are left out at first."""

import numpy as np
import pytest

from neurograph.drawing.crowds import CROWD, EDGES_A_NODE, weak_share


@pytest.mark.parametrize("edges", [0, 1, 599, 600, 601, 5000, 90_000])
def test_two_edges_a_node_stay_from_300_nodes_on(edges):
    assert weak_share(CROWD - 1, edges) == 0.0
    for nodes in (CROWD, 2 * CROWD):
        stay = edges * (1.0 - weak_share(nodes, edges))
        assert np.isclose(stay, min(edges, EDGES_A_NODE * nodes))
