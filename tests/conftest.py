"""The same examples in every run; ``HYPOTHESIS_PROFILE=explore`` draws new ones."""

import os
import sys

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_addoption(parser):
    parser.addoption(
        "--without-extension", action="store_true", help="run as on a machine that had no C compiler at installation"
    )


def pytest_configure(config):
    if config.getoption("--without-extension"):
        sys.modules["neurograph.gather"] = None
