"""
How large, on how many machines
===============================

Neurons are dealt to machines, each with the edges that arrive at them. A step costs each machine its edges, and then
all of them wait until every state is everywhere. From times that were measured on one machine, a simulation foretells
the step of many, from the worm to the cortex of a mouse, and shows what breaks first.
"""

# %%
# What was measured, on two cores of one machine: ``python -m tests.benchmarks.scale`` measures it again, and writes it
# here. The engine is what :func:`neurograph.train` runs; a layer that shares its graph multiplies its rows by PyTorch's
# sparse products, and its two processes speak by gloo.

import matplotlib.pyplot as plt
import numpy as np

MEASURED = {
    "edge_1_1": 0.631,  # ns: the engine's step, an edge and sample, batch 1, threads: 1
    "edge_16_1": 0.07687,  # ns: the engine's step, an edge and sample, batch 16, threads: 1
    "edge_64_1": 0.1255,  # ns: the engine's step, an edge and sample, batch 64, threads: 1
    "edge_1_2": 0.3134,  # ns: the engine's step, an edge and sample, batch 1, threads: 2
    "edge_16_2": 0.03861,  # ns: the engine's step, an edge and sample, batch 16, threads: 2
    "edge_64_2": 0.04609,  # ns: the engine's step, an edge and sample, batch 64, threads: 2
    "neuron": 0.4777,  # ns: the engine's step, a neuron and sample, without edges
    "far_1": 8.514,  # times: an edge among 7e7 neurons, of one among 1e5, batch 1
    "far_16": 8.93,  # times: an edge among 7e7 neurons, of one among 1e5, batch 16
    "read": 30.01,  # ns: an edge read from Parquet and compiled
    "reading": 17.33,  # B: an edge while the graph is read, at most
    "settling": 40.04,  # B: an edge while a layer settles, at most
    "learning": 46.25,  # B: an edge while a layer goes back and Adam makes a step, at most
    "latency": 189.1,  # us: the exchange of a step, of two numbers, between two processes
    "link": 2.493,  # GB/s: half of 17 MB sent, and half received
    "sum": 8.272,  # ms: an all-reduce of 17 MB
    "rows_1_1": 5.219,  # ms: a step without the exchange, 5e6 edges, batch 1, processes: 1
    "rows_1_2": 2.492,  # ms: a step without the exchange, 5e6 edges, batch 1, processes: 2
    "step_1": 4.083,  # ms: a step with the exchange, 5e6 edges, batch 1, processes: 2
    "rows_16_1": 24.85,  # ms: a step without the exchange, 5e6 edges, batch 16, processes: 1
    "rows_16_2": 13,  # ms: a step without the exchange, 5e6 edges, batch 16, processes: 2
    "step_16": 19.2,  # ms: a step with the exchange, 5e6 edges, batch 16, processes: 2
    "rows_64_1": 152.1,  # ms: a step without the exchange, 5e6 edges, batch 64, processes: 1
    "rows_64_2": 86.12,  # ms: a step without the exchange, 5e6 edges, batch 64, processes: 2
    "step_64": 94.09,  # ms: a step with the exchange, 5e6 edges, batch 64, processes: 2
}

# %%
# What was not measured: a GPU, of which nothing here says anything, and the machines. Each has 32 cores like the two,
# 256 GB, and a link that the transport fills; gloo, over TCP, fills ``MEASURED["link"]`` and no more. Synapses of the
# mouse are counted as edges, each of a pair of its own; those of the worm and the fly are known pair by pair.

CORES, MEMORY, LINKS = 32, 256e9, (10, 100, 400)  # memory in bytes, links in Gbit/s
BRAINS = {  # neurons and edges
    "C. elegans": (302, 3_709),
    "fly (FlyWire)": (139_255, 15_000_000),
    "mouse cortex": (70_000_000, 70_000_000_000),
}
MACHINES = 2 ** np.arange(13)
SPREAD = 1.0  # standard deviation of the logarithm of a neuron's number of edges
LATE = 0.02  # of a machine's steps: how late one of them is, of the time, where all others' are on time

# %%
# The model has three lines. An edge takes longer where the states do not fit into the caches: with 7e7 neurons almost
# every edge waits for memory. The exchange has P - 1 rounds, in each of which a machine sends another a P-th of the
# states, for drawn at random, every neuron is read everywhere.


def edge_seconds(neurons, batch):
    """Return the seconds that a core takes for an edge and sample."""
    far = MEASURED[f"far_{min(batch, 16)}"] ** np.clip(np.log(neurons / 1e5) / np.log(7e7 / 1e5), 0, None)
    return 1e-3 * far * MEASURED[f"rows_{batch}_1"] / (5e6 * batch)


def own_seconds(neurons, edges, own_neurons, batch):
    """Return the seconds that a machine takes for its edges and neurons in a step; few edges take one core."""
    cores = np.clip(batch * edges / 1e5, 1, CORES)
    return batch * (edges * edge_seconds(neurons, batch) + 1e-9 * own_neurons * MEASURED["neuron"]) / cores


