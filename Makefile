# What one does with Leadmill. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-browser setup-kafka setup-cluster demo test chaos simulate kafka check bench lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.done ## a virtual environment with everything in it

# Another interpreter or another lock file makes another environment.
$(VENV)/.done: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup-browser: ## Chromium for the browser tests, from Debian's packages
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)

setup-kafka: ## Java and Maven for the Kafka tests, from Debian's packages; the tests fetch Kafka themselves
	@{ command -v java && command -v mvn; } >/dev/null || (apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless maven)

setup-cluster: ## OpenSSH's server and rsync for the test of `ray up`, from Debian's packages; no server is started
	@{ test -x /usr/sbin/sshd && command -v rsync; } >/dev/null || (apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq openssh-server rsync)

demo: setup ## three tenants and 300 leads through the mill; ARGS=--exit ends by itself
	@$(BIN)/leadmill demo $(ARGS)

# What kills and freezes processes at a certain moment has the machine for itself, after all others.
SIDE_BY_SIDE := -m "not alone" -n $(WORKERS) --dist loadfile --no-loadscope-reorder
test: setup ## all tests, two files at a time (WORKERS=1: one); ARGS="-k word" for some
ifneq ($(ARGS),)
	@$(BIN)/python -m pytest $(ARGS)
else ifeq ($(WORKERS),1)
	@$(BIN)/python -m pytest
else
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	@$(BIN)/python -m pytest -m alone
endif

chaos: setup ## real faults on real processes, and a table; ARGS="--list" for their names
	@$(BIN)/python -m tests.chaos $(ARGS)

simulate: setup ## 1,000 seeds of engine and bus, with faults between any two steps; ARGS="--seed 7 --trace"
	@$(BIN)/python -m tests.simulation $(ARGS)

kafka: setup ## a Kafka broker in the foreground, for tests by hand; PORT=9092 for a port of your choice
	@PORT=$(or $(PORT),0) $(BIN)/python -m tests.kafka.broker

check: setup ## style, types and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.house.sizes

bench: setup ## the benchmarks, each a ratio to a named peer
	@$(BIN)/leadmill bench $(ARGS)

lock: setup ## requirements.lock made anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --output-file requirements.lock
