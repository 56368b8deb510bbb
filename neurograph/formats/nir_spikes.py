r"""Spiking neurons in NIR: one population CubaLIF of all that move, and one LIF of those that are clamped.

NIR's CubaLIF is

.. math:: \tau_{syn} \dot I = -I + w_{in} S, \quad \tau_{mem} \dot v = -v + R I,

with a spike and v = 0 where v is above the threshold. Here I is what the neuron sends, times :math:`r_{max} T`, T the
unit of time: its filter is the membrane. v integrates it, for :math:`\tau_{mem}` is so long that nothing leaks. A spike
is 1 for one step, as the tools that read NIR have it, so a file is made for steps of dt. With w_in =
tau_syn/dt and R = tau_mem/dt, as snntorch wants them, S and I arrive whole, and the weights are those of the network.

Such neurons fire at the rate :math:`r_{max} \max(s, 0)`. Where a box ends at h, a second neuron beside each has its
input less h, and its spikes count against those of the first: ``max(s, 0) - max(s - h, 0)`` is s in the box. A state
that settles sends the same with a box and without, where what it sends is clipped.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurograph._checks import check_memory
from neurograph._files import checked_place, write_files
from neurograph.formats.base import needed
from neurograph.formats.nir_program import Floats

LEAKLESS = 1e6
"""Time constant, in seconds, of a membrane that does not leak: in a second it loses a millionth."""

REACHED = 1.0 - 1e-6
"""Share of the threshold at which a neuron spikes, for NIR's spikes above it alone, and rounding may end below it."""


@dataclass(frozen=True, eq=False)
class SpikingNeurons:
    """Neurons with ``T ds/dt = (v_leak - s + r (I + b)) / tau``, which fire at the rate ``rmax max(s, 0)``.

    Attributes
    ----------
    inputs, always : sequence of labels
        Clamped neurons: those that fire at the rate of their input, and those at ``rmax``.
    labels : sequence of labels
        The neurons that move.
    tau, r, v_leak, bias : float array (neurons,)
        Their constants.
    outputs : float array (outputs, neurons)
        What the program's output is made of.
    pre, post : int array (edges,)
        Ends of the edges: places in inputs, always and labels, one after the other.
    weights, delays : float array (edges,)
        ``w``, and in seconds how long a spike travels.
    rmax, time_unit, dt : float
        In hertz and seconds.
    """

    inputs: Sequence[Hashable]
    always: Sequence[Hashable]
    labels: Sequence[Hashable]
    tau: Floats
    r: Floats
    v_leak: Floats
    bias: Floats
    outputs: Floats
    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weights: Floats
    delays: Floats
    rmax: float
    time_unit: float
    dt: float

    def boxed(self, high: float) -> SpikingNeurons:
        """Return neurons that send at most `high`: twice as many, the second half with the input less `high`."""
        clamped, free = len(self.inputs) + len(self.always), len(self.labels)
        second = self.pre >= clamped
        pre = np.r_[self.pre, self.pre[second] + free]
        post = np.r_[self.post, self.post[second]]
        weights, delays = np.r_[self.weights, -self.weights[second]], np.r_[self.delays, self.delays[second]]
        return replace(
            self, labels=[*self.labels, *self.labels], tau=np.tile(self.tau, 2), r=np.tile(self.r, 2),
            v_leak=np.r_[self.v_leak, self.v_leak - high], bias=np.tile(self.bias, 2),
            outputs=np.hstack([self.outputs, -self.outputs]), pre=np.tile(pre, 2), post=np.r_[post, post + free],
            weights=np.tile(weights, 2), delays=np.tile(delays, 2),
        )  # fmt: skip


