"""The cells of the guide run one after another, and every page of it has a picture."""

import re
from pathlib import Path

import pytest

import neurograph as ng

GUIDE = Path(__file__).parent.parent / "docs" / "guide"
PAGES = sorted(path for path in GUIDE.glob("*.md") if path.name != "index.md")
CELL = re.compile(
    r"^```\{code-cell\} python\n(?P<options>---\n.*?\n---\n|(?::[^\n]*\n)*)(?P<code>.*?)^```$", re.S | re.M
)


def test_there_are_pages():
    assert len(PAGES) > 10


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_its_cells_run_and_those_fail_that_say_so(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, names = path.read_text(), {"__name__": "__main__"}
    cells = list(CELL.finditer(page))
    assert cells
    assert len(cells) == page.count("{code-cell}"), "a cell is not as the others are"
    for cell in cells:
        code = compile(cell["code"], f"{path.name}:{page.count(chr(10), 0, cell.start('code')) + 1}", "exec")
        if "raises-exception" in cell["options"]:
            with pytest.raises(ng.errors.NeurographError):
                exec(code, names)
        else:
            exec(code, names)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_it_has_a_picture_with_a_text_that_says_what_it_shows(path):
    page = path.read_text()
    shown = re.findall(r"^\s+alt: (.+)$|!\[(.+?)\]\(|<title>(.+?)</title>", page, re.M)
    assert shown
    assert all(len("".join(text)) > 20 for text in shown)


def test_no_cell_is_hidden_from_the_tests():
    """A block of Python that is no cell would run nowhere."""
    for path in PAGES:
        assert "```python" not in path.read_text(), path.name
