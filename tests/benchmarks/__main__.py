"""``make bench``: every speed as a ratio against a named rival, in one process, medians."""

from tests.benchmarks import (
    compile_graph,
    digits_epoch,
    edge_visits,
    newton_iterations,
    settle_step,
    solver_times,
    start_up,
    xor_run,
)

BENCHMARKS = (xor_run, digits_epoch, settle_step, solver_times, edge_visits, newton_iterations, start_up, compile_graph)

if __name__ == "__main__":
    for benchmark in BENCHMARKS:
        print(f"\n{benchmark.TITLE}\n")
        for label, asked, measured in benchmark.rows():
            print(f"  {label:<58} {measured:>12}   {asked}")
    print()
