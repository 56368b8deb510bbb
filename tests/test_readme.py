"""What README.md says works as it stands, and where it links to is there."""

import re
from pathlib import Path

from tests.ten_lines import PRINTED, PROGRAM

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_it_is_short():
    assert len(README.splitlines()) < 150


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


def test_its_programs_run_one_after_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks(README, "python"):
        exec(compile(block, "README.md", "exec"), names)


def test_its_links_lead_to_files():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) > 15
    assert not [link for link in links if not (ROOT / link).exists()]
