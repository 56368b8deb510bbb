"""Which engine runs, and on how many threads."""

import importlib

import pytest

from neurograph.kernels import bindings, engine


def test_an_engine_of_another_version_is_refused(monkeypatch):
    """Called in another way than it was built for, it would read and write where it must not."""
    with monkeypatch.context() as patch:
        patch.setattr(engine, "interface", 1)
        with pytest.raises(ImportError, match=r"has the interface 1, expected.*install neurograph again"):
            importlib.reload(bindings)
    importlib.reload(bindings)


def test_threads_are_as_many_as_the_work_is_worth(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert bindings.threads() == 3
    assert bindings.threads_for(100, 4) == 1
    assert bindings.threads_for(10_000_000, 1) == 3


def test_it_says_what_runs(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert bindings.how().startswith("compiled C, ")
    assert bindings.how().endswith(", 1 thread")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    assert bindings.how().endswith(", 4 threads")
