"""What README.md and docs/tour.md say works as it stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README, TOUR = ((ROOT / name).read_text() for name in ("README.md", "docs/tour.md"))


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_it_is_short():
    assert len(README.splitlines()) <= 150


def test_it_opens_with_the_two_commands():
    assert [line.split("#")[0].split() for line in blocks(README, "sh")[0].splitlines()] == [
        ["make", "demo"],
        ["make", "test"],
    ]


@pytest.mark.parametrize("page", [README, TOUR], ids=["README", "tour"])
def test_its_programs_run_one_after_another(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks(page, "python"):
        exec(compile(block, "README.md", "exec"), names)
