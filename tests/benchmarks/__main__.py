"""``make bench``: every speed as a ratio against a named rival, in one process, medians.

The tables are printed and written to docs/guide/speed_tables.txt, which the page beside it includes, the asked rows
first. Names of benchmarks as arguments run those alone, and write nothing.
"""

import os
import re
import sys
from pathlib import Path

from neurograph.kernels.bindings import how
from tests.benchmarks import (
    brian_step,
    certificates,
    certify_large,
    compile_graph,
    digits_epoch,
    driven_step,
    edge_visits,
    edges_come,
    gibbs_sweep,
    graph_shared,
    growth,
    large,
    layered_blas,
    newton_iterations,
    packed_size,
    plastic_step,
    populations,
    reservoir_run,
    reservoir_states,
    rows,
    samples_shared,
    scale,
    settle_step,
    solver_times,
    start_up,
    torch_layer,
    unitary_product,
    update,
    xor_run,
    xor_step,
)

BENCHMARKS = (
    xor_run, xor_step, update, digits_epoch, rows, settle_step, driven_step, plastic_step, layered_blas, brian_step,
    compile_graph, start_up, edge_visits, newton_iterations, solver_times, growth, packed_size, populations,
    gibbs_sweep, unitary_product, certificates, certify_large, large, edges_come, reservoir_states,
    reservoir_run, torch_layer, scale, samples_shared, graph_shared,
)  # fmt: skip
BEHIND = r"[,:] | \("
"""Where the name of a benchmark ends in its title."""
GUIDE = Path(__file__).parents[2] / "docs" / "guide"


def main(names):
    written, asked = [], []
    for benchmark in BENCHMARKS:
        if names and benchmark.__name__.rpartition(".")[2] not in names:
            continue
        print(f"\n{benchmark.TITLE}\n", flush=True)
        written.append(f"\n**{benchmark.TITLE}**\n\n| | measured | asked |\n|---|---|---|")
        for label, wish, measured in benchmark.rows():
            print(f"  {label:<72} {measured:>12}   {wish}", flush=True)
            written.append(f"| {label} | {measured} | {wish.removeprefix('asked: ')} |")
            if wish and benchmark is not edge_visits:
                asked.append(f"| {re.split(BEHIND, benchmark.TITLE)[0]} | {label} | {measured} | {wish[7:]} |")
    print()
    if not names:
        title = f"{os.cpu_count()} processors; {how()}. `make bench` writes these tables.\n"
        table = "\n".join(["| | | measured | asked |", "|---|---|---|---|", *asked])
        (GUIDE / "speed_tables.txt").write_text("\n".join([title, table, *written]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
