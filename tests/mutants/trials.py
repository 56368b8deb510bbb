"""One trial: the tests over a copy of the tree in which one file is changed, in a process forked for it."""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import choice

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 120
"""Seconds of the processor, beyond what the tests of a change may take, after which they count as hanging."""
HANGING = 900.0
"""Seconds of the clock after which they do, for what waits takes none of the processor."""


@dataclass(frozen=True)
class Verdict:
    """How a trial ended: by which test the change was caught, or "" where it lived; and after how many tests."""

    caught_by: str
    seconds: float
    tests: int


class Watch:
    """A plugin of pytest that writes down what fails, seeks no smaller example, and ends when the time is over."""

    def __init__(self, notes, seconds):
        self.notes, self.seconds, self.tests = notes, seconds, 0

    def pytest_configure(self):
        from hypothesis import Phase, settings

        settings.register_profile("mutants", derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.write(report.nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            self.write(report.nodeid or "collection")

    def pytest_runtest_teardown(self, item):
        self.tests += 1
        if time.process_time() > self.seconds:
            item.session.shouldstop = "the time is over"

    def pytest_sessionfinish(self):
        self.write("")

    def write(self, failed):
        """Keep what failed first."""
        failed = failed or (json.loads(self.notes.read_text())[0] if self.notes.exists() else "")
        self.notes.write_text(json.dumps([failed, self.tests]))


def copy_of(root, place):
    """Copy what git would keep of a tree, and the built extension."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=root, capture_output=True, check=True).stdout.decode()
    built = (path for path in (root / "neurograph" / "kernels").iterdir() if path.suffix in (".so", ".pyd"))
    for file in [*listed.rstrip("\0").split("\0"), *(path.relative_to(root) for path in built)]:
        if (root / file).is_file():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, place / file)
    return place


@contextlib.contextmanager
def applied(tree, change):
    """Write a change into a copy, with a time of its own, by which Python knows its compiled file from all others."""
    path = Path(tree, change.file)
    before, stat = path.read_bytes(), path.stat()
    path.write_text(change.code)
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def run_tests(tree, files, watch):
    """Run pytest in a forked process that has no module of the project yet; what it writes goes into a file."""
    os.setsid()
    log = os.open(tree.parent / f"{tree.name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    most = int(time.process_time() + watch.seconds) + PATIENCE
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    watch.seconds += time.process_time()
    os.chdir(tree)
    for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "neurograph", "conftest")]:
        del sys.modules[name]
    sys.path[:] = [str(tree), *(place for place in sys.path if place not in ("", str(ROOT)))]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tree), os.environ.get("PYTHONPATH", "")])
    # hypothesis, imported before the fork, is a plugin whose asserts pytest would rewrite.
    quiet = ["-q", "--no-header", "-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    return pytest.main([*quiet, "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, files)], plugins=[watch])


def session(tree, files, seconds):
    """Fork for one run of pytest; give what failed, or that it hung or died, else ""; how many tests, and the time."""
    notes = tree.parent / f"{tree.name}.json"
    notes.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = int(run_tests(tree, files, Watch(notes, seconds)))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    try:
        end = time.monotonic() + HANGING
        while not (done := os.wait4(pid, os.WNOHANG))[0]:
            if time.monotonic() > end:
                return "no end", 0, HANGING
            time.sleep(0.02)
    finally:
        with contextlib.suppress(ProcessLookupError):  # what hangs, is interrupted, or was left running by the tests
            os.killpg(pid, signal.SIGKILL)
    code, spent = os.waitstatus_to_exitcode(done[1]), done[2].ru_utime + done[2].ru_stime
    failed, tests = json.loads(notes.read_text()) if notes.exists() else ("", 0)
    fine = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.INTERRUPTED)
    return failed or ("" if code in fine else f"pytest ended with {code}"), tests, spent


def trial(tree, change, root, budget):
    """Run one list of test files after the other until a test fails or the time is over."""
    begin, left, number = time.monotonic(), budget, 0
    caught = ""
    with applied(tree, change):
        for files in choice.stages(root, change):
            if files and not caught and left > 0.0:
                caught, tests, spent = session(tree, files, left)
                left, number = left - spent, number + tests
    return Verdict(caught, time.monotonic() - begin, number)
