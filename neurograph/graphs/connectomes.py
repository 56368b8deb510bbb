"""Measured wirings of nervous systems, read from the packages that ship them, none of whose code is run.

:func:`c_elegans` needs the package cect, :func:`larval_mushroom_body` graspologic; neither is installed with
neurograph, nor are their dependencies needed. Both take the words of :func:`neurograph.topologies.from_edges`, with
defaults that make a network that can be trained: the counts of synapses are the weights, and there is a bias node.
Which neurons are inputs and outputs is asked by their class; a list of labels says in which order. Tables of other
connectomes are read by :func:`neurograph.read` and :func:`neurograph.topologies.from_edges`.
"""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Unpack

import networkx as nx
import numpy as np

from neurograph._checks import public_names
from neurograph.errors import MissingPackageError, ParameterError
from neurograph.graphs.intake import Words, with_words
from neurograph.graphs.tables import from_edges

__all__ = ["c_elegans", "larval_mushroom_body"]

INSTALL = {"cect": "cect==0.3.5", "graspologic": "--ignore-requires-python graspologic==3.4.4"}
"""What pip is to be told so that it installs a package alone."""

TRAINABLE: dict[str, Any] = {
    "self_loops": "drop",
    "into_inputs": "drop",
    "parallel": "sum",
    "normalise": "incoming",
    "bias": True,
}

WORM: dict[str, Any] = {"inputs": {"class": "sensory"}, "outputs": {"class": "motor"}, **TRAINABLE}

LARVA: dict[str, Any] = {"inputs": {"class": "PN"}, "outputs": {"class": "MBON"}, **TRAINABLE}

DATASETS = {
    "white1986": "White_whole",
    "varshney2011": "VarshneyDataReader",
    "cook2019": "Cook2019HermReader",
    "cook2019_male": "Cook2019MaleReader",
    "witvliet2021": "WitvlietDataReader8",
}
"""Reconstructions of the worm, and what cect calls them."""

SYNAPSES = {"chemical": ("Generic_CS",), "electrical": ("Generic_GJ",), "both": ("Generic_CS", "Generic_GJ")}

CLASSES = (
    ("muscle", "muscle"), ("spicule", "muscle"), ("gubernacular", "muscle"), ("oblique", "muscle"),
    ("longitudinal", "muscle"), ("motor neuron", "motor"), ("interneuron", "interneuron"), ("linker", "interneuron"),
    ("polymodal", "polymodal"), ("canal", "canal"), ("sheath", "other"), ("cephalic", "sensory"), ("amphid", "sensory"),
    ("phasmid", "sensory"), ("touch", "sensory"), ("sensory", "sensory"),
)  # fmt: skip
"""What is in the description of a cell, and the class that it then has; the first that is there."""

NEURONS = ("sensory", "interneuron", "motor", "polymodal", "canal")

LETTERS = {"K": "KC", "I": "MBIN", "O": "MBON", "P": "PN"}


@with_words(**WORM)
def c_elegans(
    dataset: Literal["white1986", "varshney2011", "cook2019", "cook2019_male", "witvliet2021"] = "cook2019",
    *,
    synapses: Literal["chemical", "electrical", "both"] = "chemical",
    cells: Literal["neurons", "all"] = "neurons",
    **words: Unpack[Words],
) -> nx.DiGraph[Any]:
    """Return the wiring of the worm Caenorhabditis elegans, from the package cect.

    Nodes carry ``class`` ("sensory", "interneuron", "motor", "polymodal", "canal", "muscle", "other") and ``type``, as
    "Layer 1 interneuron"; edges carry ``synapse``.

    Parameters
    ----------
    dataset : {"cook2019", "cook2019_male", "white1986", "varshney2011", "witvliet2021"}
        Which reconstruction: the adult hermaphrodite or male of Cook et al. 2019 [3]_, whose weights are sections of
        synapses; the hermaphrodite of White et al. 1986 [1]_, whose weights are counts of them, as a whole or without
        the pharynx as Varshney et al. 2011 [2]_ have it; the adult brain of Witvliet et al. 2021 [4]_.
    synapses : {"chemical", "electrical", "both"}
        Which synapses are edges; gap junctions go both ways.
    cells : {"neurons", "all"}
        "all": muscles and other cells too.
    {words}

    Returns
    -------
    networkx.DiGraph
        The sensory neurons are inputs and the motor neurons outputs, unless `inputs` and `outputs` say otherwise.

    Raises
    ------
    MissingPackageError
        If cect is not installed.
    ParameterError
        If an argument is none of these.
    GraphError
        If the graph does not go with the words.

    References
    ----------
    .. [1] White, Southgate, Thomson, Brenner, The structure of the nervous system of the nematode Caenorhabditis
       elegans, Phil. Trans. R. Soc. B 314, 1986.
    .. [2] Varshney, Chen, Paniagua, Hall, Chklovskii, Structural properties of the Caenorhabditis elegans neuronal
       network, PLOS Computational Biology 7:e1001066, 2011.
    .. [3] Cook et al., Whole-animal connectomes of both Caenorhabditis elegans sexes, Nature 571, 2019.
    .. [4] Witvliet et al., Connectomes across development reveal principles of brain maturation, Nature 596, 2021.

    Examples
    --------
    >>> import neurograph as ng
    >>> worm = ng.connectomes.c_elegans()  # doctest: +SKIP
    >>> [sum(own == kind for _, own in worm.nodes(data="class")) for kind in ("sensory", "motor")]  # doctest: +SKIP
    [83, 123]

    Without the package there is a sentence about it:

    >>> from unittest.mock import patch
    >>> with patch("neurograph.graphs.connectomes.find_spec", return_value=None):
    ...     ng.connectomes.c_elegans()
    Traceback (most recent call last):
    ...
    neurograph.errors.MissingPackageError: this wiring comes with the package cect, which is not installed: ...
    """
    for name, value, known in (
        ("dataset", dataset, DATASETS),
        ("synapses", synapses, SYNAPSES),
        ("cells", cells, ("neurons", "all")),
    ):
        if value not in known:
            raise ParameterError(f"{name} is {value!r}: expected {' or '.join(map(repr, known))}")
    found = json.loads(_file("cect", "cache", f"{DATASETS[dataset]}.json"))
    described = csv.DictReader(_file("cect", "data", "all_cell_info.csv").splitlines())
    type_of = {row["Cell name"]: row["Type"] for row in described}
    nodes = {"node": found["nodes"], "type": [type_of.get(cell) for cell in found["nodes"]]}
    nodes["class"] = [_class_of(one or "") for one in nodes["type"]]
    kept = np.isin(nodes["class"], NEURONS) | (cells == "all")
    edges: dict[str, list[Any]] = {"pre": [], "post": [], "weight": [], "synapse": []}
    for kind in SYNAPSES[synapses]:
        _add_edges(edges, nodes["node"], np.where(np.outer(kept, kept), found["connections"][kind], 0.0))
        edges["synapse"] += ["chemical" if kind == "Generic_CS" else "electrical"] * (
            len(edges["pre"]) - len(edges["synapse"])
        )
    here = {name: [cell for cell, there in zip(column, kept, strict=True) if there] for name, column in nodes.items()}
    return from_edges(edges, nodes=here, **{**WORM, **words}).to_graph()


