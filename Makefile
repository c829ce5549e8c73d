PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check fixtures fixtures-check format clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,fixtures]'
	touch $@

demo: $(STAMP)
	$(BIN)/python -m legacy_fixtures.demo build/demo

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check
	$(BIN)/python -m pytest -n 2 -m 'not slow'
	$(MAKE) fixtures-check

fixtures: $(STAMP)
	$(BIN)/python -m legacy_fixtures.regenerate

fixtures-check: $(STAMP)
	$(BIN)/python -m legacy_fixtures.regenerate --check

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf build $(VENV)
