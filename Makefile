# Two commands do everything, set-up included: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
EVERYTHING := $(VENV)/.everything
DEMO := outputs/demo
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e

export HF_HUB_OFFLINE = 1

.PHONY: demo test slow lint audit bench clean

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) .
	@touch $@

$(EVERYTHING): $(INSTALLED)
	$(PIP) ".[dev,train,data,evaluate,web,remote,cluster]"
	@touch $@

demo: $(INSTALLED)  ## simulate conversations from two scenarios and replay one
	rm -rf $(DEMO)
	$(BIN)/duologue run scenarios/returns.yaml scenarios/headphones.yaml --limit 16 --out $(DEMO)
	$(BIN)/duologue replay $(DEMO) returns-00005 --cite
	@echo
	@echo "Next: $(BIN)/duologue replay $(DEMO)        all conversations of this run"
	@echo "      $(BIN)/duologue init my-shop          a workspace of your own"
	@echo "      $(BIN)/duologue plan scenarios/*.yaml what the shipped scenarios expand to"

test: $(EVERYTHING)  ## what takes under eight minutes
	$(BIN)/python -m pytest -m "not slow"

slow: $(EVERYTHING)  ## the rest, which CI runs as well
	$(BIN)/python -m pytest -m slow

lint: $(EVERYTHING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

audit: $(EVERYTHING)  ## known weaknesses of the packages that constraints.txt names
	$(BIN)/pip-audit --progress-spinner off -r constraints.txt --no-deps --disable-pip

bench: $(EVERYTHING)  ## QUICK=1 takes about 3 minutes
	$(PIP) ".[bench]"
	$(BIN)/python -m benchmarks.run $(if $(QUICK),--quick)

clean:
	rm -rf $(VENV) build dist *.egg-info
