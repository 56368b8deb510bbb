"""``make bench``: every speed as a ratio against a named rival, in one process, medians."""

from tests.benchmarks import compile_graph, digits_epoch, start_up, xor_run

if __name__ == "__main__":
    for benchmark in (xor_run, digits_epoch, start_up, compile_graph):
        print(f"\n{benchmark.TITLE}\n")
        for label, asked, measured in benchmark.rows():
            print(f"  {label:<58} {measured:>12}   {asked}")
    print()
