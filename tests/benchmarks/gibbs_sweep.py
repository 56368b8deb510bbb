"""A Gibbs sweep over binary neurons of 64 chains, against numpy, scipy, JAX and thrml doing the same."""

import statistics
import time

import numpy as np
import scipy.sparse as sp

import neurograph as ng

TITLE = "A Gibbs sweep, 10 000 neurons and 1 000 000 edges, 64 chains; medians of 9 turns"
NODES, PAIRS, CHAINS, SWEEPS = 10_000, 500_000, 64, 20


def network(dtype):
    """Return neurons with that many pairs of symmetric couplings, drawn."""
    rng = np.random.default_rng(0)
    i, j = (rng.integers(0, NODES, 2 * PAIRS) for _ in range(2))
    keys = np.unique((np.minimum(i, j) * NODES + np.maximum(i, j))[i != j])
    keys = rng.permutation(keys)[:PAIRS]
    i, j, w = keys // NODES, keys % NODES, rng.normal(0.0, 0.1, PAIRS)
    matrix = sp.csr_array((np.r_[w, w], (np.r_[i, j], np.r_[j, i])), shape=(NODES, NODES))
    return ng.compile(ng.topologies.from_matrix(matrix, outputs=range(NODES)), ng.dynamics.binary(), dtype)


def ours(one):
    """Return the seconds of a sweep: those of many, less the start."""
    took = []
    for sweeps in (1, 1 + SWEEPS):
        began = time.perf_counter()
        ng.sample(one, samples=1, burn_in=sweeps - 1, chains=CHAINS, start=0, seed=0)
        took.append(time.perf_counter() - began)
    return (took[1] - took[0]) / SWEEPS


def numpy_sweep(W, S, rng):
    """Draw one neuron after another, in all chains at once."""
    for j in range(NODES):
        row = slice(W.indptr[j], W.indptr[j + 1])
        a = W.data[row] @ S[W.indices[row]]
        S[j] = rng.random(CHAINS) < 1.0 / (1.0 + np.exp(-a))


def colours(W):
    """Return neurons by colour, so that no two of a colour are joined: greedily, in their order."""
    found = np.full(NODES, -1)
    for j in range(NODES):
        used = set(found[W.indices[W.indptr[j] : W.indptr[j + 1]]].tolist())
        found[j] = next(colour for colour in range(NODES) if colour not in used)
    return [np.flatnonzero(found == colour) for colour in range(found.max() + 1)]


def scipy_sweep(blocks, parts, S, rng):
    """Draw all neurons of a colour at once, in all chains: a sparse product a colour."""
    for block, part in zip(blocks, parts, strict=True):
        S[block] = rng.random((block.size, CHAINS)) < 1.0 / (1.0 + np.exp(-(part @ S)))


def jax_sweep(W, blocks):
    """Return the same as JAX compiles it, every neuron's edges padded to those of the one that hears most."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    most = int(np.diff(W.indptr).max())
    ends, weights = np.zeros((NODES, most), np.int32), np.zeros((NODES, most))
    for j in range(NODES):
        row = slice(W.indptr[j], W.indptr[j + 1])
        ends[j, : row.stop - row.start], weights[j, : row.stop - row.start] = W.indices[row], W.data[row]
    parts = [(jnp.asarray(block), jnp.asarray(ends[block]), jnp.asarray(weights[block])) for block in blocks]

    @jax.jit
    def sweep(S, key):
        for block, end, weight in parts:
            key, own = jax.random.split(key)
            a = jnp.einsum("je,jec->jc", weight, S[end])
            S = S.at[block].set((jax.random.uniform(own, a.shape) < jax.nn.sigmoid(a)).astype(S.dtype))
        return S, key

    state = [sweep(jnp.zeros((NODES, CHAINS)), jax.random.key(0))]
    state[0][0].block_until_ready()

    def run():
        state[0] = sweep(*state[0])
        state[0][0].block_until_ready()

    return run


def thrml_sweeps(W, blocks):
    """Return two block Gibbs sweeps of the same couplings by thrml, whose spins are -1 and 1."""
    import jax
    import jax.numpy as jnp
    from thrml import Block, SamplingSchedule, SpinNode, sample_states
    from thrml.models import IsingEBM, IsingSamplingProgram, hinton_init

    nodes, pairs = [SpinNode() for _ in range(NODES)], W.tocoo()
    once = pairs.row < pairs.col
    ends = zip(pairs.row[once].tolist(), pairs.col[once].tolist(), strict=True)
    fields, couplings = jnp.asarray(W.sum(axis=1) / 4.0), jnp.asarray(pairs.data[once] / 4.0)
    model = IsingEBM(nodes, [(nodes[i], nodes[j]) for i, j in ends], fields, couplings, jnp.array(1.0))
    free = [Block([nodes[place] for place in block]) for block in blocks]
    program, key = IsingSamplingProgram(model, free, clamped_blocks=[]), jax.random.key(0)
    schedule = SamplingSchedule(n_warmup=2, n_samples=1, steps_per_sample=1)
    sweep = jax.jit(jax.vmap(lambda own, start: sample_states(own, program, schedule, start, [], [Block(nodes)])))
    given = jax.random.split(key, CHAINS), hinton_init(key, model, free, (CHAINS,))
    jax.block_until_ready(sweep(*given))
    return lambda: jax.block_until_ready(sweep(*given))


def clocked(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def rows():
    double, single = network(np.float64), network(np.float32)
    W, rng = double.matrix(), np.random.default_rng(0)
    S, blocks = np.zeros((NODES, CHAINS)), colours(W)
    parts = [W[block] for block in blocks]
    jax, thrml = jax_sweep(W, blocks), thrml_sweeps(W, blocks)
    took = {"ours": [], "float32": [], "numpy": [], "scipy": [], "jax": [], "thrml": []}
    for _ in range(9):
        took["ours"].append(ours(double))
        took["float32"].append(ours(single))
        took["numpy"].append(clocked(lambda: numpy_sweep(W, S, rng)))
        took["scipy"].append(clocked(lambda: scipy_sweep(blocks, parts, S, rng)))
        took["jax"].append(clocked(jax))
        took["thrml"].append(clocked(thrml) / 2)
    milliseconds = {name: 1e3 * statistics.median(times) for name, times in took.items()}
    yield "float64", "", f"{milliseconds['ours']:.2f} ms"
    yield "float32", "", f"{milliseconds['float32']:.2f} ms"
    for name, label, wish in (
        ("numpy", "numpy takes, neuron after neuron in all chains at once", "asked: at least 20x"),
        ("scipy", f"scipy takes, a product for each of {len(blocks)} colours", "asked: at least 20x"),
        ("jax", "JAX takes, a compiled sweep over the colours", ""),
        ("thrml", "thrml takes, its block Gibbs sampling over the colours", ""),
    ):
        ratio = statistics.median(other / own for other, own in zip(took[name], took["ours"], strict=True))
        yield label, wish, f"{ratio:.1f}x ({milliseconds[name]:.0f} ms)"
