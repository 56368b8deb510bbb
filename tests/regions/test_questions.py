import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions import NoUniqueEquilibriumError
from neurograph.regions.questions import asked, box_in_pattern, kept_range, piece_ends, unique
from tests.regions.networks import network


def several():
    """Build two neurons that each keep themselves up, and so have several equilibria."""
    graph = ng.topologies.complete(1, 1, 1, bias="neurons", seed=0)
    graph.add_edge("h0", "y0", weight=3.0)
    graph.add_edge("y0", "h0", weight=3.0)
    return ng.compile(graph, ng.dynamics.vector_field())


def test_a_network_of_several_equilibria_is_refused_in_a_sentence():
    with pytest.raises(NoUniqueEquilibriumError, match="certificate of a unique equilibrium"):
        unique(several(), Deadline(20.0))
    with pytest.raises(ng.ParameterError, match=r"certificates\.contracting"):
        ng.characterise(several(), [0.2], budget=20.0)


def test_a_certificate_with_a_rate_is_preferred():
    net = network("clip", True)
    assert unique(net, Deadline(20.0)).rate is not None
    assert unique(net, Deadline(20.0), ng.certify(net)).rate is not None


def test_neurons_that_are_kept_narrow_the_range():
    net = network("clip", True, seed=2)
    region = ng.characterise(net, [0.4, 0.5], release=False, budget=20.0)
    asking = asked(region.units, region.inequalities, region.certificate, region.domain)
    whole = asking.over(region.domain, Deadline(20.0))
    known = kept_range(asking, region.domain, region.places, region.pieces, Deadline(20.0))
    assert (known.high - known.low <= whole.high - whole.low + 1e-12).all()
    first, last = known.pieces(region.units)
    assert np.array_equal(first[region.places], region.pieces)
    assert np.array_equal(last[region.places], region.pieces)


def test_the_ends_of_pieces_bound_what_is_summed():
    net = network("clip", False, seed=2)
    region = ng.characterise(net, [0.4, 0.5], release=False, budget=20.0)
    low, high = piece_ends(region.units, region.places, region.pieces)
    x = region.box[0] + np.random.default_rng(0).uniform(size=(50, 2)) * (region.box[1] - region.box[0])
    u = region.units.summed(ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).state)
    assert ((u >= low - 1e-9) & (u <= high + 1e-9)).all()


def test_only_a_box_inside_the_polytope_is_in_the_pattern():
    net = network("clip", False, seed=2)
    region = ng.characterise(net, [0.4, 0.5], release=False, budget=20.0)
    given = (region.places, region.pieces, region.cuts)
    assert box_in_pattern(region.units, region.box, *given)
    wider = region.box[0] - 1e-3, region.box[1] + 1e-3
    assert not box_in_pattern(region.units, wider, *given)
