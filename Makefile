# `make lab` opens the lessons, `make test` checks everything. Both make their environment first.
# Another Python: make lab PYTHON=python3.12. On Debian's own torch: VENV_OPTIONS=--system-site-packages.
PYTHON ?= python3
VENV ?= .venv
VENV_OPTIONS ?=
READY := $(VENV)/ready

.PHONY: lab test lint site lessons margins checkpoint results benchmark

lab: $(READY)
	$(VENV)/bin/jupyter lab --ServerApp.root_dir=notebooks $(AS_ROOT)

test: $(READY)
	$(VENV)/bin/pytest --nbval notebooks tests

lint: $(READY)
	$(VENV)/bin/ruff check .

# The lessons as a web site, in build/site. No network, and nothing is run.
site: $(READY)
	$(VENV)/bin/python tools/build_site.py

# Run the lessons whole and store what they print (about as long as the lessons themselves).
lessons: $(READY)
	$(VENV)/bin/python tools/run_lessons.py

# How far the checks on what was trained are from failing on other machines (most of an hour).
margins: $(READY)
	$(VENV)/bin/python tools/measure_margins.py $(MARGINS)

checkpoint: $(READY)
	$(VENV)/bin/python tools/train_checkpoint.py

# All that was computed, again: the recipes' table, the network that ships, the lessons' outputs.
# About two hours; then put the printed table into README.md.
results: $(READY)
	rm -f assets/results.jsonl
	$(VENV)/bin/python tools/measure_recipes.py
	$(VENV)/bin/python tools/measure_recipes.py --recipes plain --seeds 5 6 7 8 9 10 11 12 13 14
	$(VENV)/bin/python tools/train_checkpoint.py
	rm -f assets/changes.jsonl
	$(VENV)/bin/python tools/measure_changes.py --search
	$(VENV)/bin/python tools/measure_changes.py
	$(VENV)/bin/python tools/run_lessons.py

benchmark: $(READY)
	$(VENV)/bin/python tools/benchmark.py

# Installs again only when pyproject.toml changed. The test for pip, not for python, because a venv
# that failed half-way (Debian without python3-venv) has the one and not the other.
$(READY): pyproject.toml
	$(VENV)/bin/python -m pip --version || $(PYTHON) -m venv $(VENV_OPTIONS) $(VENV)
	$(VENV)/bin/python -m pip install -e ".[lab,export,test,site]"
	touch $@

# Jupyter refuses to start as root, as in a container, without being told that it's meant.
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)
