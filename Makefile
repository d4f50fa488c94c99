# Verbs of this project; each runs from a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint unit ui bench bench-models clean

help: ## Show what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 13) else f"Tessera needs Python 3.11 or 3.12, found {v[0]}.{v[1]}: name one with make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@echo "installing the locked packages into $(VENV)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

setup: $(VENV)/.installed ## Install everything into .venv and make the home ready
	@tessera setup

demo: setup ## Simulate a small shop, run the whole lineage and show what came of it
	@tessera demo

test: lint unit ## Install what tests need and run everything, lint included

test-long: $(VENV)/.installed ## Run what takes too long for every change: many kills, many faults
	pytest -q -m long --timeout 14400 $(PYTEST_ARGS)

lint: $(VENV)/.installed ## Check style, types, SQL and who imports whom
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-cache
	sqlfluff lint --disable-progress-bar dbt/models dbt/tests

unit: $(VENV)/.installed ## Run every test, in two processes
	pytest -q -n 2 --no-loadscope-reorder $(PYTEST_ARGS)

ui: setup ## Serve Dagster at 127.0.0.1:3000 and MLflow at 127.0.0.1:5000 until Ctrl-C
	@tessera ui

bench: $(VENV)/.installed ## Measure speed as ratios in one run; EVENTS=10000000 for the large one
	@python -m bench.bench --events $(or $(EVENTS),1000000)

bench-models: $(VENV)/.installed ## Measure the speed of models as ratios in one run; CUSTOMERS=100000 for a small one
	@python -m bench.models --customers $(or $(CUSTOMERS),1000000)

clean: ## Remove the virtual environment and all state in the checkout
	rm -rf $(VENV) .tessera .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info dbt/target dbt/logs
