"""The package: its layers, its files, what importing costs, and that every module is tested under its name."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

import neurograph as ng
from docs.package_map import MAP, MODULES, NAMED, PACKAGE, ROOT, drawn, imported, imports, layers, package_of

OWNERS = {
    "sympy": {"equations"},
    "matplotlib": {"plots"},
    "brian2": {"brian"},
    "sklearn": {"training", "tasks"},
    "cvxpy": {"certificates"},
    "torch": {"torch"},
    "pymetis": {"torch"},
    **{name: {"formats"} for name in ("pyarrow", "h5py", "nir")},
}
"""Heavy packages, and the only packages here that may import them."""

TESTED_ELSEWHERE = {
    "cli/__main__.py": "it only calls main(): tests/cli/test_main.py runs it as a process",
}
"""Modules without a test file of their name, and why."""


LAYER = layers()


def test_the_table_names_every_package():
    found = {package_of(module) for module in MODULES if module != "__init__.py"}
    assert set(LAYER) == found
    assert len(set(LAYER.values())) <= 14


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__init__.py"])
def test_imports_go_to_lower_layers_only(module):
    own = package_of(module)
    for name in imported(MODULES[module]):
        top = name.split(".")[0]
        if top == "neurograph":
            other = name.split(".")[1] if "." in name else None
            if other is None:
                assert own == "cli"
            elif other != own:
                assert LAYER[other] < LAYER[own], f"{module} imports {name}, which is not below it"
        assert own in OWNERS.get(top, {own}), f"{module} imports {name}"


def test_no_import_leads_back_to_where_it_came_from():
    graph = nx.DiGraph()
    for module, path in MODULES.items():
        graph.add_edges_from((module, NAMED[name]) for name in imported(path) if name in NAMED)
    assert list(nx.simple_cycles(graph)) == []


def test_the_map_is_that_of_the_code():
    assert MAP.read_text() == drawn(imports(), LAYER), (
        "docs/map.svg is not that of the imports: `make map` draws it anew"
    )


def test_the_map_leaves_out_what_follows_from_the_rest():
    shown, every = imports(), nx.DiGraph()
    for module, path in MODULES.items():
        named = {name.split(".")[1] for name in imported(path) if name.startswith("neurograph.")}
        every.add_edges_from((package_of(module), other) for other in named - {package_of(module)})
    assert nx.transitive_closure(shown).edges >= {(a, b) for a, b in every.edges if a in LAYER}
    assert len(shown.edges) < len(every.edges) / 3


def test_siblings_of_a_family_see_only_what_they_share():
    """A theorem sees no other theorem, a format no other format: only bases and helpers, which see none of them."""
    families = {
        "certificates/theorems": ng.certificates.THEOREMS,
        "formats": ng.formats.FORMATS,
        "pruning": ng.pruning.PRUNERS,
        "solvers": ng.solvers.SOLVERS,
    }
    may = {"solvers/auto.py": {"anderson", "euler", "gauss_seidel", "newton"}, "solvers/anderson.py": {"euler"}}
    may |= {"solvers/newton.py": {"euler"}, "solvers/settle.py": {"auto"}}
    for folder, registry in families.items():
        names = {type(thing).__module__ if not inspect.isroutine(thing) and not inspect.isclass(thing)
                 else thing.__module__ for thing in registry.values()}  # fmt: skip
        members = {name.rpartition(".")[2] for name in names}
        assert len(members) > 3, folder
        for module, path in MODULES.items():
            if Path(module).parent.as_posix() != folder or Path(module).stem in ("__init__", "registry"):
                continue
            dotted = f"neurograph.{folder.replace('/', '.')}."
            seen = {name.removeprefix(dotted).split(".")[0] for name in imported(path) if name.startswith(dotted)}
            extra = (seen & members) - {Path(module).stem} - may.get(module, set())
            assert not extra, f"{module} sees {extra}"


def test_a_newcomer_finds_his_way_by_the_folders():
    """At most 29 entries at the top, 20 in a folder, 400 lines in a file."""
    for folder in [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__")]:
        entries = [
            path for path in folder.iterdir() if path.name != "__pycache__" and path.suffix not in (".so", ".pyd")
        ]
        assert len(entries) <= (29 if folder == PACKAGE else 20), folder
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "models").glob("*.py")]:
        assert len(path.read_text().splitlines()) <= 400, path


def test_every_module_has_a_test_file_of_its_name():
    missing = [
        module
        for module, path in MODULES.items()
        if path.name != "__init__.py"
        and not (ROOT / "tests" / Path(module).parent / f"test_{path.stem.lstrip('_')}.py").exists()
    ]
    assert missing == sorted(TESTED_ELSEWHERE)


def test_no_test_imports_brian2_before_it_runs():
    """While tests are collected, brian2 would put a collector of its own in the place of pytest's, which fails here."""
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = (
                [name.name for name in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "")]
            )
            assert not any((name or "").split(".")[0] == "brian2" for name in names), path


def test_importing_neurograph_brings_nothing_heavy():
    heavy = "{'sympy', 'matplotlib', 'sklearn', 'brian2', 'joblib', 'pyarrow', 'h5py', 'nir', 'torch'}"
    program = f"import sys, neurograph; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in ng.__all__:
        assert hasattr(ng, name), name
    assert set(ng.__all__) <= set(dir(ng))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ng.no_such_name


def test_no_docstring_gives_or_says():
    """A docstring says what is returned, or states what is true."""
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                assert not re.match(r"(Give|Say)s? ", ast.get_docstring(node) or ""), (
                    f"{module}: {ast.get_docstring(node)}"
                )


@pytest.mark.parametrize("module", ["certificates/bounds/definite.py", "plots/style.py"])
def test_a_doctest_that_is_collected_first_leaves_the_package_whole(module):
    """Every subpackage is then an attribute of its package, whatever the order of collection."""
    look = (
        "import sys, pytest; pytest.main(['-q', '--collect-only', sys.argv[1]]); "
        "names = [name.rpartition('.') for name in sys.modules if name.startswith('neurograph.')]; "
        "print([name for name in names if not hasattr(sys.modules[name[0]], name[2])])"
    )
    found = subprocess.run(
        [sys.executable, "-c", look, f"neurograph/{module}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == "[]", found.stdout
