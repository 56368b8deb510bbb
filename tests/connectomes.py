"""Files of the structure of real connectomes, with made-up neurons: as packages ship them, and tables."""

import csv
import importlib
import json
import sys

import numpy as np

CELLS = {
    "ASEL": ("Amphid", "sensory"),
    "BAGL": ("O2, CO2, social signals, touch", "sensory"),
    "AVAL": ("Layer 1 interneuron", "interneuron"),
    "RIML": ("Layer 1 interneuron; motorneuron in White et al., 1986", "interneuron"),
    "SIADL": ("Sublateral motor neuron; interneuron in White et al., 1986", "motor"),
    "VB1": ("Ventral cord motor neuron", "motor"),
    "CANL": ("Canal neuron", "canal"),
    "pm1": ("Pharyngeal muscle", "muscle"),
    "CEPshDL": ("Sheath cell other than amphid sheath and phasmid", "other"),
}
CHEMICAL = {
    ("ASEL", "AVAL"): 7, ("ASEL", "BAGL"): 2, ("BAGL", "RIML"): 1, ("AVAL", "VB1"): 12, ("AVAL", "SIADL"): 4,
    ("RIML", "AVAL"): 3, ("VB1", "VB1"): 5, ("VB1", "AVAL"): 1, ("VB1", "pm1"): 9, ("ASEL", "CEPshDL"): 1,
}  # fmt: skip
ELECTRICAL = {("AVAL", "RIML"): 2, ("RIML", "AVAL"): 2, ("AVAL", "AVAL"): 1}

LETTERS = ["K", "K", "I", "O", "P", "P"]
COUNTS = np.array(
    [[0, 3, 1, 5, 0, 0], [2, 0, 0, 8, 0, 0], [4, 1, 0, 2, 0, 0], [0, 0, 3, 0, 0, 0],
     [9, 0, 0, 0, 0, 0], [1, 6, 0, 0, 0, 0]]
)  # fmt: skip


def install(folder, monkeypatch, name, files):
    """Let a package be found that holds these files, and whose code must not be run."""
    for path, text in {"__init__.py": "raise RuntimeError('none of its code is run')", **files}.items():
        file = folder / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()


def cect():
    names, matrices = list(CELLS), {}
    for kind, counts in (("Generic_CS", CHEMICAL), ("Generic_GJ", ELECTRICAL)):
        matrix = np.zeros((len(names), len(names)))
        for (pre, post), count in counts.items():
            matrix[names.index(pre), names.index(post)] = count
        matrices[kind] = matrix.tolist()
    rows = [f'{cell},"{described}",Some name,AB p,"a, b"' for cell, (described, _) in CELLS.items()]
    files = {"data/all_cell_info.csv": "\n".join(["Cell name,Type,Name details,Lineage,Classification", *rows])}
    for name in ("Cook2019HermReader", "White_whole"):
        files[f"cache/{name}.json"] = json.dumps({"nodes": names, "connections": matrices, "summary": "..."})
    return files


def graspologic():
    adjacency = "\n".join(" ".join(map(str, row)) + " " for row in COUNTS.tolist())
    files = {f"datasets/drosophila/{side}_adjacency.csv": adjacency for side in ("left", "right")}
    return files | {f"datasets/drosophila/{side}_cell_labels.csv": "\n".join(LETTERS) for side in ("left", "right")}


def wiring(neurons=30, seed=0):
    """Counts (pre, post) among neurons, of which the first 4 are sensory and the last 2 motor; some come back, and to
    itself."""
    rng = np.random.default_rng(seed)
    counts = rng.geometric(0.2, (neurons, neurons)) * (rng.random((neurons, neurons)) < 0.25)
    counts[:4, 4:8] = 5
    counts[4:8, -2:] = 5
    return counts