@with_words(**LARVA)
def larval_mushroom_body(hemisphere: Literal["left", "right"] = "left", **words: Unpack[Words]) -> nx.DiGraph[Any]:
    """Return the wiring of the mushroom body of a larva of Drosophila [1]_, from the package graspologic.

    Nodes are called by their class and a number, as "KC7", and carry ``class``: "PN" (projection neurons), "KC" (Kenyon
    cells), "MBIN" (input neurons, most of them dopaminergic) and "MBON" (output neurons).

    Parameters
    ----------
    hemisphere : {"left", "right"}
        Which one.
    {words}

    Returns
    -------
    networkx.DiGraph
        The projection neurons are inputs and the output neurons outputs, unless `inputs` and `outputs` say otherwise.

    Raises
    ------
    MissingPackageError
        If graspologic is not installed.
    ParameterError
        If an argument is none of these.
    GraphError
        If the graph does not go with the words.

    References
    ----------
    .. [1] Eichler et al., The complete connectome of a learning and memory centre in an insect brain, Nature 548, 2017.

    Examples
    --------
    >>> import neurograph as ng
    >>> larva = ng.connectomes.larval_mushroom_body("left")  # doctest: +SKIP
    >>> [sum(own == kind for _, own in larva.nodes(data="class")) for kind in ("PN", "KC", "MBON")]  # doctest: +SKIP
    [58, 101, 29]

    Without the package there is a sentence about it:

    >>> from unittest.mock import patch
    >>> with patch("neurograph.graphs.connectomes.find_spec", return_value=None):
    ...     ng.connectomes.larval_mushroom_body()
    Traceback (most recent call last):
    ...
    neurograph.errors.MissingPackageError: this wiring comes with the package graspologic, which is not installed: ...
    """
    if hemisphere not in ("left", "right"):
        raise ParameterError(f"hemisphere is {hemisphere!r}: expected 'left' or 'right'")
    folder = ("graspologic", "datasets", "drosophila")
    rows = _file(*folder, f"{hemisphere}_adjacency.csv").splitlines()
    classes = [LETTERS[letter] for letter in _file(*folder, f"{hemisphere}_cell_labels.csv").split()]
    labels = [f"{own}{classes[:place].count(own) + 1}" for place, own in enumerate(classes)]
    edges: dict[str, list[Any]] = {"pre": [], "post": [], "weight": []}
    _add_edges(edges, labels, np.array([row.split() for row in rows], np.float64))
    return from_edges(edges, nodes={"node": labels, "class": classes}, **{**LARVA, **words}).to_graph()


def _add_edges(edges: dict[str, list[Any]], labels: list[str], counts: np.ndarray[Any, Any]) -> None:
    """Add what is not 0 in a matrix (pre, post)."""
    pre, post = np.nonzero(counts)
    edges["pre"] += [labels[place] for place in pre]
    edges["post"] += [labels[place] for place in post]
    edges["weight"] += counts[pre, post].tolist()


def _class_of(described: str) -> str:
    """Return the class of a cell by what comes first in its description."""
    first = described.partition(";")[0].lower()
    return next((own for word, own in CLASSES if word in first), "other")


def _file(package: str, *path: str) -> str:
    """Return the text of a file that a package ships.

    Raises
    ------
    MissingPackageError
        If the package, or the file in it, is not there.
    """
    spec = find_spec(package)
    folder = next(iter((spec and spec.submodule_search_locations) or ()), None)
    if folder is None:
        raise MissingPackageError(
            f"this wiring comes with the package {package}, which is not installed: expected it; "
            f"pip install --no-deps {INSTALL[package]}"
        )
    file = Path(folder).joinpath(*path)
    if not file.is_file():
        raise MissingPackageError(
            f"the package {package} in {folder} has no file {'/'.join(path)}: expected the version that has it; "
            f"pip install --no-deps {INSTALL[package]}"
        )
    return file.read_text("utf-8")


public_names(__name__, __all__)
