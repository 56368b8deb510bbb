"""The numbers of the noise: Philox4x32-10 in plain numpy, and its published answers."""

import numpy as np
import pytest

import neurograph as ng

LOW = np.uint64(0xFFFFFFFF)


def philox(counter, key):
    """Return four words of 32 bits for each of counters (n, 4), of a key of two."""
    x = [np.asarray(word, np.uint64) for word in np.transpose(counter)]
    k = [np.uint64(word) for word in key]
    for _ in range(10):
        a, b = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [(b >> np.uint64(32)) ^ x[1] ^ k[0], b & LOW, (a >> np.uint64(32)) ^ x[3] ^ k[1], a & LOW]
        k = [(k[0] + np.uint64(0x9E3779B9)) & LOW, (k[1] + np.uint64(0xBB67AE85)) & LOW]
    return np.stack(x, axis=1)


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_the_generator_gives_the_published_answers(counter, key, answer):
    assert philox([counter], key)[0].tolist() == list(answer)


def wanted(key, nodes, samples, steps):
    """Return normal numbers (samples, steps, nodes)."""
    step, sample, node = np.meshgrid(np.arange(steps), np.arange(samples), np.arange(nodes), indexing="ij")
    pair = step // 2
    counter = np.stack([node.ravel(), sample.ravel(), pair.ravel() & 0xFFFFFFFF, pair.ravel() >> 32], axis=1)
    w = philox(counter, (key & 0xFFFFFFFF, key >> 32))
    first, second = (w[:, k] | w[:, k + 1] << np.uint64(32) for k in (0, 2))
    share = 1.0 - (first >> np.uint64(12)) * 2.0**-52
    angle = 2.0 * np.pi * ((second >> np.uint64(12)) * 2.0**-52 - 0.5)
    length = np.sqrt(-2.0 * np.log(share))
    normal = np.where(step.ravel() % 2, length * np.sin(angle), length * np.cos(angle))
    return normal.reshape(step.shape).transpose(1, 0, 2)


def free(dtype="float64"):
    """Return neurons that only noise moves, whose places are not those of their rows."""
    graph = ng.topologies.random(inputs=0, hidden=20, outputs=3, density=0.1, seed=0)
    return ng.compile(graph, ng.Dynamics("0*s"), dtype=dtype)


@pytest.mark.parametrize("samples", [1, 3, 64, 70])
def test_each_number_is_that_of_its_node_sample_and_step(samples):
    start = np.zeros((samples, 23))
    found = ng.simulate(free(), dt=0.5, duration=3.5, noise=1.0, seed=5, start=start, method="euler")
    moves = np.diff(found.states, axis=1, prepend=0.0)
    assert np.allclose(moves, wanted(found.last.key, 23, samples, 7), atol=1e-12)


@pytest.mark.parametrize("method", ["euler", "heun", "exponential"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_number_depends_on_the_batch_the_threads_or_where_a_run_is_parted(method, dtype, monkeypatch):
    network = free(dtype)
    whole = ng.simulate(network, dt=0.1, duration=1.1, noise=0.3, seed=1, start=np.zeros((70, 23)), method=method)
    assert whole.states.dtype == dtype
    monkeypatch.setattr("neurograph.simulation.rates.threads_for", lambda edges, batch: 2)
    first = ng.simulate(network, dt=0.1, duration=0.3, noise=0.3, seed=1, start=np.zeros((3, 23)), method=method)
    second = ng.simulate(network, dt=0.1, duration=0.8, noise=0.3, start=first.last, method=method)
    assert np.array_equal(np.concatenate([first.states, second.states], axis=1), whole.states[:3])


def test_single_precision_is_noise_of_the_same_strength():
    found = ng.simulate(free("float32"), dt=0.5, duration=500.0, noise=1.0, seed=5, start=np.zeros((64, 23)))
    moves = np.diff(found.states.astype(np.float64), axis=1)
    assert abs(moves.mean()) < 4 / np.sqrt(moves.size)
    assert abs((moves**2).mean() - 1.0) < 4 * np.sqrt(2 / moves.size)
    assert abs((moves**4).mean() - 3.0) < 4 * np.sqrt(96 / moves.size)
