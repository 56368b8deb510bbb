"""Every remedy in a message is code that runs and cures; and every message with code stands in a table."""

import functools
import os
import tempfile

import pytest

from tests.remedies.messages import HOLE, every_message
from tests.remedies.of_binary import BINARY
from tests.remedies.of_brian import BRIAN
from tests.remedies.of_compression import COMPRESSION
from tests.remedies.of_formats import FORMATS
from tests.remedies.of_graphs import GRAPHS
from tests.remedies.of_network import NETWORK
from tests.remedies.of_others import CERTIFICATES, CLI, EQUATIONS, OTHERS
from tests.remedies.of_pictures import PICTURES
from tests.remedies.of_regions import REGIONS
from tests.remedies.of_reservoirs import RESERVOIRS
from tests.remedies.of_simulation import SIMULATION
from tests.remedies.of_training import TRAINING
from tests.remedies.of_unitary import UNITARY

ROWS = [
    *GRAPHS,
    *FORMATS,
    *NETWORK,
    *TRAINING,
    *CERTIFICATES,
    *EQUATIONS,
    *OTHERS,
    *CLI,
    *BRIAN,
    *BINARY,
    *UNITARY,
    *COMPRESSION,
    *REGIONS,
    *SIMULATION,
