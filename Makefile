# Two commands do everything, set-up included: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO := outputs/demo

export HF_HUB_OFFLINE = 1

.PHONY: demo test lint bench clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,train]"
	@touch $@

demo: $(INSTALLED)  ## simulate conversations from two scenarios and replay one
	rm -rf $(DEMO)
	$(BIN)/duologue run scenarios/returns.yaml scenarios/headphones.yaml --limit 16 --out $(DEMO)
	$(BIN)/duologue replay $(DEMO) returns-00001 --cite
	@echo
	@echo "Next: $(BIN)/duologue replay $(DEMO)        all conversations of this run"
	@echo "      $(BIN)/duologue init my-shop          a workspace of your own"
	@echo "      $(BIN)/duologue plan scenarios/*.yaml what the shipped scenarios expand to"

test: $(INSTALLED)
	$(BIN)/python -m pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(INSTALLED)  ## QUICK=1 takes about 3 minutes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,train,bench]"
	$(BIN)/python -m benchmarks.run $(if $(QUICK),--quick)

clean:
	rm -rf $(VENV) build dist *.egg-info
