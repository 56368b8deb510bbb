"""Which compiler a build takes: the one that $CC names, else one that works, else ziglang."""

import os
import stat
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def backend(monkeypatch):
    """The backend as pip has it: imported from its folder, run in the root of the source, here without any compiler."""
    monkeypatch.syspath_prepend(ROOT / "neurograph/kernels/native")
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("CC", raising=False)
    import backend

    monkeypatch.setattr(backend.build_meta, "get_requires_for_build_wheel", lambda config_settings: ["of setuptools"])
    monkeypatch.setattr(backend, "works", lambda command: False)
    return backend


def have(monkeypatch, backend, *compilers):
    monkeypatch.setattr(backend, "works", lambda command: command in compilers)


def test_nothing_is_asked_for_where_the_compiler_of_python_works(monkeypatch, backend):
    have(monkeypatch, backend, sysconfig.get_config_var("CC"))
    assert backend.get_requires_for_build_wheel() == ["of setuptools"]
    assert backend.get_requires_for_build_editable() == ["of setuptools"]
    assert backend.settings()["CC"] == sysconfig.get_config_var("CC")


def test_another_compiler_takes_the_place_of_the_one_of_python(monkeypatch, backend):
    have(monkeypatch, backend, "clang")
    assert backend.settings()["CC"] == "clang"
    assert backend.get_requires_for_build_wheel() == ["of setuptools"]


def test_cc_goes_before_all(monkeypatch, backend):
    have(monkeypatch, backend, "gcc", "clang -O1")
    monkeypatch.setenv("CC", "clang -O1")
    assert backend.found() == "clang -O1"
    assert backend.settings()["CC"] == "clang -O1"


def test_a_cc_that_does_not_work_is_refused_in_words(monkeypatch, backend):
    have(monkeypatch, backend, "gcc")
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(RuntimeError, match=r"CC is 'no-such-compiler', .*expected a compiler.*`unset CC`"):
        backend.get_requires_for_build_wheel()


def test_ziglang_is_asked_for_where_no_compiler_works(backend):
    assert backend.get_requires_for_build_wheel() == ["of setuptools", "ziglang>=0.13"]
    assert backend.get_requires_for_build_editable() == ["of setuptools", "ziglang>=0.13"]


def test_ziglang_compiles_where_no_compiler_works(monkeypatch, backend):
    monkeypatch.setattr(backend, "find_spec", lambda name: object())
    monkeypatch.setattr(sys, "executable", "/a folder/python")
    found = backend.settings()
    assert found["CC"].startswith("'/a folder/python' -m ziglang cc ")
    assert found["LDSHARED"] == "'/a folder/python' -m ziglang cc -shared"


def test_without_either_the_error_names_both(monkeypatch, backend):
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"no C compiler works.*expected one.*-m pip install ziglang"):
        backend.build_wheel("nowhere")


def test_a_python_without_headers_is_refused_in_words(monkeypatch, backend):
    monkeypatch.setattr(backend.sysconfig, "get_path", lambda name: "nowhere")
    with pytest.raises(RuntimeError, match=r"Python\.h is missing.*expected.*`apt-get install python3-dev`"):
        backend.settings()


def test_on_windows_ziglang_goes_before_the_compiler_at_hand(monkeypatch, backend):
    have(monkeypatch, backend, "cc", "gcc", "clang")
    monkeypatch.setattr(backend, "find_spec", lambda name: object())
    monkeypatch.setattr(backend, "WINDOWS", True)
    found = backend.settings()
    assert "-m ziglang cc" in found["CC"]
    assert "mingw32" in Path(found["DIST_EXTRA_CONFIG"]).read_text()


def test_one_wheel_serves_every_python_but_on_windows(monkeypatch, backend):
    have(monkeypatch, backend, "cc", "gcc", "clang")
    wheel = Path(backend.settings()["DIST_EXTRA_CONFIG"]).read_text()
    assert "py_limited_api = cp311" in wheel
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert oldest == ">=3.11"
    assert "Py_LIMITED_API 0x030B0000" in (ROOT / "neurograph/kernels/native/engine.h").read_text()
    monkeypatch.setattr(backend, "WINDOWS", True)
    monkeypatch.setattr(backend, "find_spec", lambda name: object())
    assert "py_limited_api" not in Path(backend.settings()["DIST_EXTRA_CONFIG"]).read_text()


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_a_compiler_works_when_it_makes_a_program(monkeypatch, backend, tmp_path):
    monkeypatch.undo()
    for name, status in (("stand-in", 1), ("fine", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(stat.S_IRWXU)
    assert backend.works(f"'{tmp_path}/fine' -O1")
    assert not backend.works(f"'{tmp_path}/stand-in'")
    assert not backend.works(f"'{tmp_path}/missing'")


def test_every_header_is_one_that_the_engine_is_built_anew_for():
    modules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"]
    headers = {path.relative_to(ROOT).as_posix() for path in (ROOT / "neurograph/kernels/native").rglob("*.h")}
    assert headers == set(modules[0]["depends"])
