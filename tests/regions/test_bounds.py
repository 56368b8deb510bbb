import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions.bounds import NoBoundError, range_over, refined
from neurograph.regions.questions import unique
from neurograph.regions.units import Units
from tests.regions.networks import KINDS, network


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recurrent", [False, True])
def test_every_equilibrium_of_a_box_is_in_its_range(kind, recurrent):
    net, low, high = network(kind, recurrent, seed=5), np.array([0.2, 0.1]), np.array([0.6, 0.9])
    units = Units.of(net, low, high)
    known = range_over(units, low, high, unique(net, Deadline(30.0)), Deadline(30.0))
    x = np.random.default_rng(0).uniform(low, high, (300, 2))
    u = units.summed(ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).state)
    assert (u >= known.low - 1e-9).all()
    assert (u <= known.high + 1e-9).all()
    first, last = known.pieces(units)
    patterns = np.array([units.pattern_at(one) for one in u])
    assert (patterns >= first).all()
    assert (patterns <= last).all()


def test_a_recurrent_relu_network_is_bounded_by_the_rate_of_its_certificate_or_refused():
    rng = np.random.default_rng(0)
    graph = ng.topologies.complete(2, 4, 1, bias="neurons", seed=0)
    for u, v in graph.edges:  # a skew part that no sum of sizes bounds, but the symmetric part does
        graph.edges[u, v]["weight"] = float(rng.normal())
    nodes = [node for node, role in graph.nodes(data="role") if role != "input"]
    for k, u in enumerate(nodes):
        for v in nodes[:k]:
            one = 0.45 * rng.choice([-1.0, 1.0])
            graph.edges[u, v]["weight"], graph.edges[v, u]["weight"] = one, -one
    net = ng.compile(graph, ng.dynamics.additive("relu"))
    certificate = unique(net, Deadline(60.0))
    units, ends = Units.of(net, np.zeros(2), np.ones(2)), (np.zeros(2), np.ones(2))
    with pytest.raises(NoBoundError, match="has no bound over the domain"):
        range_over(units, *ends, None, Deadline(9.0))
    known = range_over(units, *ends, certificate, Deadline(9.0))
    x = rng.uniform(size=(200, 2))
    u = units.summed(ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).state)
    assert ((u >= known.low - 1e-9) & (u <= known.high + 1e-9)).all()


def test_a_range_that_contradicts_itself_is_empty():
    net = network("clip", False)
    units = Units.of(net, np.zeros(2), np.ones(2))
    known = range_over(units, np.zeros(2), np.ones(2), None, Deadline(9.0))
    beyond = known.within(units, known.high + 1.0, known.high + 2.0)
    assert beyond.empty
    assert refined(units, beyond) is beyond
