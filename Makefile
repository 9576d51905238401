# `make` lists what there is. `make demo` and `make test` work in a fresh clone with nothing
# but python3 (3.11 or newer), git and make; a second run needs no network.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
EXTRAS ?=
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

INSTALL_INPUTS := pyproject.toml $(wildcard hatch_build.py) $(wildcard frontend/package-lock.json)
PAGE_INPUTS := $(shell find frontend -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null | grep -v ' ')

.PHONY: help demo test test-llm test-slurm check fix run bench soak docs samples package clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.page ## sample data to published records in the practice repository
	$(BIN)/hdp demo

test: $(VENV)/.page $(VENV)/.dev ## all tests that this machine allows, then what was left out
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

test-llm: $(VENV)/.dev ## the language model's component with a real small model
	$(BIN)/python -m pip install --quiet --editable '.[dev,llm-test]'
	HDP_TEST_REQUIRE=all $(BIN)/python -m pytest tests/llm

test-slurm: $(VENV)/.page $(VENV)/.dev ## pipelines in a SLURM queue of one node (root; apt install slurm-wlm)
	$(BIN)/python -m pip install --quiet --editable '.[dev,cluster]'
	HDP_SLURM=1 HDP_TEST_REQUIRE=all $(BIN)/python -m pytest --timeout=240 tests/slurm

check: $(VENV)/.page $(VENV)/.dev ## style, types, layers, page, licences, generated files
	tools/check $(BIN)

fix: $(VENV)/.dev ## format, and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

run: $(VENV)/.page $(VENV)/.app ## the window
	$(BIN)/hdp app

bench: $(VENV)/.page $(VENV)/.dev ## speed and memory, as ratios
	@test -d benchmarks || { echo "There are no benchmarks in this checkout."; exit 1; }
	$(BIN)/python -m benchmarks

# Thousands of random lives of deposits, with crashes, kills and faults; an hour or more.
RUNS ?= 3000
soak: $(VENV)/.dev ## deposits and pipelines under faults and crashes, for hours (RUNS=3000 of each kind)
	HDP_SOAK=$(RUNS) $(BIN)/python -m pytest --timeout=0 tests/flows/test_state_machine.py tests/flows/test_other_repositories.py tests/pipelines/test_drill.py tests/flows/test_versions_killed.py

docs: $(VENV)/.dev ## what docs/errors.md lacks, code by code
	$(BIN)/python -m tools.list_codes --check

samples: $(VENV)/.dev ## draw the sample collection anew (minutes)
	$(BIN)/python -m tools.make_samples

package: $(VENV)/.page $(VENV)/.app ## the packaged app in dist/, tried once: a folder, an archive, a .deb
	$(BIN)/python -m pip install --quiet --editable '.[app,mesh,images,pictures,usd,ocr,package]'
	$(BIN)/python -m tools.package

clean: ## remove what was built; the virtual environment too
	rm -rf build dist hdp/_frontend frontend/node_modules .mypy_cache .ruff_cache .pytest_cache
	rm -rf .hypothesis .import_linter_cache $(VENV)

# Each stamp is made once, and again only when one of its inputs has changed.

$(VENV)/.made:
	tools/make_venv $(VENV)
	@touch $@

$(VENV)/.base: $(INSTALL_INPUTS) | $(VENV)/.made
	@echo "Installing HDP into $(VENV); the first time takes a few minutes."
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# A Node for svelte-check comes from PyPI where the system has none that is new enough.
$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --editable '.[dev$(EXTRAS)]'
	@$(BIN)/python -c 'import hatch_build as h; raise SystemExit(not h.system_npm())' || \
	  $(BIN)/python -m pip install --quiet "$$($(BIN)/python -c 'import hatch_build as h; print(h.NODE_WHEEL)')"
	@touch $@

$(VENV)/.app: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --editable '.[app]'
	@touch $@

# Installing builds the page too; after that only a change of its sources builds it again.
# pip is the second way because it brings a Node along.
$(VENV)/.page: $(VENV)/.base $(PAGE_INPUTS)
	@$(BIN)/python hatch_build.py >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --editable .
	@touch $@
