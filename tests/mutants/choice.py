"""Which test files a change is tried against, in which order."""

import ast
import functools
import re
from pathlib import Path

NOT_OF_BEHAVIOUR = {"test_words.py", "test_package.py", "test_readme.py", "test_examples.py", "test_models.py"}
"""Those that read the source or run everything, after which nothing would be known of the module's own tests."""

IN_A_BROWSER = {"test_page.py"}
"""Those whose browser takes more addresses than a trial is given: they would fail under every change."""


@functools.cache
def test_files(root):
    """Map each test file to its text."""
    left_out = NOT_OF_BEHAVIOUR | IN_A_BROWSER
    paths = sorted((root / "tests").rglob("test_*.py"))
    return {path.relative_to(root): path.read_text() for path in paths if path.name not in left_out}


@functools.cache
def imports(root):
    """Map each package to those that it imports from."""
    found = {}
    for path in (root / "neurograph").rglob("*.py"):
        own = path.relative_to(root / "neurograph").parts[0].removesuffix(".py")
        found.setdefault(own, set()).update(re.findall(r"neurograph\.(\w+)", path.read_text()))
    return found


def name_of(code, line):
    """Name the outermost function or class around a line of the code; "" where there is none."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= node.end_lineno:
            return node.name.lstrip("_")
    return ""


def stages(root, change):
    """Return lists of test files, to be run one after the other until a test fails.

    First the file named after the module, and its doctests; then the others of its package; then those of the packages
    that import it. Those that speak of the module or of the changed function or class come first.
    """
    module = Path(change.file)
    stem, folder = module.stem.lstrip("_"), Path("tests", *module.parts[1:-1])
    mirrored = folder / f"test_{stem}.py"
    words = [word for word in (stem, name_of(Path(root, module).read_text(), change.line)) if word]
    texts = test_files(root)

    def by_mention(file):
        return (-sum(len(re.findall(rf"\b_?{word}\b", texts[file])) for word in words), file)

    def speak(files):
        return sorted((file for file in files if by_mention(file)[0]), key=by_mention)

    others = texts.keys() - {mirrored}
    package = {file for file in others if len(module.parts) > 2 and file.parts[1] == change.package}
    users = {file for file in others - package if change.package in imports(root).get(file.parts[1], ())}
    loose = {file for file in others - package - users if len(file.parts) == 2}
    near = sorted(speak(package), key=lambda file: "conformance" not in file.name)
    rest = [*near, *sorted(package - {*near}), *speak(users), *speak(loose), *sorted(users - {*speak(users)})]
    first = [file for file in (mirrored, module) if (root / file).exists()]
    return [first, *(rest[k : k + 4] for k in range(0, len(rest), 4))]
