"""What stands beside the package: names, versions and extras agree, and all that has a form has it."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = SETTINGS["project"]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/*.*"), *ROOT.glob("examples/*.py")]
SOURCES = [*(ROOT / "neurograph").rglob("*.py"), *(ROOT / "neurograph").rglob("*.html"), ROOT / "Dockerfile"]

# What pip is told to install, and with which extras: the folder of the source, or a name that begins as this one does.
INSTALLS = re.compile(
    r"""pip\ install\ (?:-\S+\ )*["']?
    (?P<name>\.|/source|neurograph[\w-]*)(?:\[(?P<extras>[\w,]+)\])?""",
    re.VERBOSE | re.IGNORECASE,
)


def installs():
    return [
        (path.relative_to(ROOT).as_posix(), found["name"], found["extras"] or "")
        for path in [*PAGES, *SOURCES]
        for found in INSTALLS.finditer(path.read_text())
    ]


def test_nothing_tells_a_user_to_install_another_project():
    assert {path for path, *_ in installs()} >= {"README.md", "Dockerfile", "neurograph/plots/style.py"}
    for path, name, extras in installs():
        assert name in (".", "/source", PROJECT["name"]), path
        assert set(filter(None, extras.split(","))) <= set(PROJECT["optional-dependencies"]), path


def test_no_page_names_an_extra_of_another_project():
    for path in [*PAGES, *SOURCES]:
        assert not re.findall(r"\bneurograph\[\w+\]", path.read_text(), re.IGNORECASE), path


def test_every_test_and_page_that_is_named_is_there():
    for path in [*PAGES, *(ROOT / "neurograph").rglob("*.md")]:
        named = set(re.findall(r"`((?:tests|docs)/[\w./]+\.\w+)`", path.read_text())) - {"tests/a/test_b.py"}
        assert [name for name in named if not (ROOT / name).exists()] == [], path


def test_the_extra_with_everything_names_this_project():
    (everything,) = PROJECT["optional-dependencies"]["all"]
    name, extras = re.fullmatch(r"([\w-]+)\[([\w,]+)\]", everything).groups()
    assert name == PROJECT["name"]
    apart = {"all", "bench", "dev", "torch", "partition"}
    assert set(extras.split(",")) == set(PROJECT["optional-dependencies"]) - apart


def test_the_citation_is_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["cff-version"] == "1.2.0"
    assert cited["version"] == PROJECT["version"]
    assert cited["license"] == PROJECT["license"]
    assert cited["authors"] == PROJECT["authors"]
    assert cited["keywords"] == PROJECT["keywords"]


def test_the_citation_names_the_authors_of_the_paper_as_the_readme_does():
    (paper,) = yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]
    names = ", ".join(author["family-names"] for author in paper["authors"])
    assert f"DEEP ({names}, {paper['conference']['name']}" in (ROOT / "README.md").read_text()
    assert paper["url"] in (ROOT / "README.md").read_text()


def test_every_python_that_is_named_has_a_wheel():
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert SETTINGS["tool"]["cibuildwheel"]["build"].split() == [f"cp{one.replace('.', '')}-*" for one in named]
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_every_target_is_explained():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    explained = re.findall(r"^    make (\w+) +# \S", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert sorted(targets) == sorted(explained)


KINDS = {kind["directory"]: kind["name"] for kind in SETTINGS["tool"]["towncrier"]["type"]}
FRAGMENTS = sorted(path for path in (ROOT / "changelog.d").iterdir() if path.suffix != ".jinja")


def faults(name, text):
    """Return what is wrong with a fragment, a sentence each."""
    kinds = "|".join(KINDS)
    return [
        *([] if re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", name) else [f"{name}: expected WORD.{{{kinds}}}.md"]),
        *([] if re.match(r"[A-Z0-9`]", text) else [f"{name}: expected a sentence, without a dash before it"]),
        *([] if text.endswith((".\n", "`\n", "|\n")) else [f"{name}: expected a full stop and one end of line"]),
        *(f"{name}: longer than 118 columns, {line!r}" for line in text.splitlines() if len(line) > 118),
    ]


def test_the_fragments_have_their_form():
    assert [fault for path in FRAGMENTS for fault in faults(path.name, path.read_text())] == []
    assert set(KINDS.values()) >= set(re.findall(r"^### (\w+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE))
    assert (ROOT / "CHANGELOG.md").read_text().count(SETTINGS["tool"]["towncrier"]["start_string"]) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name.new.md", "It is new.\n"),
        ("name.md", "It is new.\n"),
        ("Name.added.md", "It is new.\n"),
        ("name.added.txt", "It is new.\n"),
        ("name.added.md", "- It is new.\n"),
        ("name.added.md", "It is new"),
        ("name.added.md", f"It is {'new ' * 30}.\n"),
    ],
)
def test_a_fragment_of_another_form_is_found(name, text):
    assert len(faults(name, text)) == 1


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").iterdir()), ids=lambda path: path.name)
def test_the_issue_forms_are_forms(path):
    """By GitHub's schema of issue forms: what each part may be, what it must have, and ids of its own."""
    form = yaml.safe_load(path.read_text())
    assert form.keys() <= {"name", "description", "title", "labels", "assignees", "projects", "type", "body"}
    assert all(isinstance(form[key], str) and form[key] for key in ("name", "description"))
    attributes = {"label", "description", "placeholder", "value"}
    known = {"markdown": {"value"}, "input": attributes, "textarea": attributes | {"render"}}
    for part in form["body"]:
        assert part.keys() <= {"type", "id", "attributes", "validations"}
        assert part["attributes"].keys() <= known[part["type"]]
        assert part["type"] == "markdown" or part["attributes"]["label"]
        assert part.get("validations", {}).keys() <= {"required"}
    ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert len(set(ids)) == len(ids) > 0
    assert all(re.fullmatch(r"[\w-]+", one) for one in ids)


def test_a_bug_is_told_with_its_version_and_a_program():
    text = (ROOT / ".github/ISSUE_TEMPLATE/bug.yml").read_text()
    assert "`neurograph --version`" in text
    asked = {part["id"]: part["validations"]["required"] for part in yaml.safe_load(text)["body"]}
    assert asked == {"version": True, "program": True, "found": True, "expected": True}


def test_what_the_site_is_built_to_is_in_no_source_distribution():
    written = re.findall(r"^/(docs/.*?)/?$", (ROOT / ".gitignore").read_text(), re.MULTILINE)
    kept_out = re.findall(r"^(?:prune|exclude) (docs/.*)$", (ROOT / "MANIFEST.in").read_text(), re.MULTILINE)
    assert written == kept_out != []


def test_the_image_is_two_lines():
    source, install = (ROOT / "Dockerfile").read_text().splitlines()
    assert re.fullmatch(r"FROM python:3\.\d+-slim", source)
    assert install.startswith("RUN ")
    assert f"Programming Language :: Python :: {source[12:16]}" in PROJECT["classifiers"]
