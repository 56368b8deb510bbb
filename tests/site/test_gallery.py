"""The galleries: every example and every model is there, has run, and has its pictures, with words."""

import re
import sys

import pytest
from matplotlib.figure import Figure

from tests.site.pages import SITE, read

ROOT = SITE.parents[1]
sys.path.append(str(ROOT / "docs"))

import gallery_pages

NO_PAGES = {"__init__", "digits_table", "expected"}
SCRIPTS = {
    "gallery": {path.stem for path in (ROOT / "examples").glob("*.py")},
    "models": {path.stem for path in (ROOT / "models").glob("*.py")} - NO_PAGES,
}
OF_TORCH = sorted(path.stem for path in (ROOT / "examples" / "torch").glob("*.py"))
PAGES = [(gallery, name) for gallery, names in SCRIPTS.items() for name in sorted(names)]


@pytest.mark.parametrize(("gallery", "name"), PAGES)
def test_a_script_has_a_page_on_which_it_has_run(gallery, name):
    text = (SITE / gallery / f"{name}.html").read_text("utf-8")
    assert "sphx-glr-script-out" in text
    assert not re.search(r"Traceback \(most recent call last\)|object at 0x", text)
    assert f"{name}.ipynb" in text
    assert bool(re.search(r"Quick\s+form:\s", text)) == (gallery == "models")


@pytest.mark.parametrize("name", OF_TORCH)
def test_a_script_that_needs_pytorch_has_a_page_and_has_not_run(name):
    text = (SITE / "gallery" / "torch" / f"{name}.html").read_text("utf-8")
    assert f"{name}.ipynb" in text
    assert "sphx-glr-script-out" not in text


@pytest.mark.parametrize(("gallery", "name"), PAGES)
def test_what_it_drew_is_on_the_page_once(gallery, name):
    """A figure is drawn where a picture is written, and a few are shown alone."""
    pictures = [one for tag, one in read(SITE / gallery / f"{name}.html").tags if tag == "img"]
    shown = [one for one in pictures if f"sphx_glr_{name}_" in (one["src"] or "") and "thumb" not in (one["src"] or "")]
    text = (SITE / gallery / f"{name}.html").read_text("utf-8")
    assert len(shown) >= len(set(re.findall(r"Written to (\w+\.png)", text)))
    assert len({one["src"] for one in shown}) == len(shown) <= 2


def test_the_order_has_every_example():
    assert sorted(gallery_pages.ORDER) == sorted(SCRIPTS["gallery"])
    assert [gallery_pages.place(f"{name}.py")[0] for name in ("settles", "xie_2021")] == [3, len(gallery_pages.ORDER)]


def test_a_model_runs_its_quick_form_and_an_example_has_no_arguments():
    given = [gallery_pages.quick_form({}, {"src_file": f"/a/{folder}/b.py"}) for folder in ("models", "examples")]
    assert given == [["--quick"], []]


def test_a_figure_is_taken_once_and_described_by_its_words(tmp_path):
    first, second, third = Figure(), Figure(), Figure()
    first.subplots().set(title="a title", xlabel="time", ylabel="state")
    second.subplots().set(xlabel="time", ylabel="state")
    third.subplots()
    script = tmp_path / "script.py"
    script.write_text('"""\nA script\n========\n"""\n')
    paths = (str(tmp_path / f"{k}.png") for k in range(9))
    names = {"figure": first, "___": first, "others": 1}
    variables = {"example_globals": names, "image_path_iterator": paths, "src_file": str(script)}

    def scraped():
        return re.findall(r":alt: (.*)", gallery_pages.scraper(None, variables, {"src_dir": str(tmp_path)}))

    assert scraped() == ["a title"]
    names |= {"___": second, "third": third}
    assert sorted(scraped()) == ["A script", "state over time"]
    assert scraped() == []
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["0.png", "1.png", "2.png"]


def test_scripts_run_on_copies_and_write_nothing_beside_their_sources():
    copies = sorted(path.relative_to(ROOT / "build" / "gallery") for path in (ROOT / "build" / "gallery").rglob("*.py"))
    sources = [*(ROOT / "examples").rglob("*.py"), *(ROOT / "models").glob("*.py")]
    assert copies == sorted(path.relative_to(ROOT) for path in sources)
    written = {path.suffix for folder in ("examples", "models") for path in (ROOT / folder).iterdir() if path.is_file()}
    assert written == {".py", ".rst", ".md"}
