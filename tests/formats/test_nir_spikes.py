"""Spiking programs of NIR, run by a plain loop over NIR's published equations, against closed forms."""

import json

import numpy as np
import pytest

import neurograph as ng
from neurograph.errors import FormatError
from neurograph.formats import nir_spikes
from neurograph.formats.nir_spikes import SpikingNeurons, write_spiking

nir = pytest.importorskip("nir")

DT, RMAX, TIME_UNIT = 1e-4, 200.0, 0.02


def spikes(program, x, steps):
    """Return the spikes (steps, neurons) of each LIF and CubaLIF: explicit Euler, a spike 1 for the step after it."""
    dt = float(program.metadata["dt"])
    moving = {name: node for name, node in program.nodes.items() if isinstance(node, (nir.LIF, nir.CubaLIF))}
    found = {name: np.zeros((steps, node.r.size)) for name, node in moving.items()}
    v, current, z = ({name: np.zeros(node.r.size) for name, node in moving.items()} for _ in range(3))
    waiting = {name: [] for name in program.nodes}
    for step in range(steps):
        out = {"input": np.asarray(x, float), **z}
        while rest := [name for name in program.nodes if name not in out]:
            for name in rest:
                sources = [pre for pre, post in program.edges if post == name]
                if all(source in out for source in sources):
                    out[name] = passed(program.nodes[name], sum(out[pre] for pre in sources), waiting[name], dt)
        for name, node in moving.items():
            came = sum(out[pre] for pre, post in program.edges if post == name)
            tau, drive = (node.tau, came) if isinstance(node, nir.LIF) else (node.tau_mem, current[name])
            v[name] = v[name] + dt / tau * (node.v_leak - v[name] + node.r * drive)
            if isinstance(node, nir.CubaLIF):
                current[name] = current[name] + dt / node.tau_syn * (-current[name] + node.w_in * came)
            z[name] = 1.0 * (v[name] > node.v_threshold)
            v[name] = np.where(z[name] == 1.0, node.v_reset, v[name])
            found[name][step] = z[name]
    return found


def passed(node, x, waiting, dt):
    """What a node without a membrane makes of its input."""
    if isinstance(node, nir.Delay):
        waiting.append(x)
        ago = np.round(node.delay / dt).astype(int)
        return np.array([waiting[-1 - k][j] if k < len(waiting) else 0.0 for j, k in enumerate(ago)])
    return x if isinstance(node, nir.Output) else node.weight @ x + getattr(node, "bias", 0.0)


def neurons(**changes):
    """One input and one that always fires, which both lead to a neuron, which leads to another."""
    values = {
        "inputs": ["x"], "always": ["one"], "labels": ["h", ("y", 0)],
        "tau": np.array([0.5, 2.0]), "r": np.array([0.5, 4.0]), "v_leak": np.array([0.0, 0.1]),
        "bias": np.array([0.2, 0.05]), "outputs": np.array([[0.0, 1.0]]),
        "pre": np.array([0, 1, 2]), "post": np.array([2, 2, 3]),
        "weights": np.array([0.5, 0.25, 0.1]), "delays": np.zeros(3), "rmax": RMAX, "time_unit": TIME_UNIT, "dt": DT,
    }  # fmt: skip
    return SpikingNeurons(**values | changes)


def test_rates_are_those_of_the_linear_equilibrium(tmp_path):
    """s = v_leak + r (I + b) along a chain without rings; a reset to 0 loses half a step an interval."""
    program = nir.read(write_spiking(neurons(), tmp_path / "net.nir"))
    found = spikes(program, [0.4], 40_000)
    h = 0.5 * (0.5 * 0.4 + 0.25 * 1.0 + 0.2)
    rates = {name: each[10_000:].sum(axis=0) / (3.0 * RMAX) for name, each in found.items()}
    assert rates["clamped"] == pytest.approx(np.array([0.4, 1.0]), abs=0.005)
    assert rates["neurons"] == pytest.approx(np.array([h, 0.1 + 4.0 * (0.1 * h + 0.05)]), rel=0.015)


