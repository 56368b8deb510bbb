"""The blocks of the guide that need PyTorch run, in turn with the cells of their page."""

import re
from pathlib import Path

import pytest

import neurograph as ng

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
BLOCK = re.compile(
    r"^```\{code-(?P<kind>cell|block)\} python\n(?P<options>---\n.*?\n---\n|(?::[^\n]*\n)*)(?P<code>.*?)^```$",
    re.S | re.M,
)


def learned_to_tell_moons_apart(names):
    outputs = names["model"](names["points"]).detach()
    assert (outputs.argmax(dim=1) == names["targets"]).float().mean() > 0.8
    assert len(names["trained"].edges) == len(names["cyclic"].edges)


def learned_moons(names):
    assert names["right"] > 0.85
    assert names["answers"].shape == (256, 2)
    assert isinstance(names["layer"].to_network(), ng.Network)
    assert names["alone"].weights.grad.abs().max() > 0


RIGHT = {"from_pytorch": learned_to_tell_moons_apart, "scale": learned_moons}


@pytest.mark.parametrize("name", RIGHT)
def test_its_blocks_run_in_turn_with_its_cells(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, names = (GUIDE / f"{name}.md").read_text("utf-8"), {"__name__": "__main__"}
    blocks = list(BLOCK.finditer(page))
    assert sum(block["kind"] == "block" for block in blocks) == page.count("{code-block} python") > 0
    for block in blocks:
        if "raises-exception" not in block["options"]:
            line = page.count("\n", 0, block.start("code"))
            exec(compile("\n" * line + block["code"], f"{name}.md", "exec"), names)
    RIGHT[name](names)


def test_every_page_with_such_blocks_is_run():
    pages = {path.stem: path.read_text("utf-8") for path in GUIDE.glob("*.md")}
    assert {name for name, page in pages.items() if re.search(r"^import torch$", page, re.M)} == set(RIGHT)
