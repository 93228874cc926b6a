# The commands of the project. `make` alone lists them. Nothing is presupposed but make, git, gcc and Python 3.11-3.13.
# The worker image, the layer and .venv install from hash-pinned locks in requirements/ (`make lock` renews them).
PYTHON ?= python3
PY := .venv/bin/python
LOCK := --require-hashes --disable-pip-version-check --quiet --progress-bar on

.DEFAULT_GOAL := help
.PHONY: help setup lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.done ## make .venv from the lock (again only when the lock changed)

.venv/.done: requirements/dev.txt
	@echo "Setting up .venv ($$(grep -c '==' $<) packages, about a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install --require-hashes --disable-pip-version-check -r $<
	@touch $@
