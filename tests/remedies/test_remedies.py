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
from tests.remedies.of_growth import GROWTH
from tests.remedies.of_network import NETWORK
from tests.remedies.of_others import CERTIFICATES, CLI, EQUATIONS, OTHERS
from tests.remedies.of_pictures import PICTURES
from tests.remedies.of_plasticity import PLASTICITY
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
    *GROWTH,
    *CERTIFICATES,
    *EQUATIONS,
    *OTHERS,
    *CLI,
    *BRIAN,
    *BINARY,
    *UNITARY,
    *COMPRESSION,
    *REGIONS,
    *PICTURES,
    *SIMULATION,
    *RESERVOIRS,
    *PLASTICITY,
]
REMEDIES = [(row, pattern) for row in ROWS for pattern in row.cures]

INSTALLS = "it says what to install, which a test must not do"
NO_MESSAGE = "it is shown or looked for, and tells nobody what to do"
SHORT = "time or memory is short, which no call here makes so"
STATED = "a sentence of a report, of a call that succeeds"
SLOW = "its test trains for long: tests/training/test_settling.py"
CORPUS = "its remedies are tried on files of each kind: tests/formats/corpus, tests/formats/readers"
PROCESSES = "it takes several processes, or PyTorch: tests/torch/test_shared.py"
UNTRIED = {
    ("formats/encoding/mat5.py", ""): CORPUS,
    ("formats/encoding/node_link_rows.py", ""): CORPUS,
    ("formats/readers/gml.py", ""): CORPUS,
    ("formats/readers/matlab.py", ""): CORPUS,
    ("formats/readers/npy.py", ""): CORPUS,
    ("formats/readers/pajek.py", ""): CORPUS,
    ("graphs/connectomes.py", ""): INSTALLS,
    ("brian/importing.py", "python -m pip install"): INSTALLS,
    (
        "brian/importing.py",
        "on the PATH",
    ): "no C++ compiler is there; every row of of_brian.py runs with target='numpy'",
    ("brian/script.py", "clock"): NO_MESSAGE,
    ("certificates/certificate.py", "radii"): SHORT,
    ("certificates/base.py", "gives more"): STATED,
    ("certificates/report.py", "says why"): STATED,
    ("certificates/theorems/dobrushin.py", "A sweep makes"): STATED,
    ("certificates/theorems/lure.py", "pip install"): INSTALLS,
    ("certificates/theorems/spectral_abscissa.py", "Explicit Euler"): STATED,
    ("cli/distributed.py", "torchrun"): "a test starts it so: tests/cli/test_distributed.py",
    ("cli/main.py", "neurograph train"): NO_MESSAGE,
    ("cli/main.py", "neurograph report"): NO_MESSAGE,
    ("cli/messages.py", ""): "these words take the place of arguments: tests/cli/test_messages.py",
    ("formats/base.py", "pip install"): INSTALLS,
    ("formats/csv_pair.py", "spreadsheets"): NO_MESSAGE,
    ("formats/packed.py", "Packed().load"): "an opener, of a file whose hash lets none be read that does not compile",
    ("kernels/native/backend.py", ""): INSTALLS,
    ("learning/rule.py", "not local"): NO_MESSAGE,
    ("network/compilation.py", "dtype='float32'"): SHORT,
    ("plots/phases.py", "keeps no trajectory"): "only a solver of one's own gets there; the others refuse it before",
    ("plots/style.py", "pip install"): INSTALLS,
    ("simulation/result.py", "pip install"): INSTALLS,
    ("tasks/patterns.py", "pip install"): INSTALLS,
    ("torch/layer.py", "dtype is"): PROCESSES,
    ("torch/needed.py", "pip install"): INSTALLS,
    ("torch/pieces.py", ""): PROCESSES,
    ("training/estimators.py", "pip install"): INSTALLS,
    ("training/reservoir.py", "pip install"): INSTALLS,
    ("training/remarks.py", "train with keep="): SLOW,
}
"""File and a part of the text of each message with code that no row tries, and why."""


def untried(message):
    return [key for key in UNTRIED if message.file == key[0] and key[1] in message.text]


@functools.cache
def told(row):
    """Return the message of a row, whose call may write where it stands."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return row.message()
        finally:
            os.chdir(before)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what opens a file need not close it
@pytest.mark.parametrize(
    ("row", "pattern"), REMEDIES, ids=[f"{row.call[:50]}: {pattern[:40]}" for row, pattern in REMEDIES]
)
def test_the_remedy_cures(row, pattern, tmp_path, monkeypatch):
    code = row.cure(pattern, told(row))
    monkeypatch.chdir(tmp_path)
    exec(code, row.names())


def tried(pattern, rows):
    """Return whether a row has a message in which this code stands, and tries it."""
    for row in rows:
        found = pattern.search(told(row))
        if found and any(first < found.end(1) and found.start(1) < last for first, last in row.spans(told(row))):
            return True
    return False


def not_tried(rows, of_torch):
    """Return every piece of code in a message that no row tries; those of torch/ have rows of their own."""
    return "\n".join(
        f"{message.file}:{message.line} {code} in: {message.text.replace(HOLE, '...')}"
        for message in every_message()
        if message.file.startswith("torch/") == of_torch and not untried(message)
        for code, pattern in message.codes()
        if not tried(pattern, rows)
    )


def test_every_remedy_of_the_package_is_tried():
    assert not not_tried(ROWS, of_torch=False)


def test_no_exception_is_left_over():
    used = {key for message in every_message() for key in untried(message)}
    assert used == set(UNTRIED)
