"""Every remedy in a message is code that runs and cures; and every message with code stands in a table."""

import pytest

from tests.remedies.of_graphs import GRAPHS

ROWS = [*GRAPHS]
REMEDIES = [(row, pattern) for row in ROWS for pattern in row.cures]


@pytest.mark.parametrize(
    ("row", "pattern"), REMEDIES, ids=[f"{row.call[:40]}-{pattern[:40]}" for row, pattern in REMEDIES]
)
def test_the_remedy_cures(row, pattern, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = row.cure(pattern, row.message())
    exec(code, row.names())
