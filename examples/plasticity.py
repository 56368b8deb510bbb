"""
Learning from reward alone
==========================

Each of 20 animals has two cues, two arms and the four synapses between them: the arm that is more active, noise
included, is its choice, and the choice that pays is rewarded. Nothing tells a synapse what would have been right, and
yet it learns, and learns anew when the arms are swapped.
"""

# %%
# All animals are one graph, so that one simulation runs them side by side.

from collections.abc import Callable

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np

import neurograph as ng

ANIMALS, DT, TRIAL, TRIALS = 20, 0.2, 4.0, 300
PHASES = ("each cue has its arm", "swapped", "swapped back")

graph = nx.DiGraph()
for k in range(ANIMALS):
    graph.add_nodes_from([(k, "cue", cue) for cue in range(2)], role="input")
    graph.add_nodes_from([(k, "arm", arm) for arm in range(2)], role="output")
    graph.add_edges_from([((k, "cue", c), (k, "arm", a), {"weight": 0.3}) for c in range(2) for a in range(2)])
network = ng.compile(graph, ng.Dynamics("-s + I"))
network

# %%
# The third factor of the rule is a function of time and outputs that says how much reward each neuron sees: 1 at both
# arms of an animal where its choice pays, else 0.


def right(outputs: np.ndarray, cues: np.ndarray, swapped: bool) -> np.ndarray:
    """Return whether each animal chooses the arm that pays at its cue."""
    return (outputs.reshape(*cues.shape, 2).argmax(axis=-1) == cues) != swapped


def paying(network: ng.Network, cues: np.ndarray, swapped: bool, begin: float) -> Callable:
    """Return what rewards the choice of each animal."""
    owner = np.array([node[0] for node in network.nodes])

    def reward(time: float, outputs: np.ndarray) -> np.ndarray:
        trial = round((time - begin) / DT - 1) // round(TRIAL / DT)
        return right(outputs, cues[trial], swapped)[None, owner]

    return reward


# %%
# Weights change while :func:`neurograph.simulate` runs. Each phase goes on from the weights and the state in which the
# last one ended; noise makes the animals try what they have not learned.

rng, last, shares, weights = np.random.default_rng(0), 0.0, [], []
for phase in range(len(PHASES)):
    cues = rng.integers(2, size=(TRIALS, ANIMALS))
    run = ng.simulate(
        network, np.eye(2)[cues].reshape(1, TRIALS, 2 * ANIMALS), dt=DT, hold=TRIAL, noise=0.2, start=last, seed=0,
        rule=ng.rules.reward_modulated_hebb(tau=1.0), learning_rate=0.1, bounds=(0.0, 0.6),
        modulator=paying(network, cues, swapped=phase == 1, begin=phase * TRIALS * TRIAL),
        record=round(TRIAL / DT), record_weights=round(TRIAL / DT),
    )  # fmt: skip
    network, last = run.learned, run.last
    shares.append(right(run.outputs[0], cues, swapped=phase == 1))
    weights.append(run.weights[:, [edge[0][0] == 0 for edge in network.edges]])
ended = np.array([one[-50:].mean(axis=0) for one in shares])
for name, one, end in zip(PHASES, shares, ended, strict=True):
    print(f"{name:21} first 10 trials {one[:10].mean():4.0%} right, last 50 {end.mean():4.0%}")

# %%
# After a swap they choose wrongly nearly always, and then unlearn it. Above, the mean of the animals, and where eight
# in ten of them are, each point over up to ten trials before it, of the same phase; below, the synapses of one.

correct, synapses = np.concatenate(shares).T, np.concatenate(weights)
trials = np.arange(correct.shape[1])
smooth = np.stack([correct[:, max(t - 9, t // TRIALS * TRIALS) : t + 1].mean(axis=1) for t in trials], axis=1)

figure, (upper, lower) = plt.subplots(2, 1, sharex=True, figsize=(8, 4.4), layout="constrained")
upper.fill_between(trials, *np.quantile(smooth, [0.1, 0.9], axis=0), color="#9ecae1", linewidth=0)
upper.plot(trials, smooth.mean(axis=0), color="#08519c")
upper.axhline(0.5, color="0.6", linewidth=0.8, linestyle=":")
upper.set(ylabel="choices that pay", ylim=(0, 1.02))
for k, (cue, arm) in enumerate((cue, arm) for cue in range(2) for arm in range(2)):
    style = {"color": ("#0072B2", "#D55E00")[cue], "linestyle": ("-", "--")[arm]}
    lower.plot(trials, synapses[:, k], label=f"cue {cue + 1}, arm {arm + 1}", linewidth=1.2, **style)
lower.set(xlabel="trial", ylabel="weight of one animal", xlim=(0, trials.size))
lower.legend(frameon=False, ncols=4, fontsize="small", loc="lower center", bbox_to_anchor=(0.5, 1.0))
for k, phase in enumerate(PHASES):
    upper.text((k + 0.5) * TRIALS, 1.06, phase, ha="center", color="0.3")
    for ax in (upper, lower):
        ax.axvline(k * TRIALS, color="0.8", linewidth=0.8, zorder=0)
        ax.spines[["top", "right"]].set_visible(False)
figure.savefig("plasticity.png", dpi=150)
print("Written to plasticity.png")
