"""The reference: what the docstring of every public name has, found by `__all__` and not listed."""

import ast
import builtins
import doctest
import enum
import importlib
import inspect
import re
import warnings
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

import neurograph as ng
from neurograph.learning.optimisers import OPTIMISERS
from neurograph.solvers import SOLVERS

PACKAGE = Path(ng.__file__).parent
SECTIONS = (
    "Parameters", "Attributes", "Methods", "Returns", "Yields", "Raises", "Warns", "See Also", "Notes", "References",
    "Examples",
)  # fmt: skip
"""The sections of numpydoc, in their order."""

EQUATIONS = {
    name: thing
    for family in (ng.dynamics, ng.rules)
    for name, thing in ((f"{family.__name__}.{name}", getattr(family, name)) for name in family.__all__)
    if inspect.isfunction(thing)
} | {
    thing.__name__: thing
    for thing in (
        *ng.costs.COSTS.values(), *OPTIMISERS.values(), *SOLVERS.values(), ng.optimisers.Optimiser, ng.Dynamics,
        ng.Rule, ng.costs.Cost, ng.settle, ng.simulate, ng.sample, ng.exact_distribution, ng.log_likelihood,
        ng.sampling.probabilities, ng.sampling.flip_rates,
    )
}  # fmt: skip
"""What is an equation of the literature, or one of our own."""

CANNOT_RAISE = {
    "wrong": "it compares what it is given",
    "error": "the same",
}
"""Functions with arguments that refuse none, and why."""


def public():
    """Yield each public name and what it is, once, from the package down through its public modules."""
    seen, waiting = set(), [("neurograph", ng)]
    while waiting:
        name, thing = waiting.pop(0)
        if inspect.ismodule(thing):
            waiting += [(f"{name}.{inner}", getattr(thing, inner)) for inner in thing.__all__]
        elif id(thing) not in seen:
            seen.add(id(thing))
            yield name, thing


@lru_cache
def behind_assignments():
    """Return the text behind each assignment in the package, by module and name: a constant has no docstring."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for before, after in pairwise(ast.parse(path.read_text()).body):
            target = getattr(before, "targets", [getattr(before, "target", None)])[0]
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(target, ast.Name):
                found[module, target.id] = inspect.cleandoc(after.value.value)
    return found


NAMES = dict(public())
CALLED = {name: thing for name, thing in NAMES.items() if callable(thing)}
VALUES = {name: thing for name, thing in NAMES.items() if not callable(thing)}
FUNCTIONS = {name: thing for name, thing in CALLED.items() if inspect.isfunction(thing)}
every = {what: pytest.mark.parametrize("name", which) for what, which in
         (("called", CALLED), ("values", VALUES), ("functions", FUNCTIONS), ("equations", EQUATIONS))}  # fmt: skip


def sections(doc):
    """Return the text of each section by its title; what stands before the first is called "Summary"."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", doc, flags=re.MULTILINE)
    return {"Summary": parts[0].strip(), **dict(zip(parts[1::2], parts[2::2], strict=True))}


def doc_of(thing):
    return sections(inspect.getdoc(thing) or "")


def documented(found):
    """Return the names that the lines of Parameters and Attributes begin with."""
    lines = "\n".join(found.get(one, "") for one in ("Parameters", "Attributes")).splitlines()
    heads = [line.partition(" : ")[0] for line in lines if line and not line.startswith(" ")]
    return [name.strip(" *\\") for head in heads for name in head.split(",")]


@every["called"]
def test_it_is_summed_up_in_a_line_and_shown_at_work(name):
    found = doc_of(CALLED[name])
    summary = found["Summary"].partition("\n\n")[0]
    assert summary, name
    assert summary.endswith((".", ":")), summary
    example = re.search(r"^\s*>>> (?!import |from )", found.get("Examples", ""), re.MULTILINE)
    assert example, f"{name} has no example"


