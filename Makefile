# Satsuma: set up, run, test, measure. `make help` lists the targets.
#
# Set-up steps are file targets, so a second call starts at once. make, Python 3.11+ with its venv, and Node 20+ are needed.

PYTHON ?= python3
JOBS ?= 2
# One more than there are cores: tests wait for browsers, servers and disks.
TESTERS ?= 3
PYTEST_ARGS ?=
SECONDS ?= 600
SEED ?=
LOCK_ARGS ?=
LOAD_ARGS ?=

BIN := .venv/bin
CODE := src tests $(wildcard bench)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SCREENSHOTS ?= screenshots

OIDC_PROVIDER := tests/api/oidc/node_modules/.installed
CONSOLE := src/satsuma/web/console/index.html
API_SOURCES := $(wildcard src/satsuma/api/*.py src/satsuma/api/*/*.py)
CONSOLE_SOURCES := $(shell find console/src console/public -type f 2>/dev/null) \
  $(wildcard console/index.html console/vite.config.ts console/tsconfig.json)

.PHONY: help console console-check screenshots measure tasks browser run test oracle soak year suppression fuzz fuzz-api docs picture check lint style types layers bench bench-scale bench-500m lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.installed $(CONSOLE) ## open the demo workspace, say what to try, and serve it
	$(BIN)/python -m satsuma.demo

# Neighbouring tests share what they have set up: each process takes a run of them, and then from the other's.
test: lint console-check $(CONSOLE) browser $(OIDC_PROVIDER) ## install what tests need, check the house, run all tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal $(PYTEST_ARGS)

# SEED=n begins with a known seed. Disagreements become cases under tests/oracle/cases.
oracle: .venv/.installed ## compare all evaluators on random worlds for SECONDS (600)
	$(BIN)/python -m tests.oracle.search --seconds $(SECONDS) --jobs $(JOBS) $(if $(SEED),--seed $(SEED))

# It ends at the first thing that is wrong, and says its seed, which becomes a case of the tests. SEED=n begins with a known one.
soak: .venv/.installed ## random histories and crashes with fresh seeds, for SECONDS (600)
	$(BIN)/python -m tests.crashes.soak --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

# CONTACTS=n runs a smaller demo, SEED=n moves the versions that are looked at.
year: .venv/.installed ## a year of the demo under a simulated clock, recomputed at fifty random versions
	$(BIN)/python -m tests.traces.year $(if $(CONTACTS),--contacts $(CONTACTS)) $(if $(SEED),--seed $(SEED))

READS ?= 1000000

suppression: .venv/.installed ## the guide on suppression with READS (1000000) reads under concurrent writers
	$(BIN)/python -m tests.guides.suppression --reads $(READS)

fuzz: .venv/.installed ## search for texts that break the parser, for SECONDS (600)
	$(BIN)/python -m tests.fuzz.text_fuzz $(SECONDS) $(SEED)

# It goes on after a find; SEED=n begins with a known one.
fuzz-api: .venv/.installed ## generated requests to every operation of the HTTP API, for SECONDS (600)
	$(BIN)/python -m tests.api.generated --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

docs: .venv/.installed ## write the pages that are generated: commands, the Python API, the HTTP API
	$(BIN)/python -m satsuma.cli.reference > docs/cli.md
	$(BIN)/python -m tests.tidy.python_reference > docs/python.md
	$(BIN)/python -m tests.tidy.openapi > docs/openapi.json

demo-workspace: .venv/.installed
	$(BIN)/python -m satsuma.demo --show demo-workspace > /dev/null

picture: demo-workspace ## draw the picture of the README from the demo workspace
	$(BIN)/python -m tests.tidy.picture demo-workspace docs/images/why.svg

check: lint console-check ## lint, types, layers and the tidy tests
	$(BIN)/python -m pytest -q tests/tidy

lint: style types layers ## lint, format, types and layers, without tests (make -k: do not stop at the first)

style: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed
	$(BIN)/mypy $(CODE)

layers: .venv/.installed
	$(BIN)/lint-imports

console: $(CONSOLE) ## build the browser application into the package

# The tests of the console run under pytest, with all others.
console-check: console/src/api/schema.d.ts
	cd console && npx --no-install biome ci . && npx --no-install tsc --noEmit

screenshots: .venv/.installed $(CONSOLE) browser ## draw every page of the console into SCREENSHOTS (screenshots)
	$(BIN)/python -m tests.browser.screenshots $(SCREENSHOTS)

tasks: .venv/.installed $(CONSOLE) browser ## every task in the console, by keyboard and by mouse, and every page for accessibility, on phones too
	HANDS=both $(BIN)/python -m pytest tests/browser/test_tasks.py tests/browser/test_accessibility.py

measure: .venv/.installed $(CONSOLE) browser ## edits on the whole demo and scrolling a million members, in a browser
	$(BIN)/python -m tests.browser.measuring

bench: .venv/.installed ## run the benchmarks
	$(BIN)/python -m bench

bench-scale: .venv/.installed ## measure the index from 1M to 50M interactions, and draw docs/scale.svg
	$(BIN)/python -m bench scale -- --contacts 20000 100000 1000000

bench-500m: .venv/.installed ## the same with 500M interactions of 10M contacts: 30 GB of disk, ten minutes or more
	$(BIN)/python -m bench scale -- --contacts 10000000

# LOAD_ARGS="--workspace DIR" takes a copy of a demo workspace instead of building one.
load: .venv/.installed ## post to a server on this machine as fast as it takes it, and kill it meanwhile
	$(BIN)/python -m bench load -- $(LOAD_ARGS)

# LOCK_ARGS=--upgrade takes the newest releases; without it, pins that still fit stay.
lock: .venv-lock/bin/uv ## write requirements.lock anew from pyproject.toml
	.venv-lock/bin/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --quiet --output-file requirements.lock \
	  --custom-compile-command "make lock" $(LOCK_ARGS)

clean: ## remove what make and the tools have made, the demo workspace included
	rm -rf .venv .venv-lock demo-workspace dist screenshots console/node_modules tests/api/oidc/node_modules src/satsuma/web/console .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

console/node_modules/.installed: console/package.json console/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || { \
	  echo "The console is built with Node 20 or newer. Found: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	cd console && npm ci --loglevel error
	@touch $@

# The provider by which tests sign in.
$(OIDC_PROVIDER): tests/api/oidc/package.json tests/api/oidc/package-lock.json
	cd tests/api/oidc && npm ci --loglevel error
	@touch $@

$(CONSOLE): console/node_modules/.installed $(CONSOLE_SOURCES)
	cd console && npx --no-install vite build --logLevel warn
	@touch $@

# Types of the server's answers: what the console reads of them is checked against what the server describes.
console/src/api/schema.d.ts: .venv/.installed console/node_modules/.installed $(API_SOURCES)
	$(BIN)/python -m tests.console.describe > console/openapi.json
	cd console && npx --no-install openapi-typescript openapi.json -o src/api/schema.d.ts > /dev/null

# Debian's Chromium, for the tests in a browser; others name theirs with SATSUMA_CHROMIUM.
browser:
	@command -v "$${SATSUMA_CHROMIUM:-chromium}" > /dev/null || { \
	  echo "Installing Chromium for the tests in a browser ..."; apt-get update -qq && apt-get install -y -qq chromium > /dev/null; }

# pip is what the venv module makes last: with it the environment is whole.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Satsuma needs Python 3.11 or newer. Found: $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/pip
	@echo "Installing what requirements.lock names (this takes a while the first time) ..."
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv-lock/bin/uv:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv
