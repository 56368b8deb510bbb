"""The spikes of a network that computes XOR, and its rates beside the equilibrium of the rate network, as a picture.

Run from the root of the source: ``.venv/bin/python examples/spikes_beside_rates.py``
"""

import numpy as np
from matplotlib.figure import Figure

import neurograph as ng


def drawn(model: ng.brian.BrianModel, rates: np.ndarray, equilibrium: np.ndarray) -> Figure:
    """Draw a raster of one sample, and the rates of its neurons beside the equilibrium."""
    names = [str(node) for node in model.compiled.nodes]
    rows = np.arange(len(names))
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    raster, beside = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1.6))
    times, neurons = (np.asarray(getattr(model.monitors["spikes"], name)) for name in ("t_", "i"))
    raster.plot(times, neurons, "|", color="black", markersize=7)
    settling = float(model.times.settling)
    raster.axvspan(0, settling, color="0.92", zorder=0)
    raster.text(settling / 2, -0.9, "settles", ha="center", va="center", color="0.4")
    raster.text((settling + times.max()) / 2, -0.9, "is counted", ha="center", va="center", color="0.4")
    raster.set(xlabel="time (s)", title="spikes", yticks=rows, yticklabels=names, xlim=(0, times.max()))
    raster.set_ylim(len(names) - 0.5, -1.4)
    beside.barh(rows, equilibrium, height=0.7, color="#9ecae1", label="equilibrium")
    beside.plot(rates, rows, "o", color="#08519c", markersize=5, label="counted spikes")
    beside.set(xlabel="rate / rmax", title="rates", xlim=(0, 1.09))
    beside.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize="small")
    for axes in (raster, beside):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
    return figure


def main() -> tuple[np.ndarray, np.ndarray]:
    """Train, build with spikes, settle and draw; give what was sent and the equilibrium."""
    x, y = ng.tasks.logic("xor")
    graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, seed=0)
    network = ng.train(ng.compile(graph), x, y, seed=0, progress=False).network
    sample = x[1:2]
    model = ng.brian.build(network, sample, model="spiking", target="numpy", record=1, seed=0)
    rates, equilibrium = model.settle().state[0], ng.settle(network, sample).state[0]
    print(f"settling takes {model.times.settling}; rates and equilibrium differ by", np.abs(rates - equilibrium).max())
    drawn(model, rates, equilibrium).savefig("spikes.png", dpi=150)
    print("Written to spikes.png")
    return rates, equilibrium


if __name__ == "__main__":
    main()
