import numpy as np
import pytest

import neurograph as ng
from neurograph.certificates.deadline import Deadline
from neurograph.regions.boxes import largest_box, log_volume
from tests.regions.networks import KINDS, decided, network

X0 = np.array([0.45, 0.55])


def samples(region, count, seed=0):
    """Draw inputs of a region: of its box inside, on faces and at corners; of its domain those that it contains."""
    rng = np.random.default_rng(seed)
    shares = rng.uniform(size=(count, region.x0.size))
    shares[::3] = np.rint(shares[::3])
    faces = np.arange(count)[1::3]
    columns = rng.integers(region.x0.size, size=faces.size)
    shares[faces, columns] = np.rint(shares[faces, columns])
    low, high = region.box
    inside = np.clip(low + shares * (high - low), low, high)
    around = region.domain[0] + shares * (region.domain[1] - region.domain[0])
    around = np.clip(around, *region.domain)
    return np.vstack([inside, around[region.contains(around)], region.x0[None]])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("seed", [2, 3])
def test_what_is_proved_of_a_region_holds_for_every_settled_sample_of_it(kind, recurrent, seed):
    net = decided(kind, recurrent, seed)
    region = ng.characterise(net, X0, budget=3.0)
    x = samples(region, 3000)
    assert region.contains(x).all()
    outputs = ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-10)).outputs
    assert (region.inequalities.at(outputs) > 0.0).all()
    assert region.volume() >= region.pattern_volume
    assert region.seconds < 4.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_polytope_of_a_whole_pattern_is_exact(kind):
    """A point of the domain is in it if and only if it settles at the pattern of x0, and has the property."""
    net = decided(kind, True, seed=3)
    region = ng.characterise(net, X0, release=False, budget=20.0)
    A, b = region.halfspaces
    x = np.random.default_rng(1).uniform(size=(3000, 2))
    states = ng.settle(net, x, solver=ng.solvers.Auto(tol=1e-12)).state
    patterns = np.array([region.units.pattern_at(u) for u in region.units.summed(states)])
    same = np.all(patterns[:, region.places] == region.pieces, axis=1)
    outputs = states[:, net.connectivity.outputs]
    wanted = same & np.all(region.inequalities.at(outputs) > ng.regions.MARGIN, axis=1)
    clear = np.abs(A @ x.T - b[:, None]).min(axis=0) > 1e-6
    assert np.array_equal(np.all(b[:, None] >= A @ x.T, axis=0)[clear], wanted[clear])
    assert np.array_equal(region.contains(x)[clear], wanted[clear])
    again = largest_box(A, b, region.domain, Deadline(9.0))
    assert log_volume(again) == pytest.approx(region.volume(), abs=1e-4)


def test_bounds_and_inequalities_of_outputs_are_proved_too():
    net = network("clip", True, seed=2)
    outputs = ng.settle(net, X0[None]).outputs[0]
    for prove in (
        ng.regions.bound("y0", least=float(outputs[0]) - 0.1),
        ng.regions.bound("y0", most=float(outputs[0]) + 0.1),
        ng.regions.linear({"y0": 1.0, "y1": 1.0}, float(outputs.sum()) - 0.1),
    ):
        region = ng.characterise(net, X0, prove=prove, budget=3.0)
        found = ng.settle(net, samples(region, 500), solver=ng.solvers.Auto(tol=1e-10)).outputs
        assert (region.inequalities.at(found) > 0.0).all()


def test_an_output_whose_state_is_not_what_it_sends_is_spoken_of_by_its_state():
    dynamics = ng.Dynamics("-s + I + b", transfer="clip(s, 0, 1)")
    graph = ng.topologies.complete(2, 4, 1, bias="neurons", scale=0.3, seed=1)
    net = ng.certificates.contracting(0.2).project(ng.compile(graph, dynamics))
    region = ng.characterise(net, X0, budget=3.0, domain=(0.0, 1.0))
    found = ng.settle(net, samples(region, 2000), solver=ng.solvers.Auto(tol=1e-10)).outputs
    assert (region.inequalities.at(found) > 0.0).all()


def test_a_report_spares_the_certificate_and_gives_the_same_region():
    net = network("relu", False, seed=3)
    one = ng.characterise(net, X0, release=False, budget=20.0)
    other = ng.characterise(net, X0, release=False, budget=20.0, report=ng.certify(net))
    assert np.allclose(one.box, other.box)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x0": [0.1]}, r"shape \(1, 1\)"),
        ({"x0": [[0.1, 0.2]]}, r"x0 has shape \(1, 2\): expected \(inputs,\)"),
        ({"x0": [0.1, np.nan]}, "is nan"),
        ({"x0": [0.1, 1.5]}, "outside the domain from 0 to 1"),
        ({"domain": (1.0, 0.0)}, "from 1 to 0: expected finite numbers low < high"),
        ({"domain": (0.0, np.inf)}, "to inf"),
        ({"domain": 3.0}, "domain is 3.0: expected"),
        ({"budget": 0.0}, "budget is 0"),
        ({"budget": 1e-9}, "budget is 1e-09 s, which is not enough"),
        ({"release": "box"}, "release is 'box': expected True or False"),
        ({"prove": "decision"}, "prove is 'decision': expected one of neurograph.regions"),
        ({"prove": ng.regions.bound("y0", least=99.0)}, r"at x0 the difference is -9\d"),
        ({"report": 3}, "report is of type int"),
        ({"network": network("clip", False, seed=4), "report": ng.certify(network("clip", False, seed=5))}, "another"),
        (
            {"network": ng.compile(ng.topologies.layered(2, (3,), 1, seed=0), ng.dynamics.additive("tanh"))},
            "not piecewise linear",
        ),
    ],
)
def test_what_cannot_be_characterised_is_refused_by_name(change, words):
    given = {"network": network("clip", False, seed=2), "x0": X0} | change
    with pytest.raises(ng.NeurographError, match=words):
        ng.characterise(given.pop("network"), given.pop("x0"), **given)
