"""Remedies in the messages about compression."""

from tests.remedies.row import Row

MANY = "matrix = np.arange(1.0, 70_001.0).reshape(7, -1)"

COMPRESSION = [
    Row(
        "ng.HAM.of(matrix)",
        {
            r"neurograph\.quantise\(network, levels=16\)": (
                "network = ng.compile(topologies.complete(2, 5, 1, seed=0)); ng.HAM.of(({0}).network.matrix())"
            ),
            "PackedWeights": "ng.{0}.of(scipy.sparse.csr_array(matrix))",
        },
        MANY,
    ),
    Row(
        "ng.HAM.of(scipy.sparse.csc_array((10**6, 10**6)))",
        {
            r"SHAM(?= or)": "ng.{0}.of(scipy.sparse.csc_array((10**6, 10**6)))",
            "PackedWeights": "ng.{0}.of(scipy.sparse.csr_array((10**6, 10**6)))",
        },
    ),
    Row(
        "ng.PackedWeights.of(matrix)",
        {r"scipy\.sparse\.csr_array\(matrix\)": "ng.PackedWeights.of({0})"},
        "matrix = np.eye(2)",
    ),
    Row(
        "ng.compression_report(small_network(), [['x'], ['h'], ['y']])",
        {"leave (layers) out": "ng.compression_report(small_network(), {0}=None)"},
    ),
]
