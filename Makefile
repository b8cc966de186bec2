# make help lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := bot handlers knowledge storage

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint bench format lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/runtime: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

venv: $(VENV)/development ## install everything into .venv

demo: $(VENV)/runtime ## an invented town and the web chat, on SQLite
	$(BIN)/python -m bot demo

test: lint ## lint, types, imports, texts and knowledge, and all tests
	$(BIN)/python -m pytest -n auto --dist worksteal -q

lint: $(VENV)/development ## everything that is checked without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m bot check

bench: $(VENV)/development ## measure, beside what each is compared with
	$(BIN)/python -m benchmarks

format: $(VENV)/development ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the requirements anew (needs uv); names, versions and hashes only
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--upgrade -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--upgrade -q --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was made
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache
