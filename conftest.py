"""The same examples in every run; ``HYPOTHESIS_PROFILE=explore`` draws new ones."""

import importlib
import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

if settings.get_current_profile_name() == "repeatable":
    # Hypothesis draws numbers that it finds in the source of the modules imported so far, which differ from worker to
    # worker, and with them the examples. It has no setting for that.
    getattr(providers, "_get_local_constants")  # noqa: B009  # or an AttributeError, if it is called so no longer
    providers._get_local_constants = providers.Constants

ROOT = Path(__file__).parent


def pytest_collect_file(file_path):
    """Import the package that holds a module before pytest collects its doctest.

    pytest's importlib mode runs the __init__ of a package again for each level of the path of a module that is the
    first to be imported, and a package that ran twice lacks the attributes of its subpackages.
    """
    place = file_path.relative_to(ROOT).parent if file_path.is_relative_to(ROOT / "neurograph") else None
    if place is not None and (file_path.parent / "__init__.py").exists():
        importlib.import_module(".".join(place.parts))


def pytest_ignore_collect(collection_path):
    """Leave out what needs PyTorch where it is not installed: `make torch` installs it."""
    of_torch = collection_path in (ROOT / "neurograph" / "torch", ROOT / "tests" / "torch")
    return True if of_torch and importlib.util.find_spec("torch") is None else None


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes or a C++ compiler; run with --slow")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
