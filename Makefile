# Wavebook's short list of commands. Each may be repeated; none needs a server.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUN := $(BIN)/python manage.py
PORT ?= 8000

.PHONY: install demo run test prove check fix bench test-postgresql test-spark catalogue clean

demo: .venv/.ready ## set up, then the whole journey on the shipped studies
	$(RUN) demo

run: .venv/.ready ## serve the site and its worker on http://localhost:8000 (PORT=8080 for another port)
	$(RUN) serve --bind 127.0.0.1:$(PORT)

test: .venv/.ready-dev ## all tests on the embedded default
	$(BIN)/python -m pytest

install: .venv/.ready ## the virtual environment with what the product needs

check: .venv/.ready-dev ## lint, types, walls between rooms; touches nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(RUN) check --fail-level WARNING
	$(RUN) makemigrations --check --dry-run

fix: .venv/.ready-dev ## repair what can be repaired without thought
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.ready-dev ## speed and memory as ratios, side by side in one run (ASK=--help for sizes and parts)
	$(BIN)/python -m tests.bench $(ASK)

prove: .venv/.ready-dev ## at full length what make test proves on a part: every generated rule and shipped measure in every tongue, every public file in a process begun afresh
	WAVEBOOK_TEST_WHOLE=1 $(BIN)/python -m pytest -m proof

test-postgresql: .venv/.ready-dev ## the tests that use a database, on the PostgreSQL that DATABASE_URL names
	@test -n "$$DATABASE_URL" || { echo "Set DATABASE_URL=postgresql://user@host:5432/name first."; exit 2; }
	$(BIN)/python -m pytest --ignore-glob="*/core/*" --ignore=tests/surveys/damaged/test_mutants.py

test-spark: .venv/.ready-dev ## the tests that hold both engines against each other, on a local Spark; needs Java 17
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt
	$(BIN)/python -m pytest -n 0 tests/measures/test_two_engines.py

catalogue: .venv/.ready-dev ## compile the Chinese catalogue
	$(RUN) compile_catalogue

clean: ## forget the virtual environment and the local data
	rm -rf .venv var

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed."; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.ready: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/.ready $@
