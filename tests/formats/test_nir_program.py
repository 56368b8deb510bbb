"""Programs of NIR that never saw neurograph: the graph that they make, and what is no rate network."""

from itertools import pairwise

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats.nir_program import LEAKY, text_of

nir = pytest.importorskip("nir")
pytest.importorskip("h5py")


def foreign(**changes):
    """A program that never saw neurograph: two inputs, one hidden neuron, two outputs."""
    nodes = {
        "camera": nir.Input({"input": np.array([2])}),
        "first": nir.Affine(np.array([[0.5, -1.0]]), np.array([0.25])),
        "middle": nir.LI(np.array([2.0]), np.array([1.0]), np.array([0.0])),
        "second": nir.Linear(np.array([[3.0], [0.0]])),
        "last": nir.LI(np.ones(2), np.array([1.0, 4.0]), np.zeros(2)),
        "output": nir.Output({"output": np.array([2])}),
    }
    return nir.NIRGraph(nodes | changes, list(pairwise(nodes)), type_check=False)


def test_a_program_of_another_is_read(tmp_path):
    path = tmp_path / "foreign.nir"
    nir.write(path, foreign())
    graph = ng.read(path)
    assert dict(graph.nodes(data=True)) == {
        ("camera", 0): {"role": "input"},
        ("camera", 1): {"role": "input"},
        ("middle", 0): {"role": "hidden", "tau": 2.0, "bias": 0.25},
        ("last", 0): {"role": "output"},
        ("last", 1): {"role": "output", "r": 4.0},
    }
    assert set(graph.edges(data="weight")) == {
        (("camera", 0), ("middle", 0), 0.5), (("camera", 1), ("middle", 0), -1.0), (("middle", 0), ("last", 0), 3.0),
    }  # fmt: skip
    outputs = ng.settle(ng.compile(graph), np.array([[1.0, 0.5]])).outputs
    assert outputs == pytest.approx(np.array([[0.75, 0.0]]), abs=1e-6)


LIF = nir.LIF(np.ones(1), np.ones(1), np.zeros(1), np.ones(1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"middle": LIF}, "its node 'middle' is LIF: expected only Input, LI"),
        ({"first": nir.Linear(np.ones((1, 3)))}, "weight of its node 'first' has shape .1, 3."),
        ({"second": nir.LI(np.ones(1), np.ones(1), np.zeros(1))}, "it links 'middle' to 'second'"),
        (
            {"middle": nir.Affine(np.ones((1, 1)), np.ones(1))},
            "its node 'first' leads into a matrix: expected weights 0",
        ),
        ({"middle": nir.Threshold(np.ones(1))}, "its node 'middle' is Threshold"),
        ({"last": nir.Linear(np.ones((2, 2)))}, "its node 'last' leads from"),
        ({"middle": nir.LI(np.zeros(1), np.ones(1), np.zeros(1))}, "tau is not above 0"),
        ({"camera": nir.Input({"input": np.array([10**9])})}, "its node 'camera' has the shape"),
        ({"first": nir.Linear(np.array([[np.nan, 1.0]]))}, "weight of its node 'first'.*finite"),
    ],
)
def test_a_program_that_is_no_rate_network_is_refused(changes, message, tmp_path):
    path = tmp_path / "foreign.nir"
    nir.write(path, foreign(**changes))
    with pytest.raises(FormatError, match=message):
        ng.read(path)


@pytest.mark.parametrize("stored", [np.array("é".encode()), np.bytes_("é".encode()), b"\xc3\xa9"])
def test_a_text_is_utf_8(stored):
    assert text_of(stored, "an edge") == "é"


@pytest.mark.parametrize("stored", [None, np.array(b"\xff"), np.array([b"LI"]), np.array(3.0), np.array([1, 2]), "é"])
def test_what_is_no_text_is_refused(stored):
    with pytest.raises(FormatError, match=r"^an edge is no text: expected UTF-8; write it again$"):
        text_of(stored, "an edge")


def test_its_neurons_are_leaky_integrators(tmp_path):
    """NIR: tau dv/dt = (v_leak - v) + r I, the affine bias in I."""
    path = tmp_path / "foreign.nir"
    nir.write(path, foreign())
    graph = ng.read(path)
    assert ng.compile(graph).dynamics == LEAKY
    drift = LEAKY.drift_equation(s=0.5, I=0.25, b=0.5, tau=2.0, r=3.0, v_leak=-1.0)
    assert drift == pytest.approx(((-1.0 - 0.5) + 3.0 * 0.75) / 2.0)


def test_biases_of_several_matrices_into_one_population_add_up(tmp_path):
    program = foreign()
    program.nodes["again"] = nir.Affine(np.array([[0.0, 0.0]]), np.array([0.5]))
    program.edges += [("camera", "again"), ("again", "middle")]
    path = tmp_path / "foreign.nir"
    nir.write(path, program)
    assert ng.read(path).nodes["middle", 0]["bias"] == 0.75


def test_nodes_that_always_send_one(tmp_path):
    program = foreign()
    program.nodes |= {"one": nir.Affine(np.zeros((1, 2)), np.ones(1)), "third": nir.Linear(np.array([[2.0]]))}
    program.edges += [("camera", "one"), ("one", "third"), ("third", "middle")]
    path = tmp_path / "foreign.nir"
    nir.write(path, program)
    graph = ng.read(path)
    assert graph.nodes["one", 0] == {"role": "bias"}
    assert graph.edges[("one", 0), ("middle", 0)] == {"weight": 2.0}
