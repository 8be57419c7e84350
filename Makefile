# Needs Python 3.11 or newer and make. Everything is installed in .venv, with the versions and hashes of requirements.lock.

PYTHON ?= python3
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help .venv run demo bench bench-long test faults lint audit clean

help: ## show this list
	@grep -E '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.]+):.*## /  make \1\t/' | expand -t 16

.venv: $(INSTALLED) ## make the virtual environment

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 of nieuwer is nodig; $(PYTHON) is ouder. Geef een andere op: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

run: $(INSTALLED) ## start everything; stop with Ctrl-C
	@exec .venv/bin/provisions up

demo: $(INSTALLED) ## the same in a home of its own, with an example caseload
	@exec .venv/bin/provisions demo

lint: $(INSTALLED) ## style, types, and which room may import which
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(INSTALLED) .venv-bench/.installed ## measure against peers, the short set: under ten minutes (docs/performance.md)
	.venv/bin/python -m bench.rungs
	.venv/bin/python -m bench.intake
	.venv/bin/python -m bench.outcomes
	.venv/bin/python -m bench.waiting
	.venv/bin/python -m bench.commands
	.venv/bin/python -m bench.faces
	.venv/bin/python -m bench.ready

bench-long: $(INSTALLED) .venv-bench/.installed ## the figures that take long: about an hour
	.venv/bin/python -m bench.rungs --due 10000
	.venv/bin/python -m bench.rungs --due 10000 --waiting 1000000
	.venv/bin/python -m bench.commands --open 100000
	.venv/bin/python -m bench.report
	.venv/bin/python -m bench.faces --clients 125 --stock 0
	.venv/bin/python -m bench.idle --seconds 310

.venv-bench/.installed: requirements-bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

test: lint ## everything that must pass
	.venv/bin/pytest -n 2 --dist loadfile

audit: .venv-audit/.installed ## known vulnerabilities in the dependencies (asks PyPI)
	.venv-audit/bin/python tools/audit.py

.venv-audit/.installed: requirements-audit.lock
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

faults: $(INSTALLED) ## the long run of what may go wrong: more kills, longer sequences (about half an hour)
	PROVISIONS_TEST_FAULTS=long PROVISIONS_TEST_FUZZ_EXAMPLES=300 .venv/bin/pytest tests/faults tests/fuzz -o timeout=3600

clean: ## throw away the virtual environment and caches (no data)
	rm -rf .venv .venv-audit .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
