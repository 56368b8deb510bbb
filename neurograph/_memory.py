"""Whether what is about to be made fits into the machine's memory."""

from __future__ import annotations

from neurograph.errors import GraphTooLargeError

MEMINFO = "/proc/meminfo"
"""Where Linux says how much memory programs can still get without swapping."""


def available_memory() -> int | None:
    """Return the bytes that can still be had, and None where the machine does not say."""
    try:
        with open(MEMINFO, encoding="ascii") as lines:
            return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def check_memory(needed: int, what: str, remedy: str) -> None:
    """Refuse to begin what needs more bytes than can be had; where that is not known, nothing is refused.

    Raises
    ------
    GraphTooLargeError
        If they are missing.
    """
    available = available_memory()
    if available is not None and needed > available:
        raise GraphTooLargeError(
            f"{what} takes about {needed / 2**30:.1f} GiB of memory, and {available / 2**30:.1f} GiB are available: "
            f"{remedy}"
        )
