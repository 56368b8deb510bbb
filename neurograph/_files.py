"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path


def write_whole(paths: Sequence[Path], contents: Sequence[bytes]) -> None:
    """Write each file whole or not at all; of several, none takes its place before all are written.

    A path that is a link is followed; the bytes are on the disk before they take the place of what was there.

    Raises
    ------
    OSError
        If one of them cannot be written; what was there before stays, and nothing else is left behind.
    """
    targets = [path.resolve() for path in paths]
    temporaries = [target.with_name(f".{secrets.token_hex(8)}.tmp") for target in targets]
    try:
        for temporary, data in zip(temporaries, contents, strict=True):
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for temporary, target in zip(temporaries, targets, strict=True):
            os.replace(temporary, target)
    finally:
        for temporary in temporaries:
            with contextlib.suppress(OSError):
                temporary.unlink()
