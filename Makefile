# Two commands on a fresh machine:  git clone … && make run
# Needed: Linux, Python >= 3.11 with venv, git, make. Everything else is fetched into this folder.

SHELL := /bin/sh
BIN := .venv/bin
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
SHOWN := draft,search,statistics,flow_heavy,flow_gate,flow_light,burst,visible,import,appointment,closed,export,print
PAGES := $(shell find web singlewindow/subsystems singlewindow/customs/desks -path web/dist -prune -o -path '*web/*' -print 2>/dev/null)
PAGES += $(wildcard tsconfig*.json vite.config.* web/vite.config.*)

# What does not wait for each other goes on together: packages for Python and for Node, the parts of `check`.
MAKEFLAGS += --jobs=2

.PHONY: run test check check-types check-pages check-api check-rest journey bench soak figures performance fuzz isolation torture machines clean install
.DELETE_ON_ERROR:

## run: start everything and print what to open; Ctrl-C ends it
run: install web/dist/index.html
	@$(BIN)/python -m singlewindow run

## test: every test on a real PostgreSQL; browser journeys where a Chromium is found
test: install web/dist/index.html
	@$(NODE) $(BIN)/python tools/bootstrap_test.py $(TESTS)

## check: lint, types, shape of the subsystems, direction of imports, API types as the API is
check: install
	@+$(MAKE) --no-print-directory --keep-going --output-sync=target check-types check-pages check-api check-rest

check-types:
	$(BIN)/mypy

check-pages:
	$(NODE) npm run check

check-api:
	$(NODE) npm run api:check

check-rest:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@if [ -f tools/check_subsystems.py ]; then echo tools/check_subsystems.py; $(BIN)/python tools/check_subsystems.py; fi
	$(BIN)/python tools/bootstrap_check.py

## journey NAME=…: one journey; its screenshots stand in var/journeys/NAME
journey: install web/dist/index.html
	@test -n "$(NAME)" || { echo "Which one? make journey NAME=…:"; ls tests/journeys | sed -n -e 's/^test_\(.*\)\.py$$/  \1/p' -e '/^[a-z]*$$/s/^/  /p'; exit 2; }
	@$(NODE) $(BIN)/python tools/bootstrap_test.py --journey "$(NAME)"

## bench [NAME=…] [SECONDS=5] [ROUNDS=3]: how fast it is, one JSON line per figure (docs/performance.md)
bench: install
	@$(BIN)/python -m benchmarks

## soak [MINUTES=60] [RATE=20]: steady mixed work for long, and what grows; a JSON line (by hand)
soak: install
	@$(BIN)/python -m benchmarks.soak

## figures [NAME=…]: measure what docs/performance.md shows with 1,000,000 documents, and write it there (ten minutes)
figures: install
	@RESULTS=docs/performance DOCUMENTS=$(or $(DOCUMENTS),1000000) NAME=$(or $(NAME),$(SHOWN)) $(BIN)/python -m benchmarks; \
	code=$$?; $(BIN)/python -m benchmarks.report && exit $$code

## performance: the tables and plots of docs/performance.md from docs/performance/*.json
performance: install
	@$(BIN)/python -m benchmarks.report

## fuzz [CASES=20000] [SEED=1] [PARTS=2]: both sides' API asked from its description; JSON counts in var/fuzz (by hand)
fuzz: install
	@FUZZ_CASES=$(or $(CASES),20000) FUZZ_SEED=$(or $(SEED),1) FUZZ_PARTS=$(or $(PARTS),2) FUZZ_REPORT=var/fuzz \
		$(BIN)/python -m pytest -q -n $(or $(PARTS),2) tests/fuzz tests/customs/test_fuzz.py

## isolation: every role at every route with each name by itself, own, foreign and absent (by hand; make test asks less)
isolation: install
	@ISOLATION=wide $(BIN)/python -m pytest -q tests/isolation

## torture [KILLS=300] [SEED=1]: everything is killed at random while companies work; a JSON report (by hand, as root)
torture: install web/dist/index.html
	@$(BIN)/python -m tests.system.torture --kills $(or $(KILLS),300) --seed $(or $(SEED),1) --report var/torture.json

## machines [TIMES=3]: the database's machine is lost, everything is replaced under work, so many times; var/machines.jsonl
machines: install web/dist/index.html
	@mkdir -p var && rm -f var/machines.jsonl
	@MACHINES_REPORT=var/machines.jsonl FAILOVERS=$(or $(TIMES),3) ROLLS=$(or $(TIMES),3) $(BIN)/python -m pytest tests/system/test_failover.py tests/system/test_rolling.py -s -q

## clean: forget what was installed and built (var/, your data, stays)
clean:
	rm -rf .venv node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info

install: .venv/.installed node_modules/.installed

.venv/.locked: requirements.lock tools/bootstrap_venv.sh
	@sh tools/bootstrap_venv.sh
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(BIN)/python -m compileall -qq -j 2 .venv/lib || true
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc .venv/.locked
	$(NODE) npm ci --no-progress
	@touch $@

web/dist/index.html: node_modules/.installed $(PAGES)
	$(NODE) npm run build
	@find web/dist -type f -mtime +30 -delete
	@touch $@
