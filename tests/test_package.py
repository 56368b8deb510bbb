"""The house: who may import whom, what importing costs, what the README says."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import neurograph as ng

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "neurograph"

FLOORS = [
    {"errors"},
    {"arguments", "memory", "labels", "huffman"},
    {"graph", "equations", "costs", "checkpoints"},
    {"intervals"},
    {"tables", "dynamics", "tasks", "signs", "schedule", "layout"},
    {"topologies", "bends"},
    {"wiring"},
    {"network"},
    {"phase", "gauss_seidel", "readout", "response", "gather", "unpacking"},
    {"gathering"},
    {"kernels"},
    {"equilibrium", "teamwork", "packing"},
    {"motion", "contraction"},
    {"solvers"},
    {"settling"},
    {"certificates"},
    {"rules", "optimisers", "quantising"},
    {"contrast"},
    {"pruning"},
    {"plan", "fit"},
    {"run"},
    {"resume"},
    {"training"},
    {"gradients", "sweeping", "retraining", "page"},
    {"formats", "estimators", "structure", "brian"},
    {"plots", "journal"},
    {"demo"},
    {"cli"},
]
"""A room may import from the floors above it in this list, and from itself."""

OWNERS = {
    "sympy": {"equations"},
    "matplotlib": {"plots"},
    "brian2": {"brian"},
    "sklearn": {"estimators", "tasks"},
    "cvxpy": {"certificates"},
}
OWNERS |= {name: {"formats"} for name in ("pyarrow", "h5py", "nir")}
"""Heavy packages, and the only rooms that may import them."""

FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}


def rooms():
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "__init__":
            yield room, path


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ([node.module] if node.module != "neurograph" else [f"neurograph.{n.name}" for n in node.names])


@pytest.mark.parametrize(("room", "path"), list(rooms()), ids=lambda value: getattr(value, "stem", value))
def test_imports_go_downward_only(room, path):
    assert room in FLOOR, f"{room} has no floor"
    for name in imported(path):
        if name.startswith("neurograph."):
            other = name.split(".")[1]
            if other == room:
                continue
            assert other in FLOOR, f"{path.name} imports {name}"
            assert FLOOR[other] < FLOOR[room], f"{path.name} imports {name}, which is not below it"
        elif name == "neurograph":
            assert room == "cli"
        top = name.split(".")[0]
        assert room in OWNERS.get(top, {room}), f"{path.name} imports {top}"


def test_siblings_of_a_family_see_only_its_base():
    families = {
        "solvers": {"euler"},
        "certificates": {path.stem for path in (PACKAGE / "certificates").glob("*.py")}
        - {type(theorem).__module__.rpartition(".")[2] for theorem in ng.certificates.THEOREMS},
        "formats": {"format", "columns", "text_ids", "elements", "arrays", "hdf5", "nir_program"},
        "pruning": {"pruner"},
    }
    for family, base in families.items():
        for path in (PACKAGE / family).glob("*.py"):
            if path.stem in ("__init__", "auto", "contracting"):  # the latter two choose among the others
                continue
            seen = {name.split(".")[2] for name in imported(path) if name.startswith(f"neurograph.{family}.")}
            assert seen <= base, f"{path.name} sees {seen - base}"


def test_importing_neurograph_brings_nothing_heavy():
    heavy = "{'sympy', 'matplotlib', 'sklearn', 'brian2', 'numba', 'joblib', 'pyarrow', 'h5py', 'nir'}"
    program = f"import sys, neurograph; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_documented():
    for name in ng.__all__:
        thing = getattr(ng, name)
        assert inspect.getdoc(thing), name
    assert set(ng.__all__) <= set(dir(ng))
    with pytest.raises(AttributeError, match="no_such_room"):
        _ = ng.no_such_room


def public_functions():
    for name in ng.__all__:
        thing = getattr(ng, name)
        if inspect.ismodule(thing):
            functions = {inner: getattr(thing, inner) for inner in thing.__all__}
            yield from ((f"{name}.{inner}", f) for inner, f in functions.items() if inspect.isfunction(f))
        elif inspect.isfunction(thing):
            yield name, thing


@pytest.mark.parametrize(("name", "function"), list(public_functions()))
def test_the_docstring_names_every_parameter(name, function):
    if "Parameters\n" not in (function.__doc__ or ""):
        assert not inspect.signature(function).parameters, f"{name} has no section Parameters"
        return
    for parameter in inspect.signature(function).parameters:
        line = rf"^\s+\**(\w+, )*{parameter}(, \w+)*( :|$)"
        assert re.search(line, function.__doc__, re.MULTILINE), f"{name}: {parameter}"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_readme_opens_with_the_two_commands():
    assert blocks("sh")[0].split() == ["make", "demo", "make", "test"] or "make demo" in blocks("sh")[0]


@pytest.mark.parametrize("place", range(len(blocks("python"))))
def test_the_readmes_programs_run_as_they_stand(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks("python")[: place + 1]), "README.md", "exec"), {})


def test_nothing_tells_a_user_to_install_another_project():
    wrong = re.compile(r"pip install neurograph\b")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("models/*"), *PACKAGE.rglob("*.py")]:
        if path.is_file():
            assert not wrong.search(path.read_text()), path
