# Needs Python 3.11 or newer and make. Everything is installed in .venv, with the versions and hashes of the locks, from wheels only.

PYTHON ?= python3
INSTALLED := .venv/.installed
DEVELOPER := .venv/.developer
TOOLS := .venv-audit/.installed
PIP := -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes --only-binary :all:
# Images of containers often set it. Then each of the hundreds of processes that tests start compiles the product anew: half of what it
# takes to start, and three workers do the same with all tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help .venv run demo letters style bench bench-long test quick tests faults lint audit licences sbom hooks lock clean

help: ## show this list
	@grep -E '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.-]+):.*## /  make \1\t/' | expand -t 20

.venv: $(INSTALLED) ## make the virtual environment, with what runs and nothing else

# The pip that Python brings only installs the locked pip, and that one does the rest.
$(INSTALLED): requirements.lock requirements-installer.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 of nieuwer is nodig; $(PYTHON) is ouder. Geef een andere op: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	.venv/bin/python $(LOCKED) --no-deps -r requirements-installer.lock
	.venv/bin/python $(LOCKED) --no-deps -r requirements.lock
	@# It warns that an editable install goes before others, which is what is meant.
	PYTHONWARNINGS=ignore .venv/bin/python $(PIP) --no-build-isolation --no-deps -e .
	@touch $@

# What tests and checks need, beside it: never part of what runs.
$(DEVELOPER): $(INSTALLED) requirements-dev.lock
	.venv/bin/python $(LOCKED) --no-deps -r requirements-dev.lock
	@touch $@

run: $(INSTALLED) ## start everything; stop with Ctrl-C
	@exec .venv/bin/provisions up

demo: $(INSTALLED) ## the same in a home of its own, with an example caseload
	@exec .venv/bin/provisions demo

letters: $(DEVELOPER) ## write docs/letters anew: one of each letter, as it arrives
	PROVISIONS_TEST_WRITE_LETTERS=1 .venv/bin/pytest -q tests/caseload/test_letters.py

style: ## build the looks of the workplace anew from pinned packages of NL Design System (needs Node.js; who uses them does not)
	npm ci --silent --prefix tools/style
	node tools/style/build.mjs

lint: $(DEVELOPER) ## style, types, and which room may import which
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(DEVELOPER) .venv-bench/.installed ## measure against peers, the short set: under ten minutes (docs/performance.md)
	.venv/bin/python -m bench.rungs
	.venv/bin/python -m bench.intake
	.venv/bin/python -m bench.outcomes
	.venv/bin/python -m bench.waiting
	.venv/bin/python -m bench.commands
	.venv/bin/python -m bench.faces
	.venv/bin/python -m bench.ready

bench-long: $(DEVELOPER) .venv-bench/.installed ## the figures that take long: about an hour
	.venv/bin/python -m bench.rungs --due 10000
	.venv/bin/python -m bench.rungs --due 10000 --waiting 1000000
	.venv/bin/python -m bench.commands --open 100000
	.venv/bin/python -m bench.report
	.venv/bin/python -m bench.faces --clients 125 --stock 0
	.venv/bin/python -m bench.idle --seconds 310

.venv-bench/.installed: requirements-bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python $(PIP) --no-deps --require-hashes -r requirements-bench.lock
	-npm install --silent --no-package-lock --prefix .venv-bench/node graphile-worker@0.17.3 # left out where there is no Node.js
	@touch $@

test: $(DEVELOPER) ## everything that must pass; lint meanwhile, which keeps one core busy
	@$(MAKE) --no-print-directory -j 2 lint tests

quick: SELECTED := -m "not slow"
quick: lint tests ## lint, and the tests that wait for no process of their own: about half the time

# One worker more than there are cores, because many tests wait for a process; five at most, which is what was tried.
# tests/order.py says which file goes first.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores + 1 : 5)))
tests: $(DEVELOPER)
	.venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(SELECTED)

audit: $(TOOLS) ## known vulnerabilities in the dependencies (asks PyPI); fails when nothing could be audited
	.venv-audit/bin/python tools/audit.py

licences: $(TOOLS) ## every file says under which licence it is (REUSE)
	.venv-audit/bin/reuse lint --quiet || .venv-audit/bin/reuse lint

sbom: $(TOOLS) ## the bill of materials of what runs (CycloneDX), in sbom.cdx.json
	.venv-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --of JSON -o sbom.cdx.json requirements.lock

$(TOOLS): requirements-audit.lock requirements-installer.lock
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python $(LOCKED) --no-deps -r requirements-installer.lock
	.venv-audit/bin/python $(LOCKED) --no-deps -r requirements-audit.lock
	@touch $@

hooks: $(DEVELOPER) ## let git check what is committed (.pre-commit-config.yaml)
	.venv/bin/pre-commit install

LOCK := .venv-audit/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --no-header --no-emit-find-links

lock: $(TOOLS) ## lock again after a change in pyproject.toml; keeps every version that may stay
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock \
	  $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock)
	sed -i '/^#/d' requirements-dev.lock
	$(LOCK) --group installer -o requirements-installer.lock
	$(LOCK) --group audit -c requirements.lock -o requirements-audit.lock

faults: $(DEVELOPER) ## the long run of what may go wrong: more kills, longer sequences (about half an hour)
	PROVISIONS_TEST_FAULTS=long PROVISIONS_TEST_FUZZ_EXAMPLES=300 .venv/bin/pytest tests/faults tests/fuzz tests/zaken -o timeout=3600

clean: ## throw away the virtual environment and caches (no data)
	rm -rf .venv .venv-audit .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info sbom.cdx.json
