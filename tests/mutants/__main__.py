"""The command: draw changes, try each, print what lived.

``python -m tests.mutants --seed 7 --changes 300`` draws a third of the changes from certificates and solvers, tried
first, and the others from the rest of the package; without a seed it draws one and prints it. ``--packages`` draws from
these alone; ``--only 12 31`` tries again what a seed numbered so, which is how a new test is seen to catch one.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter

import hypothesis  # noqa: F401  What the tests import is imported here, once for all that is forked.
import networkx  # noqa: F401
import scipy.sparse.linalg  # noqa: F401
import sympy  # noqa: F401

from . import changes, trials
from .trials import ROOT

FIRST = ("certificates", "solvers")
LEFT_OUT = ("plots", "html")
"""What they draw is looked at; and the native code is C."""


def main():
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, help="of the sample; drawn where it is not given")
    parser.add_argument("--changes", type=int, default=300, help="how many to draw (default: 300)")
    parser.add_argument("--packages", nargs="+", choices=packages(), metavar="PACKAGE", help="where to draw from")
    parser.add_argument("--only", nargs="+", type=int, metavar="NUMBER", help="try these of the sample alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="trials side by side (default: all cores)")
    parser.add_argument("--budget", type=float, default=60.0, help="CPU seconds for a change (default: 60)")
    asked = parser.parse_args()
    seed = random.randrange(10**6) if asked.seed is None else asked.seed
    folder = ROOT / "build" / "mutants" / str(os.getpid())
    drawn = sample(asked.packages, asked.changes, seed)
    print(f"seed {seed}: {len(drawn)} changes", flush=True)
    numbered = [(k, change) for k, change in enumerate(drawn) if asked.only is None or k in asked.only]
    tried = []
    try:
        with multiprocessing.get_context("fork").Pool(asked.workers, start_worker, (folder, asked.budget)) as pool:
            for k, change, verdict in pool.imap_unordered(attempt, numbered):
                tried.append((change, verdict))
                show(k, change, verdict)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    summary(tried)


def packages():
    """List the packages, and the modules beside them, whose code is changed."""
    entries = (ROOT / "neurograph").iterdir()
    names = (path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists())
    return sorted(set(names) - {"__init__", *LEFT_OUT})


def sample(chosen, number, seed):
    """Draw the changes: those of `chosen`, or a third from what comes first and the others from the rest."""
    if chosen:
        return changes.draw(ROOT, chosen, number, seed)
    rest = [package for package in packages() if package not in FIRST]
    return changes.draw(ROOT, FIRST, number // 3, seed) + changes.draw(ROOT, rest, number - number // 3, seed)


def start_worker(folder, budget):
    """Make a worker's own copy of the tree; let what ends the worker end its trial too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Processes of a pool may start none of their own; joblib would warn of it, and tests of n_jobs fail.
    multiprocessing.current_process().daemon = False
    attempt.at = (trials.copy_of(ROOT, folder / str(os.getpid())), budget)


def attempt(numbered):
    """Try one change in this worker's copy."""
    tree, budget = attempt.at
    return *numbered, trials.trial(tree, numbered[1], ROOT, budget)


def show(k, change, verdict):
    """Print one line for what was caught, and the diff of what lived."""
    place = f"{k:4d}  {verdict.seconds:5.1f} s  {change.file}:{change.line}"
    if verdict.caught_by:
        print(f"caught {place}  {verdict.caught_by}", flush=True)
    else:
        print(f"LIVED  {place}  {verdict.tests} tests\n{change.diff}", flush=True)


def summary(tried):
    """Print what lived again, together, and the share caught, for each package."""
    drawn = Counter(change.package for change, _ in tried)
    caught = Counter(change.package for change, verdict in tried if verdict.caught_by)
    print("\nWhat lived:")
    for change, verdict in sorted(tried, key=lambda pair: (pair[0].file, pair[0].line)):
        if not verdict.caught_by:
            print(f"{change.file}:{change.line}\n{change.diff}")
    print()
    for name in [*sorted(drawn), "all"]:
        of, by = (sum(drawn.values()), sum(caught.values())) if name == "all" else (drawn[name], caught[name])
        print(f"{name:14s} {by:4d} of {of:4d} caught  {by / max(of, 1):6.1%}")


if __name__ == "__main__":
    begin = time.monotonic()
    main()
    print(f"{(time.monotonic() - begin) / 60:.0f} min")