def unknown(example):
    """Return the names that an example reads, and neither imports nor makes."""
    tree, known, read = ast.parse("".join(one.source for one in example)), set(dir(builtins)), set()
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                known |= {(one.asname or one.name).partition(".")[0] for one in node.names}
            case ast.Name():
                (read if isinstance(node.ctx, ast.Load) else known).add(node.id)
            case ast.FunctionDef() | ast.ClassDef() | ast.ExceptHandler():
                known.add(node.name)
            case ast.arg():
                known.add(node.arg)
    return read - known


@every["called"]
def test_an_example_can_be_copied(name):
    example = doctest.DocTestParser().get_examples(inspect.getdoc(CALLED[name]) or "")
    assert not unknown(example), f"{name}: its example does not import {unknown(example)}"


@every["called"]
def test_its_sections_are_those_of_numpydoc_in_their_order(name):
    titles = list(doc_of(CALLED[name]))[1:]
    assert titles == [title for title in SECTIONS if title in titles]


@every["called"]
def test_every_argument_is_explained_and_no_other(name):
    thing, found = CALLED[name], doc_of(CALLED[name])
    if inspect.isclass(thing) and issubclass(thing, (BaseException, enum.Enum)):
        return
    taken = [one for one in inspect.signature(thing).parameters.values() if one.name != "training"]
    explained = documented(found)
    assert len(explained) == len(set(explained))
    missing = [one.name for one in taken if one.name not in explained]
    assert not missing, f"{name} does not explain {missing}"
    if inspect.isfunction(thing) and not any(one.kind is one.VAR_KEYWORD for one in taken):
        assert set(explained) - {"training"} == {one.name for one in taken}


@every["functions"]
def test_a_function_says_what_it_returns_and_what_it_raises(name):
    function, found = FUNCTIONS[name], doc_of(FUNCTIONS[name])
    assert found.get("Returns", found.get("Yields")), f"{name} does not say what it returns"
    if inspect.signature(function).parameters and function.__name__ not in CANNOT_RAISE:
        assert found.get("Raises"), f"{name} does not say what it raises"


def test_every_exception_to_that_is_there():
    assert set(CANNOT_RAISE) <= {function.__name__ for function in FUNCTIONS.values()}


@every["equations"]
def test_an_equation_is_displayed_explained_and_has_a_source(name):
    found = doc_of(EQUATIONS[name])
    notes = found.get("Notes", "")
    assert ".. math::" in notes, f"{name} has no equation"
    assert re.search(r"\bwith\b", notes.partition(".. math::")[2]), f"{name} does not explain its symbols"
    assert "References" in found or re.search(r"follows(\s+\w+)* from\s+the\s+definition", notes), f"{name}: its source"


@every["called"]
def test_every_source_is_cited_and_every_citation_has_its_source(name):
    doc = inspect.getdoc(CALLED[name]) or ""
    sources = re.findall(r"^\.\. \[(\d+)\]", doc, re.MULTILINE)
    assert sources == [str(k + 1) for k in range(len(sources))]
    assert set(re.findall(r"\[(\d+)\]_", doc)) == set(sources)
    assert bool(sources) == ("References" in doc_of(CALLED[name]))


@every["called"]
def test_public_methods_and_properties_are_explained(name):
    thing = CALLED[name]
    for member, value in vars(thing).items() if inspect.isclass(thing) else ():
        if not member.startswith("_") and (inspect.isroutine(value) or isinstance(value, property)):
            assert inspect.getdoc(getattr(thing, member)) or inspect.getdoc(value), f"{name}.{member}"


@every["values"]
def test_a_constant_is_explained_behind_its_assignment_and_its_example_runs(name):
    found = [
        (vars(importlib.import_module(module)), doc)
        for (module, own), doc in behind_assignments().items()
        if own == name.rpartition(".")[2] and getattr(importlib.import_module(module), own) is VALUES[name]
    ]
    assert found, f"{name} has no text behind its assignment"
    for space, doc in found:
        assert ">>> " in sections(doc).get("Examples", ""), f"{name} has no example"
        example = doctest.DocTestParser().get_doctest(doc, dict(space), name, None, 0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example).failed == 0
