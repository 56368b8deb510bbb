PYTHON ?= python3
BIN    := .venv/bin
# Side by side, so each with one thread for its linear algebra; their matrices are small.
TEST   := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test slow lint bench lock

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: .venv/.installed  ## make .venv and install neurograph in it
	@:

demo: setup  ## build, train, certify and prune a small network
	@$(BIN)/neurograph demo

test: setup  ## run the tests
	@$(TEST)
	@$(TEST) --without-extension tests/kernels

slow: setup  ## run the slow tests: Brian2's compiled targets
	@$(TEST) --slow -m slow tests

lint: setup  ## check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: setup  ## measure the speed
	@$(BIN)/python -m tests.benchmarks

# What is locked already stays as it is; `make lock UPGRADE=--upgrade` takes the newest of everything.
lock:  ## remake requirements.lock from pyproject.toml
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip -qq --disable-pip-version-check install uv
	@.venv-lock/bin/uv pip compile pyproject.toml --extra all --extra dev --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-config --quiet \
		$(UPGRADE) --output-file requirements.lock

.venv/.installed: requirements.lock pyproject.toml $(wildcard neurograph/kernels/native/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "neurograph needs Python 3.11 or newer: name one, as in 'make PYTHON=python3.12 $(or $(MAKECMDGOALS),setup)'." >&2; \
		exit 1; }
	@echo "Installing into .venv; the first time takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
