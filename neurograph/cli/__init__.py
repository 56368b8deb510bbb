"""The command ``neurograph``: :func:`neurograph.cli.main.main`."""
