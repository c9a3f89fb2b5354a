# Needs nothing but make and Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Wheels only: no compiler is needed, and no package runs code of its own while it is installed.
INSTALL := $(PIP) install --require-hashes --only-binary :all:
PYTEST := $(BIN)/python -m pytest
# Each worker has databases of its own; who runs out of tests takes over half of what another has left. One more than
# there are cores to count on, because many tests wait for a while.
WORKERS ?= 3
SPREAD := --numprocesses=$(WORKERS) --dist=worksteal
LOCK := $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock" $(LOCK_FLAGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo serve test long check texts format bench lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.test ## make .venv with everything that developing needs (once; again when a lock changes)

demo: $(VENV)/.runtime ## send examples/intake.json to a service of its own and print the plan
	@$(BIN)/skincadence demo

serve: $(VENV)/.runtime ## run the service until Ctrl-C, with a clinic to try things out and keys for it
	@$(BIN)/skincadence serve --demo

test: $(VENV)/.test ## run the tests, in three processes at once (WORKERS=8 for more)
	@$(PYTEST) $(SPREAD)

long: $(VENV)/.test $(VENV)/.clients ## run all tests with many more random examples, and with generated clients
	@$(PYTEST) --hypothesis-profile=long --kills=200 --thorough --clients

check: $(VENV)/.test ## lint, format, types, layers, Dockerfile, protocols, texts, then the tests
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/skincadence protocol check
	@$(BIN)/skincadence texts check
	@$(PYTEST) $(SPREAD)

texts: $(VENV)/.runtime ## write new English texts into the other languages, and say what is to be translated
	@$(BIN)/skincadence texts extract
	@$(BIN)/skincadence texts check

format: $(VENV)/.test ## put the code into its one shape, and fix what ruff can fix safely
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: $(VENV)/.test ## measure, and print a table of ratios
	@$(BIN)/python -m bench

lock: $(VENV)/.lock ## resolve requirements/ anew (LOCK_FLAGS=--upgrade for newer versions)
	@$(LOCK) --output-file requirements/runtime.txt pyproject.toml
	@$(LOCK) --output-file requirements/postgresql.txt pyproject.toml --extra postgresql --constraints requirements/runtime.txt
	@$(LOCK) --output-file requirements/redis.txt pyproject.toml --extra redis --constraints requirements/runtime.txt
	@$(LOCK) --output-file requirements/pdf.txt pyproject.toml --extra pdf --constraints requirements/runtime.txt
	@$(LOCK) --output-file requirements/test.txt pyproject.toml --extra test --constraints requirements/runtime.txt
	@$(LOCK) --output-file requirements/build.txt --group build
	@$(LOCK) --output-file requirements/lock.txt --group lock
	@$(LOCK) --output-file requirements/clients.txt --group clients

clean: ## remove .venv and everything that can be made again
	@rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "skincadence: '$(PYTHON)' is not installed; it needs Python 3.11 or newer." >&2; \
		echo "Install it, or name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "skincadence: '$(PYTHON)' is $$($(PYTHON) --version 2>&1), too old: it needs Python 3.11 or newer." >&2; \
		echo "If you have a newer one under another name: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "skincadence: '$(PYTHON)' could not make $(VENV); on Debian and Ubuntu the package python3-venv is missing." >&2; \
		rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: pyproject.toml requirements/build.txt requirements/runtime.txt | $(BIN)/python
	@echo "Installing what the service needs into $(VENV) ..."
	@$(INSTALL) -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@echo "Installing what the tests need into $(VENV) ..."
	@$(INSTALL) -r requirements/test.txt
	@touch $@

# Apart from the rest: what writes the clients cannot live beside the service, and they must not lean on it.
$(VENV)/.clients: requirements/clients.txt | $(BIN)/python
	@echo "Installing what generated clients need into $(VENV)/clients ..."
	@$(BIN)/python -m venv $(VENV)/clients
	@$(VENV)/clients/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --only-binary :all: -r requirements/clients.txt
	@touch $@

$(VENV)/.lock: requirements/lock.txt | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements/lock.txt
	@touch $@
