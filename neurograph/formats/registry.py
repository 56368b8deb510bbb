"""Which formats there are."""

from __future__ import annotations

from collections.abc import Iterable

from neurograph.formats.base import Format, Reader
from neurograph.formats.csv_pair import CSVPair
from neurograph.formats.cytoscape import Cytoscape
from neurograph.formats.gexf import GEXF
from neurograph.formats.graphml import GraphML
from neurograph.formats.nir import NIR
from neurograph.formats.node_link import NodeLink
from neurograph.formats.npz import NPZ
from neurograph.formats.packed import Packed
from neurograph.formats.parquet import ParquetPair
from neurograph.formats.readers.gml import GML
from neurograph.formats.readers.matlab import Matlab
from neurograph.formats.readers.npy import Npy
from neurograph.formats.readers.pajek import Pajek
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

READERS: dict[str, Reader] = {format.suffix: format for format in (GML(), Pajek(), Matlab(), Npy())}
"""Every format that is read but not written, by its suffix."""


def listed(formats: Iterable[Reader]) -> str:
    """Return the suffixes and the names of formats, as messages list them."""
    return ", ".join(f"{format.suffix} ({format.name})" for format in formats)


SUFFIXES = listed(FORMATS.values())
"""The formats that are read and written."""

READ_ALONE = listed(READERS.values())
"""The formats that are read but not written."""
