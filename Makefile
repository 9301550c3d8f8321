# Two commands do all the set-up: `make run` and `make test`. Both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-all coverage lint format bench clean

run: .venv/installed
	$(BIN)/h2model run climate_positive

test: lint
	$(BIN)/pytest --numprocesses auto --dist worksteal -m "not slow and not slurm"

# With the tests that repeat others at a larger size, more random examples, and the tests that start a Slurm cluster.
test-all: lint
	H2MODEL_TESTS=all $(BIN)/pytest --numprocesses auto --dist worksteal

coverage: .venv/installed-test
	$(BIN)/pytest --numprocesses auto --dist worksteal --cov --cov-fail-under=90

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

format: .venv/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-bench
	$(BIN)/python benchmarks/build_speed.py
	$(BIN)/python benchmarks/certified.py
	$(BIN)/python benchmarks/study_throughput.py

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "h2model needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 run" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

.venv/installed-bench: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@
