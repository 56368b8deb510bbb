"""How many bytes packed weights take, beside what else is there."""

import io
import zlib

import numpy as np
import scipy.sparse

import neurograph as ng

TITLE = "Bytes an edge of weights rounded to float32: packed, as CSR, zlib over that, scipy's compressed npz"
WISH = ""


def rows():
    rng = np.random.default_rng(0)
    trained = digits_network()
    yield "digits, 64-64-10, trained, as it is", WISH, sizes(trained.matrix())
    for levels in (64, 16, 4):
        few = ng.quantise(trained, levels).network
        yield f"digits, 64-64-10, {levels} levels", WISH, sizes(few.matrix())
    for density in (0.5, 0.05, 0.005):
        matrix = scipy.sparse.random_array((2000, 2000), density=density, rng=rng, format="csr")
        matrix.data = rng.choice(16, matrix.nnz).astype(float)
        yield f"2000 x 2000, 16 equally likely levels, {density:.1%} of the edges", WISH, sizes(matrix)
    matrix.data = rng.normal(size=matrix.nnz)
    yield "2000 x 2000, no two weights equal, 0.5% of the edges", WISH, sizes(matrix)
    tiny = ng.compile(ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0))
    yield "9 nodes, 48 edges, as they are", WISH, sizes(tiny.matrix())


def digits_network():
    digits = ng.tasks.digits()
    network = ng.compile(
        ng.topologies.layered(64, (64,), 10, bias="neurons", scale=0.05, seed=0), ng.dynamics.additive("tanh")
    )
    cost = ng.costs.cross_entropy(5.0)
    return ng.train(network, digits.x_train, digits.y_train, cost=cost, epochs=10, seed=0, progress=False).network


def sizes(matrix):
    matrix = matrix.copy()
    matrix.sort_indices()
    single = scipy.sparse.csr_array(
        (matrix.data.astype(np.float32), matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)),
        shape=matrix.shape,
    )
    raw = b"".join(part.tobytes() for part in (single.data, single.indices, single.indptr))
    file = io.BytesIO()
    scipy.sparse.save_npz(file, single)
    packed = ng.PackedWeights.of(single.astype(np.float64)).nbytes
    each = [packed, len(raw), len(zlib.compress(raw, 9)), len(file.getvalue())]
    return ", ".join(f"{size / matrix.nnz:.2f}" for size in each)
