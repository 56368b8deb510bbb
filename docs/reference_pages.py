"""The pages of the reference: one for each public module, with all that its ``__all__`` lists."""

import inspect
from pathlib import Path

import neurograph as ng

MODULES = sorted(name for name in ng.__all__ if inspect.ismodule(getattr(ng, name)))


def write(folder: Path) -> None:
    """Write the page of each module, where it is not there as it is."""
    for name in MODULES:
        path = folder / "modules" / f"{name}.rst"
        path.parent.mkdir(exist_ok=True)
        page = _page(name)
        if not path.exists() or path.read_text() != page:  # what is as old as it was is not read again
            path.write_text(page)


def _page(name: str) -> str:
    """Return the page of a module: what it is for, and its names by what they are."""
    module = getattr(ng, name)
    full = f"neurograph.{name}"
    # A class is documented by the name that users write: `sgd`, not `Sgd`. Sphinx takes another name for an alias.
    names = {id(getattr(module, one)): one for one in sorted(module.__all__)}
    for one in names.values():
        if inspect.isclass(getattr(module, one)):
            getattr(module, one).__name__ = one
    kinds = {"Functions": [], "Classes": [], "Exceptions": [], "Values": [], "Also here": []}
    for one in names.values():
        value = getattr(module, one)
        twice = getattr(ng, one, None) is value  # its page is that of neurograph itself
        kinds["Also here" if twice else _kind(value)].append(f"   neurograph.{one}" if twice else f"   {one}")
    title = f"``{full}``"
    lines = [f".. _{full}:", "", title, "=" * len(title), "", f".. module:: {full}", "", inspect.getdoc(module), ""]
    for kind, listed in kinds.items():
        if listed:
            pages = [] if kind == "Also here" else ["   :toctree: ../generated"]
            lines += [kind, "-" * len(kind), "", ".. autosummary::", *pages, "", *listed, ""]
    return "\n".join(lines)


def _kind(value: object) -> str:
    if inspect.isclass(value):
        return "Exceptions" if issubclass(value, BaseException) else "Classes"
    return "Functions" if callable(value) else "Values"
