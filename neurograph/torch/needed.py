"""PyTorch, or which extra brings it."""

from __future__ import annotations

from neurograph.errors import MissingPackageError


def check_torch(what: str) -> None:
    """Refuse to go on without PyTorch.

    Raises
    ------
    MissingPackageError
        If it is not installed, or without what is asked of it.
    """
    try:
        import torch  # noqa: F401  # it is asked for, and used elsewhere
    except ModuleNotFoundError:
        raise MissingPackageError(
            f"{what} needs PyTorch, which is not installed: expected the extra 'torch'; "
            'pip install "neurograph-simulator[torch]"'
        ) from None