def write_spiking(neurons: SpikingNeurons, path: str | os.PathLike[str]) -> Path:
    """Write a program of NIR.

    Raises
    ------
    FormatError
        If the file cannot be written.
    MissingPackageError
        If nir is not installed.
    """
    place = checked_place(path, ".nir")
    with needed("NIR", "nir"):
        import nir
    nodes, links = _clamped(nir, neurons)
    ones, dt = np.ones(len(neurons.labels)), neurons.dt
    decay = neurons.tau * neurons.time_unit
    nodes["neurons"] = nir.CubaLIF(
        tau_syn=decay, tau_mem=LEAKLESS * ones, r=LEAKLESS / dt * ones, v_leak=0.0 * ones,
        v_threshold=REACHED * neurons.time_unit / dt * ones, v_reset=0.0 * ones, w_in=decay / dt,
    )  # fmt: skip
    for name, (source, delay, node) in _matrices(nir, neurons).items():
        nodes[name] = node
        if delay is not None:
            nodes[f"{name}_delay"] = delay
        chain = [source, *([] if delay is None else [f"{name}_delay"]), name, "neurons"]
        links += pairwise(chain)
    # What is sent stands by itself, for snntorch fails on a matrix that leads from neurons straight back to them.
    nodes["sent"] = nir.Linear(np.eye(len(ones)))
    nodes |= {
        "outputs": nir.Linear(neurons.outputs),
        "output": nir.Output({"output": np.array([len(neurons.outputs)])}),
    }
    links += [("neurons", "sent"), ("sent", "outputs"), ("outputs", "output")]
    labels = {"clamped": [*neurons.inputs, *neurons.always], "neurons": neurons.labels}
    metadata = {
        "dt": dt,
        "labels": json.dumps({name: [repr(label) for label in each] for name, each in labels.items()}),
    }
    buffer = io.BytesIO()
    nir.write(buffer, nir.NIRGraph(nodes, links, metadata), compression=None)
    write_files([place], [buffer.getvalue()])
    return place


def _clamped(nir: Any, neurons: SpikingNeurons) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the neurons that integrate x, or 1, until they spike."""
    inputs, always = len(neurons.inputs), len(neurons.always)
    ones = np.ones(inputs + always)
    nodes = {
        "input": nir.Input({"input": np.array([inputs])}),
        "clamped_input": nir.Affine(np.eye(inputs + always, inputs), np.repeat([0.0, 1.0], [inputs, always])),
        # R is 1, which norse takes it for
        "clamped": nir.LIF(LEAKLESS * ones, ones, 0.0 * ones, REACHED / (neurons.rmax * LEAKLESS) * ones, 0.0 * ones),
    }
    return nodes, [("input", "clamped_input"), ("clamped_input", "clamped")]


def _matrices(nir: Any, neurons: SpikingNeurons) -> dict[str, tuple[str, Any, Any]]:
    """Return the source, the delay and the weights (post, pre) of each matrix into the neurons."""
    clamped, free = len(neurons.inputs) + len(neurons.always), len(neurons.labels)
    delays = sorted({0.0, *neurons.delays.tolist()})
    total = len(delays) * (clamped + free) * free + free**2
    check_memory(8 * total, f"{total} weights in dense matrices, as NIR has them,", "expected fewer delays or neurons")
    drive = neurons.r / neurons.tau
    found: dict[str, tuple[str, Any, Any]] = {}
    for count, delay in enumerate(delays):
        matrix = np.zeros((free, clamped + free))
        here = neurons.delays == delay
        place = neurons.post[here] - clamped, neurons.pre[here]
        np.add.at(matrix, place, neurons.weights[here] * drive[place[0]])
        for source, weights in (("clamped", matrix[:, :clamped]), ("sent", matrix[:, clamped:])):
            if delay == 0.0 and source == "sent":
                constant = neurons.rmax * neurons.dt * (neurons.v_leak / neurons.tau + drive * neurons.bias)
                found[f"{source}_to_neurons"] = source, None, nir.Affine(weights, constant)
            elif delay == 0.0:
                found[f"{source}_to_neurons"] = source, None, nir.Linear(weights)
            elif weights.any():
                waiting = nir.Delay(np.full(weights.shape[1], delay))
                found[f"{source}_to_neurons_{count}"] = source, waiting, nir.Linear(weights)
    return found
