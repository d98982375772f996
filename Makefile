# The targets and what they do: `make`, or tools/make.py, which does the same without make.
# A new environment with another Python: make lab PYTHON=python3.12. On Debian's own torch: VENV_OPTIONS=--system-site-packages.
# Arguments: make test ARGS="tests -k backward".
PYTHON ?= python3

.PHONY: help
help:
	@$(PYTHON) tools/make.py

.DEFAULT:
	@$(PYTHON) tools/make.py $@ $(ARGS)
