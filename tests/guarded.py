"""Whether the C is checked at every access, by a checker that keeps memory of its own."""

import os

import pytest

not_guarded = pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""),
    reason="the checker of accesses holds back 256 MB of what is freed",
)
