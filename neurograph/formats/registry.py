"""Which formats there are."""

from __future__ import annotations

from neurograph.formats.base import Format
from neurograph.formats.csv_pair import CSVPair
from neurograph.formats.cytoscape import Cytoscape
from neurograph.formats.gexf import GEXF
from neurograph.formats.graphml import GraphML
from neurograph.formats.nir import NIR
from neurograph.formats.node_link import NodeLink
from neurograph.formats.npz import NPZ
from neurograph.formats.packed import Packed
from neurograph.formats.parquet import ParquetPair
from neurograph.formats.sonata import SONATA

FORMATS: dict[str, Format] = {
    format.suffix: format
    for format in (
        NodeLink(),
        GraphML(),
        GEXF(),
        Cytoscape(),
        CSVPair(),
        ParquetPair(),
        NPZ(),
        SONATA(),
        NIR(),
        Packed(),
    )
}
"""Every format by its suffix; the conformance suite runs over them."""

SUFFIXES = ", ".join(f"{format.suffix} ({format.name})" for format in FORMATS.values())
"""The suffixes and the names of all formats, as messages list them."""
