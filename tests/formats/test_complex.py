"""Complex weights in files: the two formats that hold them give them back to the bit, the others refuse by name."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats.registry import FORMATS
from tests.simulation.networks import unitary

HOLD = [suffix for suffix, one in FORMATS.items() if one.complex_weights]
REFUSE = [suffix for suffix in FORMATS if suffix not in HOLD]
HARD = [complex(-0.0, 5e-324), complex(1.7976931348623157e308, -0.0), 0.1 + 0.2j, complex(1 / 3, -1e-300), -1j]


def test_two_formats_hold_complex_weights():
    assert HOLD == [".json", ".npz"]


@pytest.mark.parametrize("suffix", HOLD)
def test_a_network_comes_back_to_the_bit(suffix, tmp_path):
    network = unitary(units=4)
    weights = network.weights.copy()
    weights[[k for k in range(weights.size) if network.edges[k][0][0] == "x"][: len(HARD)]] = HARD
    network = network.with_weights(weights)
    graph = ng.read(ng.write(network, tmp_path / f"net{suffix}"))
    back = ng.compile(graph)
    assert back.dynamics == network.dynamics
    assert back.nodes == network.nodes
    assert back.weights.tobytes() == network.weights.tobytes()
    assert back.biases.tobytes() == network.biases.tobytes()
    assert list(graph.edges(data=True)) == list(network.to_graph().edges(data=True))
    assert ng.certify(back)["norm_conservation"].digest == ng.certify(network)["norm_conservation"].digest


@pytest.mark.parametrize("suffix", HOLD)
@given(st.lists(st.complex_numbers(allow_nan=False, allow_infinity=False), min_size=8, max_size=8))
@settings(max_examples=15, deadline=None)
def test_any_complex_number_comes_back(suffix, tmp_path_factory, numbers):
    network = unitary(inputs=2, units=4, outputs=1)
    weights = network.weights.copy()
    weights[[k for k in range(weights.size) if network.edges[k][0][0] == "x"]] = numbers
    path = tmp_path_factory.mktemp("any") / f"net{suffix}"
    back = ng.compile(ng.read(ng.write(network.with_weights(weights), path)))
    assert back.weights.tobytes() == weights.tobytes()


def test_in_json_a_complex_weight_is_two_numbers(tmp_path):
    document = json.loads(ng.write(unitary(units=2), tmp_path / "net.json").read_text())
    assert all(set(edge["weight"]) == {"complex"} and len(edge["weight"]["complex"]) == 2 for edge in document["edges"])


def test_scipy_reads_the_complex_matrix_of_an_npz(tmp_path):
    import scipy.sparse

    network = unitary(units=4)
    matrix = scipy.sparse.load_npz(ng.write(network, tmp_path / "net.npz"))
    assert np.array_equal(matrix.toarray(), network.matrix().toarray().T)


@pytest.mark.parametrize("suffix", REFUSE)
def test_other_formats_refuse_by_name_and_write_nothing(suffix, tmp_path):
    with pytest.raises(FormatError, match=r"holds no complex numbers: expected a file that ends in \.json or \.npz"):
        ng.write(unitary(units=2), tmp_path / f"net{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("weight", [{"complex": [1.0]}, {"complex": ["1", 2.0]}, {"complex": 1.0}])
def test_a_damaged_complex_weight_is_refused(weight, tmp_path):
    path = ng.write(unitary(units=2), tmp_path / "net.json")
    document = json.loads(path.read_text())
    document["edges"][0]["weight"] = weight
    path.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="weight"):
        ng.read(path)
