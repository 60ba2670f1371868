# Two commands for a new user: `make run` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: run test check format bench docs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "marketsim needs Python 3.11 or newer; try: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

run: $(VENV)/installed          ## install if needed, run the VIP-lane study, say where its report is
	$(BIN)/marketsim run scenarios/vip_lane.yaml

test: $(VENV)/installed-test    ## the whole test suite
	$(BIN)/python -m pytest

check: $(VENV)/installed-test   ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/installed-test   ## ratios, measured side by side in one run
	$(BIN)/python benchmarks/speed.py

docs: $(VENV)/installed-test    ## the generated parts of docs/
	$(BIN)/python -m marketsim.scenario.reference docs/parameters.md
	$(BIN)/python -m marketsim.results.reference docs/tables.md
	$(BIN)/python docs/build_elements.py docs/elements.md

clean:
	rm -rf $(VENV) results/*/
