"""A spiking model as NIR's neurons: what stands in the way, what to build instead, and the numbers."""

from __future__ import annotations

import numpy as np

from neurograph._arrays import Floats
from neurograph.brian.recipe import Recipe, counting, membrane
from neurograph.errors import FormatError
from neurograph.formats.nir_neurons import integrators
from neurograph.formats.nir_spikes import SpikingNeurons
from neurograph.learning.rule import Rule
from neurograph.network.network import Network

LONGEST_STEP = 1e-4
"""A reset to 0 takes half a step from each interval between spikes; and snntorch has no other step."""

RESET = "phi = 0.0"
"""What makes a spiking model spike as NIR's neurons, where all else is as theirs too."""


def spiking_neurons(recipe: Recipe, rule: Rule | None, network: Network, external: Floats) -> SpikingNeurons:
    """Return the neurons that fire at the rates of a model, with its network and its `I_ext` as they are now.

    Raises
    ------
    FormatError
        If NIR's LIF neurons cannot.
    """
    why, instead = _additions(recipe, rule, network, external), "model.compiled"
    connectivity, names, box = network.connectivity, network.nodes, network.dynamics.box
    clamped, free = np.r_[connectivity.inputs, connectivity.bias_nodes], connectivity.free
    graph = network.to_graph()
    graph.graph["dynamics"] = network.dynamics.to_dict()
    try:
        tau, r, v_leak = integrators(graph, {"hidden": [names[j] for j in free], "readout": []})["hidden"]
        if box is not None and box[0] != 0.0:
            raise FormatError(f"the box of {network.dynamics.name!r} begins at {box[0]}, and rates at 0")
    except FormatError as error:
        why.append(str(error).partition(": NIR has")[0])
        instead = "neurograph.compile(model.to_graph(), neurograph.dynamics.vector_field())"
    if why:
        raise FormatError(
            f"the model cannot be written as NIR's LIF neurons: {'; '.join(why)}; expected such as "
            f"neurograph.brian.build({instead}, x, model='spiking').to_nir(path)"
        )
    place = np.empty(len(names), np.int64)
    place[np.r_[clamped, free]] = np.arange(len(names))
    edges = network.weights.size
    delays = np.zeros(edges) if recipe.delay is None else np.asarray(recipe.delay, np.float64)[:edges]
    outputs = np.zeros((connectivity.outputs.size, free.size))
    outputs[np.arange(connectivity.outputs.size), place[connectivity.outputs] - clamped.size] = 1.0
    neurons = SpikingNeurons(
        inputs=[names[j] for j in connectivity.inputs], always=[names[j] for j in connectivity.bias_nodes],
        labels=[names[j] for j in free], tau=tau, r=r, v_leak=v_leak, bias=network.biases[free].astype(np.float64),
        outputs=outputs, pre=place[connectivity.pre], post=place[connectivity.post],
        weights=network.weights.astype(np.float64), delays=delays, rmax=float(recipe.namespace["rmax"]),
        time_unit=float(recipe.namespace["time_unit"]), dt=min(float(recipe.dt), LONGEST_STEP),
    )  # fmt: skip
    return neurons if box is None or not np.isfinite(box[1]) else neurons.boxed(box[1])


def _additions(recipe: Recipe, rule: Rule | None, network: Network, external: Floats) -> list[str]:
    """Return in words what a model has that its network does not tell."""
    kind, why = recipe.kind, []
    if not kind.spikes:
        return [f"neurons of the {kind.name} model do not spike"]
    threshold, reset = recipe.spiking["threshold"], recipe.spiking["reset"].removesuffix(counting(""))
    if threshold != kind.threshold or reset not in (kind.reset, RESET):
        why.append(f"its neurons spike where {threshold} and then {reset}, which is not the model's own")
    parameters = [f"{name} : 1 (constant)" for name in network.dynamics.defaults]
    own = membrane(network, kind, recipe.cost, rule, False, False, recipe.target)
    if recipe.neurons != "\n".join([own, *parameters]):
        why.append("it has noise, extra_equations, or an x or a current in time")
    if np.any(external):
        why.append("I_ext is not 0, of which NIR has none: give the neurons a bias")
    return why
