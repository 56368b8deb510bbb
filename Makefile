PYTHON ?= python3
BIN    := .venv/bin
# Side by side, so each with one thread for its linear algebra; their matrices are small.
TEST   := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal
NATIVE := neurograph/kernels/native
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test oldest sanitize mutants slow torch lint bench docs wheel map changelog lock

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: .venv/.installed  ## make .venv and install neurograph in it
	@:

demo: setup  ## build, train, certify and prune a small network
	@$(BIN)/neurograph demo

test: setup  ## run the tests
	@$(TEST)

# Each package at the lowest version that pyproject.toml allows, of those that have a wheel for this Python.
OLDEST := build/oldest

oldest: .venv-lock/bin/uv  ## run the tests with the oldest packages that are allowed
	@rm -rf $(OLDEST) && mkdir -p $(OLDEST)
	@.venv-lock/bin/uv pip compile --resolution lowest-direct --only-binary :all: --python $(PYTHON) --no-config --quiet \
		--extra all --extra dev --output-file $(OLDEST)/requirements.txt pyproject.toml
	@$(PYTHON) -m venv $(OLDEST)
	@$(subst $(BIN),$(OLDEST)/bin,$(PIP)) install --only-binary :all: -r $(OLDEST)/requirements.txt
	@$(subst $(BIN),$(OLDEST)/bin,$(PIP)) install --no-deps -e .
	@$(subst $(BIN),$(OLDEST)/bin,$(TEST))

# What is run with the C checked; others by name, as in `make sanitize SANITIZE=tests/compression`.
SANITIZE := tests/kernels tests/solvers tests/learning tests/sampling tests/simulation
# gcc's, for what it puts into the extension must be loaded before Python, from a library of its own.
GCC      ?= gcc
GUARDED  := build/sanitize

