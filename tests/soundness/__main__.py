"""``python -m tests.soundness --networks 2000``: the tables of the attack.

For each theorem: how many networks at its threshold were attacked, of which sizes, how many false claims were found,
by how much a measured rate or step exceeds what is stated at worst, and the time; before them the power of the same
search, how many of the networks 10 % past the true limit it finds out. ``--large 50`` attacks networks of 1,501 to
3,000 neurons, which take the theorems' sparse paths, in a table of their own. What is said of delays is attacked in
tests/certificates/test_delays.py.
"""

from __future__ import annotations

import argparse

from neurograph.certificates import THEOREMS
from tests.soundness.large import large
from tests.soundness.search import power, sound

HEAD = f"{'theorem':<20} {'networks':>8} {'sizes':>10} {'false':>5} {'exceeded by':>11} {'CPU s':>6}"


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.soundness", description=__doc__)
    parser.add_argument("--networks", type=int, default=2000)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--theorems", nargs="*", default=[one for one in THEOREMS if one[:5] != "delay"], choices=list(THEOREMS)
    )
    options = parser.parse_args()
    if options.networks:
        found, seen = power(min(options.networks, 400), options.seed)
        print(f"power of the search: {found} of {seen} networks 10 % past the true limit are found out", flush=True)
    for title, count in (("1 to 60 neurons", options.networks), ("1,501 to 3,000 neurons", options.large)):
        if not count:
            continue
        print(f"{title}\n{HEAD}", flush=True)
        for name in options.theorems:
            if count == options.large and title.startswith("1,501"):
                outcome = large(THEOREMS[name], count, options.seed)
            else:
                outcome = sound(THEOREMS[name], count, options.seed)
            print(outcome.row(name), flush=True)
            for line in outcome.false[:5]:
                print("   FALSE:", line)


if __name__ == "__main__":
    main()
