"""Changes to the code, one at a time, and whether the tests catch them: ``python -m tests.mutants --help``."""