def exchange_seconds(bytes_in_all, machines, gigabytes):
    """Return the seconds until everything is everywhere, over links of so many GB/s."""
    return (machines - 1) * (1e-6 * MEASURED["latency"] + bytes_in_all / machines / (1e9 * gigabytes))


# %%
# The simulation draws what the model leaves out: numbers of edges are heavy-tailed, so that neurons dealt in equal
# numbers are edges in unequal ones; and each machine is now and then late, while all wait for the last. Packets of
# neurons stand for neurons where there are millions.


def dealt(neurons, edges, machines, by, rng):
    """Return the edges that each machine has: neurons in a row, dealt `by` "edges" or "neurons"."""
    packets = min(neurons, 700_000)
    each = neurons // packets  # whose sum is nearly normal
    mean, variance = np.exp(SPREAD**2 / 2), np.exp(SPREAD**2) * np.expm1(SPREAD**2)
    if each == 1:
        sums = rng.lognormal(0, SPREAD, packets)
    else:
        sums = np.maximum(each * mean + np.sqrt(each * variance) * rng.standard_normal(packets), 0)
    ends = np.cumsum(sums) / np.sum(sums)
    equal = np.arange(1, machines) / machines
    cuts = np.searchsorted(ends, equal) if by == "edges" else (equal * packets).astype(int)
    return edges * np.diff(np.concatenate([[0], ends[cuts], [1]]))


def step_seconds(brain, machines, gigabits, batch, by="edges", steps=20, seed=0):
    """Return the mean seconds of a simulated step, and the share of it that is the exchange."""
    (neurons, edges), rng = BRAINS[brain], np.random.default_rng(seed)
    own = own_seconds(neurons, dealt(neurons, edges, machines, by, rng), neurons / machines, batch)
    late = 1 + LATE * np.abs(rng.standard_normal((steps, machines)))
    exchange = exchange_seconds(4 * neurons * batch, machines, gigabits / 8)
    step = np.mean(np.max(own * late, axis=1)) + exchange
    return step, exchange / step


print(f"{'':16}machines  {'largest share of the edges, of the mean':>40}")
print(f"{'':26}{'dealt by edges':>20}{'by neurons':>20}")
for brain, (neurons, edges) in BRAINS.items():
    for machines in (4, 64):
        share = [
            np.max(dealt(neurons, edges, machines, by, np.random.default_rng(0))) * machines / edges
            for by in ("edges", "neurons")
        ]
        print(f"{brain:16}{machines:8}  {share[0]:20.2f}{share[1]:20.2f}")

# %%
# Is it right? Two processes on the one machine were measured: their rows while both run, and the whole step; and a sum
# of as many numbers as a graph has edges. The simulation knows the rows, the latency and the link.

checked = []
print(f"{'5,000,000 edges, 2 processes':34}{'measured':>10}{'foretold':>10}")
for batch in (1, 16, 64):
    own = 1e-3 * MEASURED[f"rows_{batch}_2"]
    late = 1 + LATE * np.abs(np.random.default_rng(0).standard_normal((20, 2)))
    foretold = np.mean(np.max(own * late, axis=1)) + exchange_seconds(4e5 * batch, 2, MEASURED["link"])
    checked.append((1e-3 * MEASURED[f"step_{batch}"], foretold))
    print(f"{f'a step, batch {batch}':34}" + "".join(f"{1e3 * one:7.2f} ms" for one in checked[-1]))
checked.append((1e-3 * MEASURED["sum"], 2 * exchange_seconds(2**24, 2, MEASURED["link"])))
print(f"{'the sum of 17 MB':34}" + "".join(f"{1e3 * one:7.2f} ms" for one in checked[-1]))

# %%
# A step over the number of machines. A line begins where the memory is enough to settle; it falls while edges are
# shared out, and rises once each further machine is only one round more of the ring. (A tree would have as many rounds
# as P has binary digits.)


def fewest(brain, batch, bytes_an_edge):
    """Return the fewest machines whose memory holds a graph, and six tables of all states on each."""
    neurons, edges = BRAINS[brain]
    return int(np.ceil(edges * bytes_an_edge / (MEMORY - 6 * 4 * neurons * batch)))


least_bytes = max(MEASURED["reading"], MEASURED["settling"])
figure, axes = plt.subplots(2, 3, sharex=True, figsize=(9, 5.5), layout="constrained")
best = {}
for row, batch in zip(axes, (1, 64), strict=True):
    for ax, (brain, (neurons, edges)) in zip(row, BRAINS.items(), strict=True):
        some = MACHINES[fewest(brain, batch, least_bytes) <= MACHINES]
        for gigabits, colour in zip(LINKS, ("#9ecae1", "#4292c6", "#084594"), strict=True):
            times = np.array([step_seconds(brain, machines, gigabits, batch)[0] for machines in some])
            best[brain, batch, gigabits] = int(some[times.argmin()]), times.min()
            ax.loglog(some, 1e3 * times, "o-", ms=3, color=colour, label=f"{gigabits} Gbit/s")
        alone = own_seconds(neurons, edges / MACHINES, neurons / MACHINES, batch)
        ax.loglog(MACHINES, 1e3 * alone, ":", color="grey", label="without exchange")
        ax.set_title(f"{brain}, batch {batch}", fontsize=10)
