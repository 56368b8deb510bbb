"""The first program of README.md, run by an installed neurograph, far from its source: what a wheel is tried with.

``python -I tests/ten_lines.py`` in an environment that has neurograph and what it depends on, and nothing else.
"""

import contextlib
import io
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
PRINTED = re.search(r"```\n\nprints\n\n```text\n(.*?)```", README, re.DOTALL)[1]
COMPILERS = ("cc", "gcc", "clang", "zig", "cl")


def main():
    """Run it in a folder of its own, and compare what it prints."""
    import neurograph

    place = Path(neurograph.__file__).resolve()
    if place.is_relative_to(ROOT / "neurograph"):
        raise SystemExit(f"neurograph is that of the source, {place}: expected an installed one")
    printed, before = io.StringIO(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(PROGRAM, "README.md", "exec"), {})
        finally:
            os.chdir(before)
    if printed.getvalue() != PRINTED:
        raise SystemExit(f"The program of README.md printed\n{printed.getvalue()}\nexpected\n{PRINTED}")
    compilers = [name for name in COMPILERS if shutil.which(name)]
    print(
        f"neurograph {neurograph.__version__} runs the program of README.md; compilers at hand: {compilers or 'none'}"
    )


if __name__ == "__main__":
    main()
