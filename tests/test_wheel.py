"""What is looked for in wheels and source distributions is found: each made here, with one thing wrong."""

import io
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests import ten_lines
from tests.wheel import ROOT, main, of_sdist, of_wheel, package

DESCRIBED = "neurograph_simulator-0.1.0.dist-info/METADATA"
ENGINE = "neurograph/kernels/engine.abi3.so"


def wheel(folder, changes):
    """Write a wheel as it should be, with other files in it, or None for one that is missing."""
    held = package(ROOT) | {ENGINE: b"\x7fELF", DESCRIBED: b"Name: neurograph-simulator"} | changes
    path = folder / "neurograph_simulator-0.1.0-cp311-abi3-linux_x86_64.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def test_a_wheel_as_it_should_be_has_nothing_wrong(tmp_path):
    assert of_wheel(wheel(tmp_path, {})) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tests/test_wheel.py": b""}, "tests/test_wheel.py does not belong in a wheel"),
        ({"models/farinha_2020.py": b""}, "models/farinha_2020.py does not belong in a wheel"),
        ({"examples/settles.py": b""}, "examples/settles.py does not belong in a wheel"),
        ({"neurograph/kernels/native/engine.c": b""}, "neurograph/kernels/native/engine.c does not belong in a wheel"),
        ({"neurograph/py.typed": None}, "neurograph/py.typed is missing"),
        ({"neurograph/errors.py": b"other"}, "neurograph/errors.py is not as in the source"),
        ({ENGINE: None}, "compiled engines: [], expected one"),
        ({ENGINE: f"built in {ROOT}/build".encode()}, f"{ENGINE} holds {ROOT}/"),
        (
            {ENGINE: f"{tempfile.gettempdir()}/pip-build/engine.c\0".encode()},
            f"{ENGINE} holds {tempfile.gettempdir()}/",
        ),
        ({DESCRIBED: f"{Path.home()}/x".encode()}, f"{DESCRIBED} holds {Path.home()}/"),
    ],
)
def test_what_is_wrong_with_a_wheel_is_said(tmp_path, changes, said):
    assert said in of_wheel(wheel(tmp_path, changes))


def test_what_is_wrong_with_a_source_distribution_is_said(tmp_path):
    root = tmp_path / "source"
    root.mkdir()
    (root / "README.md").write_text("read")
    (root / "setup.py").write_text("set up")
    (root / ".dockerignore").write_text(".git")  # which none needs
    for line in (["git", "init", "--quiet"], ["git", "add", "."]):
        subprocess.run(line, cwd=root, check=True)
    path = tmp_path / "neurograph_simulator-0.1.0.tar.gz"
    for held, said in [
        ({"README.md": "read", "setup.py": "set up", "PKG-INFO": "made"}, []),
        ({"README.md": "read"}, ["setup.py is missing"]),
        ({"README.md": "red", "setup.py": "set up"}, ["README.md is not as in the source"]),
        ({"README.md": "read", "setup.py": "set up", "notes": ""}, ["notes is not in the source"]),
    ]:
        with tarfile.open(path, "w:gz") as archive:
            for name, text in held.items():
                member = tarfile.TarInfo(f"neurograph_simulator-0.1.0/{name}")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        assert of_sdist(path, root) == said
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("neurograph_simulator-0.1.0/PKG-INFO")
        member.size = len(f"{ROOT}/x")
        archive.addfile(member, io.BytesIO(f"{ROOT}/x".encode()))
    assert f"PKG-INFO holds {ROOT}/" in of_sdist(path, root)


def test_a_wheel_that_is_too_large_is_found(tmp_path, monkeypatch):
    path = wheel(tmp_path, {})
    monkeypatch.setattr("tests.wheel.LIMIT", path.stat().st_size)
    assert of_wheel(path) == [f"{path.stat().st_size} bytes, expected less than {path.stat().st_size}"]


def test_what_is_looked_at_fails_where_something_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["wheel", str(tmp_path)])
    monkeypatch.setattr("tests.wheel.of_sdist", lambda path: [])
    wheel(tmp_path, {"neurograph/py.typed": None})
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code.splitlines() == [
        "neurograph_simulator-0.1.0-cp311-abi3-linux_x86_64.whl: neurograph/py.typed is missing",
        f"{tmp_path} has no *.tar.gz",
    ]
    wheel(tmp_path, {})
    (tmp_path / "a.tar.gz").touch()
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0


def test_the_program_of_the_readme_is_run_far_from_the_source_alone():
    with pytest.raises(SystemExit, match="is that of the source"):
        ten_lines.main()
