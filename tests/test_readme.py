"""What README.md and docs/tour.md say works as it stands."""

import re
from pathlib import Path

import pytest

from tests.ten_lines import PRINTED, PROGRAM

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


def test_its_first_program_learns_prunes_certifies_and_prints_what_it_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(PROGRAM, "README.md", "exec"), names)
    assert capsys.readouterr().out == PRINTED
    assert ((names["settled"].outputs > 0.5) == names["y"]).all()
    assert len(names["pruning"].removed) > 0
    assert names["report"].proved
    names["report"].check(names["pruning"].network)


@pytest.mark.parametrize("page", [README, TOUR], ids=["README", "tour"])
def test_its_programs_run_one_after_another(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks(page, "python"):
        exec(compile(block, "README.md", "exec"), names)
