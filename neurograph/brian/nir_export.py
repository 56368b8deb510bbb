"""A spiking model as NIR's neurons: what stands in the way, what to build instead, and the numbers."""

from __future__ import annotations

import re

import numpy as np

from neurograph._arrays import Floats
from neurograph.brian.recipe import Recipe, counting, membrane
from neurograph.brian.spiking import SPIKING
from neurograph.errors import FormatError
from neurograph.formats.nir_neurons import integrators
from neurograph.formats.nir_spikes import SpikingNeurons
from neurograph.learning.rules import Rule
from neurograph.network.network import Network

INSTEAD = (
    "neurograph.brian.build(neurograph.compile(model.to_graph(), {dynamics}), x, model='spiking', dt=0.1*brian2.ms, "
    "namespace={{'tau_syn': 0.1*brian2.ms}}, reset='phi = 0.0').to_nir(path)"
)
"""A model that NIR holds."""


def spiking_neurons(recipe: Recipe, rule: Rule | None, network: Network, external: Floats) -> SpikingNeurons:
    """Return a spiking model, its network and its `I_ext` as they are now, in the numbers that NIR is written from.

    Raises
    ------
    FormatError
        If NIR's LIF neurons are others.
    """
    why, dynamics = (
        _differences(recipe, rule, network, external),
        "dataclasses.replace(model.compiled.dynamics, box=None)",
    )
    connectivity, names = network.connectivity, network.nodes
    clamped, free = np.r_[connectivity.inputs, connectivity.bias_nodes], connectivity.free
    graph = network.to_graph()
    graph.graph["dynamics"] = network.dynamics.to_dict()
    try:
        tau, r, v_leak = integrators(graph, {"hidden": [names[j] for j in free], "readout": []})["hidden"]
    except FormatError:
        why.append(
            f"the drift {network.dynamics.drift!r} with what it sends is not (v_leak - s + r*(I + b))/tau, tau > 0"
        )
        dynamics = "neurograph.Dynamics('-s + I + b')"
    if why:
        raise FormatError(
            f"the model cannot be written as NIR's LIF neurons: {'; '.join(why)}; expected such as "
            + INSTEAD.format(dynamics=dynamics)
        )
    place = np.empty(len(names), np.int64)
    place[np.r_[clamped, free]] = np.arange(len(names))
    edges = network.weights.size
    delays = np.zeros(edges) if recipe.delay is None else np.asarray(recipe.delay, np.float64)[:edges]
    return SpikingNeurons(
        inputs=[names[j] for j in connectivity.inputs], always=[names[j] for j in connectivity.bias_nodes],
        labels=[names[j] for j in free], tau=tau, r=r, v_leak=v_leak, bias=network.biases[free].astype(np.float64),
        outputs=place[connectivity.outputs] - clamped.size, pre=place[connectivity.pre], post=place[connectivity.post],
        weights=network.weights.astype(np.float64), delays=delays, rmax=float(recipe.namespace["rmax"]),
        time_unit=float(recipe.namespace["time_unit"]), dt=float(recipe.dt),
    )  # fmt: skip


def _differences(recipe: Recipe, rule: Rule | None, network: Network, external: Floats) -> list[str]:
    """Say in what a model differs from NIR's neurons, its drift aside."""
    kind, box = recipe.kind, network.dynamics.box
    why = [] if box is None else [f"NIR's LIF neurons have no box, and the dynamics has {box}"]
    if kind is not SPIKING:
        lif = "are driven through the inverse of their f-I curve and rest for t_ref after a spike, which NIR's do not"
        return [*why, f"neurons of the {kind.name} model " + (lif if kind.spikes else "do not spike")]
    tau_syn, dt = float(recipe.namespace["tau_syn"]), float(recipe.dt)
    if not np.isclose(tau_syn, dt):
        why.append(
            f"tau_syn is {tau_syn:g} s, but the one filter of NIR's CubaLIF is the membrane: expected dt, {dt:g} s"
        )
    reset = recipe.spiking["reset"].removesuffix(counting(""))
    if recipe.spiking["threshold"] != kind.threshold or not re.fullmatch(r"phi\s*=\s*0(\.0*)?", reset):
        why.append(
            f"a neuron spikes where {recipe.spiking['threshold']} and resets to {reset}, NIR's where phi >= 1.0 and to "
            "phi = 0.0"
        )
    parameters = [f"{name} : 1 (constant)" for name in network.dynamics.defaults]
    own = membrane(network, kind, recipe.cost, rule, 0.0, False, recipe.target)
    if recipe.neurons != "\n".join([own, *parameters]):
        why.append("it has noise or extra_equations")
    if np.any(external):
        why.append("I_ext is not 0, of which NIR has none: give the neurons a bias")
    return why
