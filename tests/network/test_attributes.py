"""The dynamics and the parameters that a graph carries."""

import networkx as nx
import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs import topologies
from neurograph.graphs.from_networkx import read_graph
from neurograph.network.attributes import chosen_dynamics, node_parameters


def test_a_dynamics_named_by_the_graph_is_used():
    graph = topologies.complete(bias="neurons", seed=0)
    graph.graph["dynamics"] = ng.dynamics.vector_field()
    network = ng.compile(graph)
    assert network.dynamics == ng.dynamics.vector_field()
    assert nx.utils.graphs_equal(network.to_graph(), graph)
    told = ng.compile(graph, ng.dynamics.additive())
    assert told.dynamics == ng.dynamics.additive()
    assert ng.compile(told.to_graph()).dynamics == ng.dynamics.additive()


def test_without_a_word_of_the_graph_it_is_deep_with_the_absolute_leak():
    assert chosen_dynamics({}) == ng.dynamics.deep("absolute", extra_leak=0.3)
    hopfield = ng.dynamics.hopfield()
    assert chosen_dynamics({"dynamics": hopfield}) is hopfield
    assert chosen_dynamics({"dynamics": hopfield.to_dict()}) == hopfield
    with pytest.raises(ParameterError, match="dynamics is 'deep': expected a mapping"):
        chosen_dynamics({"dynamics": "deep"})


def test_a_nodes_own_parameter_goes_before_the_default():
    dynamics = ng.Dynamics("(-s + I)/tau + c", parameters={"tau": 2.0, "c": -1.0})
    graph = topologies.complete(inputs=1, hidden=2, outputs=1, seed=0)
    graph.nodes["h1"].update(tau=5, c=np.float32(0.5))
    graph.nodes["y0"]["c"] = 0
    columns = list(dynamics.defaults)
    found = node_parameters(read_graph(graph), dynamics)
    for node, row in zip(graph, found.tolist(), strict=True):
        assert row == [graph.nodes[node].get(name, dynamics.defaults[name]) for name in columns]
    table = topologies.from_matrix([[0.0, 1.0], [0.0, 0.0]], inputs=[0], outputs=[1])
    assert node_parameters(table, dynamics).tolist() == [[-1.0, 2.0]] * 2
    assert node_parameters(table, ng.dynamics.vector_field()).shape == (2, 0)


@pytest.mark.parametrize("value", ["2", None, True, float("nan")])
def test_a_parameter_that_is_no_number_is_named(value):
    graph = topologies.complete(seed=0)
    graph.nodes["h0"]["extra_leak"] = value
    with pytest.raises(GraphError, match=rf"node 'h0' has extra_leak {value!r}: expected a finite number"):
        node_parameters(read_graph(graph), ng.dynamics.deep(extra_leak=0.3))
