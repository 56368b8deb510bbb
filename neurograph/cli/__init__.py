"""The command `neurograph`."""

from neurograph.cli.main import main

__all__ = ["main"]