# The expensive optimisations fuse products and sums as -O3 does: some tests compare to the bit. What ubsan finds it
# writes to stderr, whatever log_path says: pytest must let it through.
sanitize: setup  ## run the tests of the kernels with the C checked at every access
	@for name in asan ubsan; do test -e "$$($(GCC) -print-file-name=lib$$name.so)" || { \
		echo "make sanitize needs gcc with lib$$name.so, and $(GCC) has none: 'apt-get install gcc', or name one that" \
		"has, as in 'make sanitize GCC=gcc-12'." >&2; exit 1; }; done
	@rm -rf $(GUARDED) && mkdir -p $(GUARDED)
	@cp -r *.md *.toml conftest.py neurograph tests $(GUARDED)
	@rm -f $(GUARDED)/neurograph/kernels/*.so
	@$(GCC) -shared -fPIC -g -O1 -fexpensive-optimizations -fsanitize=address,undefined -ffp-contract=fast -fno-math-errno \
		-fno-sanitize-recover=undefined -Wno-psabi \
		-I"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
		neurograph/kernels/native/engine.c -o $(GUARDED)/neurograph/kernels/engine.so -lm -pthread
	@cd $(GUARDED) && BOUNDARY_EXAMPLES=10000 LD_PRELOAD="$$($(GCC) -print-file-name=libasan.so) $$($(GCC) -print-file-name=libubsan.so)" \
		ASAN_OPTIONS=detect_leaks=0:log_path=report UBSAN_OPTIONS=print_stacktrace=1:log_path=report \
		$(subst $(BIN),$(CURDIR)/$(BIN),$(TEST)) --capture=sys $(SANITIZE) || { cat report.* 2>/dev/null; exit 1; }

# About an hour on two cores. Others by `make mutants MUTANTS="--seed 7 --changes 100 --packages certificates solvers"`.
MUTANTS := --changes 300

mutants: setup  ## change the code here and there, and print the changes that no test catches
	@$(PIP) install --no-deps --require-hashes -r mutation.lock
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.mutants $(MUTANTS)

slow: setup  ## run the slow tests: Brian2's compiled targets
	@$(TEST) --slow -m slow tests

# On Linux PyPI's wheel brings CUDA, some GB; `make torch TORCH="torch pymetis --extra-index-url https://download.pytorch.org/whl/cpu"`
# takes the one for processors alone. What is installed already, by either, stays.
TORCH ?= torch==2.13.0 pymetis

torch: setup  ## run the tests of the PyTorch layer; puts PyTorch into .venv where it is not there
	@$(BIN)/python -c 'import torch, pymetis' 2>/dev/null || $(PIP) install $(TORCH)
	@OMP_NUM_THREADS=1 $(TEST) tests/torch tests/cli/test_distributed.py neurograph/torch

lint: setup  ## check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: setup  ## measure the speed
	@$(BIN)/python -m tests.benchmarks

# A warning is an error. What the pages are checked for stands in tests/site.
docs: .venv/.docs  ## build the site into build/site, and check its pages
	@OPENBLAS_NUM_THREADS=1 PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/sphinx-build -q -W --keep-going -j 2 -d build/doctrees docs build/site
	@$(BIN)/python -m pytest -q tests/site
	@echo "The site is build/site/index.html"

.venv/.docs: .venv/.installed docs.lock
	@$(PIP) install --require-hashes -r docs.lock
	@touch $@

# For glibc 2.17, of 2012, and for every Python from 3.11 on; made from the source distribution, and tried where no
# compiler is, with the program of README.md, by each Python of TRY: `make wheel TRY="python3.11 python3.14"`.
TRY ?= $(PYTHON)

wheel: setup  ## make the source distribution and a wheel for Linux in dist/, and try the wheel in an environment of its own
	@rm -rf build/wheel dist *.egg-info && mkdir -p build
	@$(PIP) install --require-hashes -r compiler.lock
	@$(BIN)/python -c 'import sys; sys.path += ["$(NATIVE)"]; import backend; backend.build_sdist("dist")' \
		>build/sdist.log 2>&1 || { cat build/sdist.log; exit 1; }
	@zig="$(CURDIR)/$(BIN)/python -m ziglang cc -target $$(uname -m)-linux-gnu.2.17"; CC="$$zig" LDSHARED="$$zig -shared" \
		$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel dist/*.tar.gz
	@$(BIN)/auditwheel repair --patcher none --wheel-dir dist build/wheel/*.whl
	@$(BIN)/python -m tests.wheel dist
	@for python in $(TRY); do \
		rm -rf build/wheel/venv && $$python -m venv build/wheel/venv && ( \
			cd build/wheel && PATH=$(CURDIR)/build/wheel/venv/bin && \
			python -m pip -qq --disable-pip-version-check install --only-binary :all: ../../dist/*.whl && \
			python --version && neurograph --version && python -I ../../tests/ten_lines.py \
		) || exit 1; done

map: setup  ## draw the map of the package, docs/map.svg
	@$(BIN)/python docs/package_map.py

# A fragment stands in changelog.d/ until a release: CONTRIBUTING.md says how to write one.
changelog: .venv-lock/bin/uv  ## gather the fragments of changelog.d/ into CHANGELOG.md, for a release
	@.venv-lock/bin/uv pip install --quiet --no-config --python .venv-lock --group changelog
	@.venv-lock/bin/towncrier build --yes --version \
		"$$(.venv-lock/bin/python -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')"

# What is locked already stays as it is; `make lock UPGRADE=--upgrade` takes the newest of everything.
LOCK = .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-config --quiet $(UPGRADE)

lock: .venv-lock/bin/uv  ## remake the lock files from pyproject.toml
	@$(LOCK) pyproject.toml --extra all --extra dev --output-file requirements.lock
	@$(LOCK) --group compiler --output-file compiler.lock
	@$(LOCK) --group mutation --no-deps --output-file mutation.lock
	@$(LOCK) --group docs --constraint requirements.lock --output-file docs.lock

.venv-lock/bin/uv:
	@$(PYTHON) -m venv .venv-lock
	@$(subst $(BIN),.venv-lock/bin,$(PIP)) install uv

.venv/.installed: requirements.lock compiler.lock pyproject.toml $(wildcard $(NATIVE)/*.* $(NATIVE)/loops/*.h)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "neurograph needs Python 3.11 or newer: name one, as in 'make PYTHON=python3.12 $(or $(MAKECMDGOALS),setup)'." >&2; \
		exit 1; }
	@echo "Installing into .venv; the first time takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(BIN)/python -c 'import sys; sys.path += ["$(NATIVE)"]; import backend; sys.exit(not backend.found())' || \
		$(PIP) install --require-hashes -r compiler.lock
	@rm -f neurograph/kernels/*.so
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
