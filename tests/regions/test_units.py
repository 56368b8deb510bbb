import numpy as np
import pytest

import neurograph as ng
from neurograph.regions.pieces import NotPiecewiseLinearError
from neurograph.regions.units import Units
from tests.regions.networks import KINDS, network

ENDS = np.zeros(2), np.ones(2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recurrent", [False, True])
def test_the_affine_equilibrium_of_a_pattern_is_where_the_network_settles(kind, recurrent):
    net = network(kind, recurrent, seed=3)
    units, rng = Units.of(net, *ENDS), np.random.default_rng(0)
    for x in rng.uniform(size=(5, 2)):
        settled = ng.settle(net, x[None], solver=ng.solvers.Auto(tol=1e-12))
        u = units.summed(settled.state)[0]
        found, pattern = units.settled(x, units.pattern_at(u))
        T, t = units.affine(pattern)
        assert np.allclose(found, u, atol=1e-9)
        assert np.allclose(T @ x + t, u, atol=1e-9)
        slope, foot = units.lines(pattern).T
        assert np.allclose((slope * u + foot)[units.outputs], settled.outputs[0], atol=1e-9)
        A, b, _ = units.halfspaces(pattern)
        assert (A @ x <= b + 1e-9).all()
        assert units.affine_error(pattern, *ENDS) < 1e-12


def test_an_output_whose_state_is_not_what_it_sends_is_there_twice():
    dynamics = ng.Dynamics("-s + I + b", transfer="clip(s, 0, 1)")
    net = ng.compile(ng.topologies.complete(2, 3, 1, bias="neurons", scale=0.2, seed=0), dynamics)
    units = Units.of(net, *ENDS)
    assert len(units.neurons) == 5
    assert units.sources.tolist() == [0, 1, 2, 3, 3]
    settled = ng.settle(net, [[0.3, 0.6]], solver=ng.solvers.Auto(tol=1e-12))
    u = units.summed(settled.state)[0]
    slope, foot = units.lines(units.pattern_at(u)).T
    assert np.allclose((slope * u + foot)[units.outputs], settled.outputs[0])


def test_pieces_have_names():
    net = network("clip", False)
    assert Units.of(net, *ENDS).neurons[0].names() == ("low", "linear", "high")
    assert Units.of(network("relu", False), *ENDS).neurons[0].names() == ("low", "linear")


def test_smooth_neurons_and_inputs_with_a_kink_in_their_domain_are_refused():
    smooth = ng.compile(ng.topologies.complete(2, 3, 1, bias="neurons", seed=0), ng.dynamics.additive("tanh"))
    with pytest.raises(NotPiecewiseLinearError, match=r"node 'h0': the drift .*tanh"):
        Units.of(smooth, *ENDS)
    graph = ng.topologies.symmetric(ng.topologies.layered(2, (3,), 1, bias="neurons", seed=0))
    hopfield = ng.compile(graph, ng.dynamics.hopfield())
    assert len(Units.of(hopfield, *ENDS).neurons) == 4
    with pytest.raises(NotPiecewiseLinearError, match=r"input 'x0' sends .* kink at 1, inside its domain from 0 to 2"):
        Units.of(hopfield, np.zeros(2), np.full(2, 2.0))
    adapting = ng.Dynamics("-s + relu(I - a)", variables={"a": "s - a"})
    with pytest.raises(NotPiecewiseLinearError, match="further variables a"):
        Units.of(ng.compile(ng.topologies.complete(2, 3, 1, seed=0), adapting), *ENDS)