for ax in axes[1]:
    ax.set_xlabel("machines")
for ax in axes[:, 0]:
    ax.set_ylabel("milliseconds a step")
axes[0, 0].legend(frameon=False, fontsize=8)
figure.savefig("how_large.png", dpi=150)
print("Written to how_large.png")

# %%
# The number of machines at which a step takes least, and what it takes then.


def seconds(time):
    """Return a time as text."""
    return f"{time:.2g} s" if time > 0.5 else f"{1e3 * time:.3g} ms"


print(f"{'':16}{'batch':>6}" + "".join(f"{f'at {gigabits} Gbit/s':>28}" for gigabits in LINKS))
for brain in BRAINS:
    for batch in (1, 64):
        found = [best[brain, batch, gigabits] for gigabits in LINKS]
        shown = "".join(f"{f'{machines} machines, {seconds(time)}':>28}" for machines, time in found)
        print(f"{brain:16}{batch:6}{shown}")

# %%
# What grows how: a step of the cortex on 64 machines, one sample, 100 Gbit/s, and what doubling makes of it.

name = "mouse cortex"
(neurons, edges), step = BRAINS[name], step_seconds(name, 64, 100, 1)[0]
BRAINS |= {"more edges": (neurons, 2 * edges), "more neurons": (2 * neurons, edges)}
doubled = {
    "edges": step_seconds("more edges", 64, 100, 1)[0] / step,
    "neurons, the edges as many": step_seconds("more neurons", 64, 100, 1)[0] / step,
    "machines": step_seconds(name, 128, 100, 1)[0] / step,
    "bandwidth": step_seconds(name, 64, 200, 1)[0] / step,
    "samples, from 16 to 64 (four times)": step_seconds(name, 64, 100, 64)[0] / step_seconds(name, 64, 100, 16)[0],
}
print("\n".join(f"{what:38} {factor:.2f} times as long" for what, factor in doubled.items()))

# %%
# Samples shared instead: every machine holds the whole graph, settles its samples, and the changes of all weights are
# added up once in an update, of 100 steps here. That is one exchange for 100 steps, of edges instead of states.


def update_seconds(brain, machines, gigabits, batch, steps=100):
    """Return the seconds of an update whose samples are shared, each machine with its share of the batch."""
    neurons, edges = BRAINS[brain]
    each = MEASURED["edge_16_1"] * edges + MEASURED["neuron"] * neurons  # by the engine, sixteen samples at a time
    own = 1e-9 * steps * each * np.ceil(batch / machines) / CORES
    return own + 2 * exchange_seconds(8 * edges, machines, gigabits / 8)  # changes are added up in float64


shared = {}
print(f"{'fly, an update of 256 samples':32}" + "".join(f"{f'{gigabits} Gbit/s':>14}" for gigabits in LINKS))
for machines in (1, 2, 4, 8, 16):
    shared[machines] = [update_seconds("fly (FlyWire)", machines, gigabits, 256) for gigabits in LINKS]
    print(f"{machines:>24} machines" + "".join(f"{one:12.2f} s" for one in shared[machines]))

# %%
# The cortex of a mouse, and what breaks first there.

neurons, edges = BRAINS["mouse cortex"]
settling, learning = (
    fewest("mouse cortex", 1, max(MEASURED["reading"], MEASURED[one])) for one in ("settling", "learning")
)
indices = int(np.ceil(edges / 2**31))
reading = 1e-9 * MEASURED["read"] * edges / learning
step, exchange = step_seconds("mouse cortex", learning, 100, 1)
rounding = 2.0**-24 * np.sqrt(edges / neurons)
print(f"""memory: {settling} machines hold the graph and settle, {learning} learn with Adam
indices of 32 bits: they count up to 2^31 edges a process, so {indices} processes, several on a machine
samples shared: not at all, for every machine would hold {edges * MEASURED["settling"] / 1e12:.1f} TB
states: {4e-6 * neurons:.0f} MB gathered in each step for each sample; {exchange:.0%} of a step at 100 Gbit/s
latency: {1e-3 * MEASURED["latency"] * (learning - 1):.1f} ms a step in a ring of {learning} machines
reading: {reading / 60:.1f} minutes from Parquet, each machine its own edges in one thread
rounding: sums of {edges / neurons:.0f} numbers in float32, wrong by some {rounding:.0e} of them
time: {step:.2f} s a step, so {step * 100:.0f} s for one sample and 100 steps, on {learning} machines""")

# %%
# Memory comes first: places and weights of the edges, both a second time for the way back, the change of each weight,
# two moments of Adam. Then it is time: an edge takes several times as long as in a fly, since its state comes from
# memory and not from a cache. More machines help until some hundreds, from where on the exchange takes longer than the
# edges. Neurons dealt by locality would help both.