def test_a_neuron_alone_spikes_when_the_integral_of_its_filtered_input_is_one(tmp_path):
    """s(t) = s (1 - exp(-t / (tau T))), and the first spike where rmax times its integral is 1."""
    alone = neurons(weights=np.zeros(3), bias=np.array([1.2, 0.0]))
    found = spikes(nir.read(write_spiking(alone, tmp_path / "net.nir")), [0.0], 1_000)["neurons"][:, 0]
    decay, s = 0.5 * TIME_UNIT, 0.5 * 1.2
    t = np.arange(1, 1_001) * DT
    integral = RMAX * s * (t - decay * (1.0 - np.exp(-t / decay)))
    assert abs(np.flatnonzero(found)[0] - np.flatnonzero(integral > 1.0)[0]) <= 1


def test_a_box_is_a_second_neuron_that_takes_what_the_first_sends_above_its_end(tmp_path):
    boxed = neurons(bias=np.array([2.0, 0.0])).boxed(0.8)  # s of the first would be 1.225
    found = spikes(nir.read(write_spiking(boxed, tmp_path / "net.nir")), [0.4], 40_000)["neurons"][10_000:]
    h, y, above_h, above_y = found.sum(axis=0) / (3.0 * RMAX)
    assert h == pytest.approx(1.225, rel=0.015)
    assert h - above_h == pytest.approx(0.8, abs=0.02)
    assert y == pytest.approx(0.1 + 4.0 * 0.1 * 0.8, rel=0.03)
    assert above_y == 0.0


def test_a_delay_shifts_what_comes_and_nothing_else(tmp_path):
    late = neurons(delays=np.array([0.003, 0.003, 0.0]), bias=np.zeros(2))
    now = neurons(bias=np.zeros(2))
    first, second = (spikes(nir.read(write_spiking(one, tmp_path / "net.nir")), [0.4], 2_000) for one in (now, late))
    assert np.array_equal(first["clamped"], second["clamped"])
    assert first["neurons"][:-30, 0].sum() > 3
    assert np.array_equal(first["neurons"][:-30, 0], second["neurons"][30:, 0])


def test_the_primitives_are_those_that_snntorch_takes(tmp_path):
    """One threshold, v_leak 0, w_in dt / tau_syn = 1, r = tau_mem / dt at steps of 0.1 ms, and no ring of two nodes."""
    program = nir.read(write_spiking(neurons(), tmp_path / "net.nir"))
    node = program.nodes["neurons"]
    assert {type(one).__name__ for one in program.nodes.values()} == {
        "Input", "Output", "Affine", "Linear", "LIF", "CubaLIF",
    }  # fmt: skip
    assert np.allclose(node.r, node.tau_mem / DT, rtol=1e-12)
    assert np.allclose(node.w_in * DT / node.tau_syn, 1.0, rtol=1e-12)
    assert np.unique(node.v_threshold).size == np.unique(program.nodes["clamped"].v_threshold).size == 1
    assert not np.any([node.v_leak, node.v_reset])
    assert not program.nodes["clamped"].v_leak.any()
    assert not {(post, pre) for pre, post in program.edges} & set(program.edges)
    assert json.loads(program.metadata["labels"]) == {"clamped": ["'x'", "'one'"], "neurons": ["'h'", "('y', 0)"]}


def test_a_path_with_another_suffix_is_refused(tmp_path):
    with pytest.raises(FormatError, match=r"has the suffix '.json': expected .nir"):
        write_spiking(neurons(), tmp_path / "net.json")


def test_such_a_file_is_no_graph_and_says_what_to_read(tmp_path):
    with pytest.raises(FormatError, match=r"is LIF: expected only.*neurograph\.write\(model\.to_graph"):
        ng.read(write_spiking(neurons(), tmp_path / "net.nir"))


def test_memory_is_asked_for_what_every_matrix_of_a_delay_takes_beside_what_is_sent(tmp_path, monkeypatch):
    """Three delays, each between all neurons, and the identity by which spikes leave."""
    pre, post = np.tile(np.indices((4, 2)).reshape(2, -1), 3)
    delays = np.repeat([0.0, 0.001, 0.002], 8)
    full = neurons(pre=pre, post=post + 2, weights=np.full(24, 0.1), delays=delays)
    asked = []
    monkeypatch.setattr(nir_spikes, "check_memory", lambda needed, *_: asked.append(needed))
    program = nir.read(write_spiking(full, tmp_path / "net.nir"))
    into = [node.weight for name, node in program.nodes.items() if "_to_neurons" in name and hasattr(node, "weight")]
    assert all(matrix.all() for matrix in into)
    assert asked == [sum(matrix.astype(float).nbytes for matrix in (*into, program.nodes["sent"].weight))]