def sheet(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def kind_of(place, count):
    return "sensory" if place < 4 else "motor" if place >= count - 2 else "interneuron"


def worm(folder):
    """One row a pair and kind of synapse, and a table of cells."""
    counts = wiring()
    names = [f"N{place:02}" for place in range(len(counts))]
    pairs = [(names[i], names[j], "chemical", counts[i, j]) for i, j in np.argwhere(counts)]
    gaps = [(names[i], names[i + 1], "electrical", 2) for i in range(8, 16)]
    sheet(folder / "worm.csv", ("pre", "post", "type", "synapses"), pairs + gaps)
    sheet(folder / "cells.csv", ("name", "class"), [(name, kind_of(k, len(names))) for k, name in enumerate(names)])
    return names[:4], names[-2:]


def roots(count, first=720575940600000000):
    """Labels as those of FlyWire and MICrONS: 18 digits, beyond what a float holds."""
    return (first + np.random.default_rng(1).permutation(10**7)[:count]).tolist()


def flywire(folder):
    """One row a pair and neuropil, with the transmitter that was predicted there; classes beside it."""
    counts, rng = wiring(), np.random.default_rng(2)
    ids = roots(len(counts))
    own = rng.choice(["ACH", "GABA", "GLUT", "DA", "SER", "OCT"], len(ids), p=[0.5, 0.2, 0.15, 0.05, 0.05, 0.05])
    rows = []
    for i, j in np.argwhere(counts):
        parts = rng.multinomial(counts[i, j], [0.6, 0.4])
        seen = [own[i], "" if rng.random() < 0.1 else own[i]]
        rows += [
            (ids[i], ids[j], where, n, nt) for where, n, nt in zip(("GNG", "AVLP_R"), parts, seen, strict=True) if n
        ]
    sheet(folder / "connections.csv", ("pre_root_id", "post_root_id", "neuropil", "syn_count", "nt_type"), rows)
    flow = {"sensory": "afferent", "motor": "efferent", "interneuron": "intrinsic"}
    supers = {"sensory": "sensory", "motor": "motor", "interneuron": "central"}
    kinds = [kind_of(k, len(ids)) for k in range(len(ids))]
    cells = [(one, flow[kind], supers[kind], "", "left") for one, kind in zip(ids, kinds, strict=True)]
    sheet(folder / "classification.csv", ("root_id", "flow", "super_class", "class", "side"), cells)
    return ids[:4], ids[-2:]


def hemibrain(folder):
    """One row a pair and region of interest, and a table of neurons."""
    counts, rng = wiring(), np.random.default_rng(3)
    ids = roots(len(counts), 294792184)
    rows = []
    for i, j in np.argwhere(counts):
        parts = zip(("EB", "FB", "NO"), rng.multinomial(counts[i, j], [0.5, 0.3, 0.2]), strict=True)
        rows += [(ids[i], ids[j], roi, n) for roi, n in parts if n]
    sheet(folder / "traced-roi-connections.csv", ("bodyId_pre", "bodyId_post", "roi", "weight"), rows)
    types = ["ORN_DA1", "ORN_DA1", "ORN_DL3", "ORN_DL3", *["LN"] * (len(ids) - 6), "MBON01", "MBON02"]
    cells = [(one, kind, f"{kind}_R") for one, kind in zip(ids, types, strict=True)]
    sheet(folder / "traced-neurons.csv", ("bodyId", "type", "instance"), cells)
    return ids[:4], ids[-2:]


def microns(folder):
    """One row a synapse, with its size; cell types beside it, of some cells alone."""
    counts, rng = wiring(), np.random.default_rng(4)
    ids = roots(len(counts), 864691135000000000)
    pairs = [(ids[i], ids[j]) for i, j in np.argwhere(counts) for _ in range(counts[i, j])]
    rows = [
        (k, pre, post, size)
        for k, ((pre, post), size) in enumerate(zip(pairs, rng.integers(300, 9000, len(pairs)), strict=True))
    ]
    sheet(folder / "synapses.csv", ("id", "pre_pt_root_id", "post_pt_root_id", "size"), rows)
    types = ["4P"] * 4 + ["23P", "BC", "MC", "23P"] * 4 + ["5P-IT"] * 4 + ["5P-ET"] * 2
    places = [*range(20), *range(len(ids) - 6, len(ids))]
    cells = [
        (k, "inhibitory_neuron" if kind in ("BC", "MC") else "excitatory_neuron", kind, ids[place])
        for k, (place, kind) in enumerate(zip(places, types, strict=True))
    ]
    sheet(folder / "cell_types.csv", ("id", "classification_system", "cell_type", "pt_root_id"), cells)
    return ids[:4], ids[-2:]
