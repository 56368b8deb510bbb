"""What the wheel and the source distribution in a folder hold: ``python -m tests.wheel dist``, as `make wheel` does.

A wheel holds the package as it stands in the source, the compiled engine, what describes it, and no more. Neither
holds a path of the machine on which it was made.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 5_000_000
"""Bytes that a wheel may take: about twice what it does."""


def package(root):
    """Return the files that a wheel must hold, by name: the package without the source of the engine."""
    files = (path for path in sorted((root / "neurograph").rglob("*")) if path.is_file())
    names = {path.relative_to(root).as_posix(): path for path in files if "__pycache__" not in path.parts}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if not name.startswith("neurograph/kernels/native/") and path.suffix not in (".so", ".pyd")
    }


def paths_of_this_machine():
    """Return the beginnings of paths that stand for the machine, its user or the folder of a build."""
    places = (ROOT, Path.home(), sys.prefix, sys.base_prefix, tempfile.gettempdir())
    return {f"{path}/" for path in places if len(Path(path).parts) > 1}


def with_paths(files):
    """Return which files hold such a path, and which."""
    return [
        f"{name} holds {path}"
        for name, data in files.items()
        for path in sorted(paths_of_this_machine())
        # A part of a longer word, as in https://host/home/, begins no path.
        if re.search(rb"(?<![\w.])" + re.escape(path.encode()), data)
    ]


def of_wheel(path, root=ROOT):
    """Return what is wrong with a wheel, a sentence each."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    expected = package(root)
    engines = {name for name in held if re.fullmatch(r"neurograph/kernels/engine\.[\w.-]+", name) and name[-1] != "i"}
    described = {name for name in held if re.match(r"neurograph_simulator-[\d.]+\.dist-info/", name)}
    rest = held.keys() - engines - described
    return [
        *(f"{name} is missing" for name in sorted(expected.keys() - rest)),
        *(f"{name} does not belong in a wheel" for name in sorted(rest - expected.keys())),
        *(f"{name} is not as in the source" for name in sorted(rest & expected.keys()) if held[name] != expected[name]),
        *([] if len(engines) == 1 else [f"compiled engines: {sorted(engines)}, expected one"]),
        *with_paths({name: held[name] for name in engines | described}),
        *([] if path.stat().st_size < LIMIT else [f"{path.stat().st_size} bytes, expected less than {LIMIT}"]),
    ]


def of_sdist(path, root=ROOT):
    """Return what is wrong with a source distribution: each file that git has must be in it as it is."""
    with tarfile.open(path) as archive:
        inside = [member for member in archive.getmembers() if member.isfile()]
        held = {member.name.partition("/")[2]: archive.extractfile(member).read() for member in inside}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    tracked = {name for name in listed.split("\0") if name and (root / name).is_file()}
    made = {name for name in held if name in ("PKG-INFO", "setup.cfg") or ".egg-info/" in name}
    kept_back = {name for name in tracked if re.match(r"\.(git|pre-commit|ci|dockerignore)", name)}
    return [
        *(f"{name} is missing" for name in sorted(tracked - kept_back - held.keys())),
        *(f"{name} is not in the source" for name in sorted(held.keys() - made - tracked)),
        *(
            f"{name} is not as in the source"
            for name in tracked & held.keys()
            if held[name] != (root / name).read_bytes()
        ),
        *with_paths(held),
    ]


def main():
    """Look at both, print what is wrong, and fail where something is."""
    wrong = []
    for pattern, look in (("*.whl", of_wheel), ("*.tar.gz", of_sdist)):
        found = sorted(Path(sys.argv[1]).glob(pattern))
        if not found:
            wrong.append(f"{sys.argv[1]} has no {pattern}")
        for path in found:
            wrong += [f"{path.name}: {sentence}" for sentence in look(path)]
            print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
