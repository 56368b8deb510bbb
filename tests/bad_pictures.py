"""What users get wrong about pictures of simulations: rows of the table of bad input."""

import networkx as nx
import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph, small_network


def simulation(**options):
    return ng.simulate(small_network(), np.ones((2, 3, 1)), dt=0.1, **options)


def learned(record_weights=1):
    given = {"rule": ng.rules.oja(), "learning_rate": 0.1, "record_weights": record_weights}
    return ng.simulate(tanh_network(), np.ones((1, 3, 1)), dt=0.1, **given)


def tanh_network():
    return ng.compile(small_graph(), ng.dynamics.additive("tanh"))


def circle(weight=-2.0):
    graph = nx.DiGraph([("e", "i", {"weight": 2.0}), ("i", "e", {"weight": weight})])
    nx.set_node_attributes(graph, "output", "role")
    return ng.compile(graph, ng.dynamics.additive("tanh"))


def plane(nodes=("e", "i"), **options):
    return ng.plots.phase_plane(circle(), nodes=nodes, **options)


def around(**options):
    return ng.simulate(circle(), dt=0.1, duration=1.0, start=0.5, **options)


PICTURES = [
    (
        "activity of an equilibrium",
        lambda: ng.plots.activity(ng.settle(small_network(), [[1.0]])),
        ["simulation is of type Equilibrium", "neurograph.simulate"],
    ),
    ("a sample that is not there", lambda: ng.plots.activity(simulation(), sample=2), ["sample is 2", "below 2"]),
    ("a sample from the end", lambda: ng.plots.activity(simulation(), sample=-1), ["sample is -1", ">= 0"]),
    (
        "activity of a node that was not recorded",
        lambda: ng.plots.activity(simulation(), nodes=["z"]),
        ["node 'z'", "simulation.nodes"],
    ),
    ("activity of a label", lambda: ng.plots.activity(simulation(), nodes="h"), ["nodes is 'h'", "a list"]),
    ("activity of no nodes", lambda: ng.plots.activity(simulation(), nodes=[]), ["nodes is []", "a list"]),
    ("activity as a raster", lambda: ng.plots.activity(simulation(), kind="raster"), ["kind is 'raster'", "'lines'"]),
    (
        "activity without frames",
        lambda: ng.plots.activity(simulation(record=100)),
        ["simulation has no frames", "recorded more often"],
    ),
    ("activity on one Axes of two", lambda: ng.plots.activity(simulation(), ax=1), ["ax is 1", "2 Axes"]),
    ("weights of a network", lambda: ng.plots.plasticity(small_network()), ["simulation is of type Network"]),
    ("weights that did not learn", lambda: ng.plots.plasticity(simulation()), ["no records", "record_weights=1"]),
    (
        "weights that were recorded after the end",
        lambda: ng.plots.plasticity(learned(record_weights=100)),
        ["no records", "record_weights=1"],
    ),
    ("weights as a raster", lambda: ng.plots.plasticity(learned(), kind="raster"), ["kind is 'raster'", "'image'"]),
    ("weights of a label", lambda: ng.plots.plasticity(learned(), edges="h"), ["edges is 'h'", "a list"]),
    ("weights of no edges", lambda: ng.plots.plasticity(learned(), edges=[]), ["edges is []", "a list"]),
    (
        "weights of a pair that is no edge",
        lambda: ng.plots.plasticity(learned(), edges=[("y", "x")]),
        ["edge ('y', 'x')", "simulation.network.edges"],
    ),
    ("weights of a node", lambda: ng.plots.plasticity(learned(), edges=["y"]), ["edge 'y'", "network.edges"]),
    ("weights on no Axes", lambda: ng.plots.plasticity(learned(), ax=1), ["ax is 1", "one Axes"]),
    ("a plane of one node", lambda: plane(("e",)), ["nodes is ('e',)", "two different ones"]),
    ("a plane of a node twice", lambda: plane(("e", "e")), ["nodes is ('e', 'e')", "two different ones"]),
    ("a plane of a node that is not there", lambda: plane(("e", "z")), ["node 'z'", "network.nodes"]),
    (
        "a plane of a clamped node",
        lambda: ng.plots.phase_plane(small_network(), nodes=("x", "h")),
        ["node 'x' is clamped", "hidden or outputs"],
    ),
    (
        "a plane with the simulation of another network",
        lambda: ng.plots.phase_plane(circle(-1.0), around(), nodes=("e", "i")),
        ["simulation is of another network", "neurograph.simulate(network)"],
    ),
    (
        "a plane with an equilibrium",
        lambda: plane(simulation=ng.settle(circle(), np.zeros((1, 0)))),
        ["simulation is of type Equilibrium"],
    ),
    (
        "a plane with a simulation that recorded one node",
        lambda: plane(simulation=around(record=ng.Record(1, ["e"]))),
        ["node 'i' is not among the recorded nodes"],
    ),
    ("a plane around a short state", lambda: plane(state=[1.0]), ["state has shape (1,)", "(2,)"]),
    ("a plane around text", lambda: plane(state="rest"), ["state has shape ()", "one number for each node"]),
    ("a plane around infinity", lambda: plane(state=[1.0, np.inf]), ["not finite"]),
    (
        "a plane without width",
        lambda: plane(limits=((0, 0), (0, 1))),
        ["limits is ((0, 0), (0, 1))", "lower one first"],
    ),
    ("a plane up to a word", lambda: plane(limits=(0, "one")), ["limits is (0, 'one')", "two pairs"]),
    (
        "a plane of a unitary network",
        lambda: ng.plots.phase_plane(
            ng.compile(ng.topologies.unitary(1, 4, 1, seed=0), ng.dynamics.unitary()), nodes=(("h", 0), ("h", 1))
        ),
        ["simulate"],
    ),
]
