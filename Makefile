# Countersign. `make demo` shows the main job, `make test` proves it; both install what they need.
PY ?= python3
export UV_PYTHON_DOWNLOADS := never
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: demo test setup run messages check lint types lint-addon bench eval gate train migrate odoo test-odoo test-faults test-mail test-browser pictures cassettes wheel lock clean
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .venv/.ok ## install, start everything, take in the sample mails and orders, show what was found
	$(BIN)/countersign demo

test: .venv/.ok ## install, and run the tests
	$(PYTEST) -n 2 --dist loadfile -q -m "not odoo and not browser and not faults and not mail"

setup: .venv/.ok ## install only

run: .venv/.ok ## start everything and stay
	$(BIN)/countersign up

check: lint types lint-addon ## format, lint, types, import rules, the addon's lint

lint: .venv/.ok
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache

types: .venv/.ok
	$(BIN)/mypy

lint-addon: .venv/.ok ## pylint-odoo on the addon
	$(BIN)/pylint --rcfile=odoo_addon/.pylintrc odoo_addon/countersign odoo_addon/countersign_automation

bench: .venv/.ok ## measure reading, triage and start-up; prints JSON with ratios
	$(BIN)/python -m evals.bench

eval: .venv/.ok ## cross-validated figures of the offline engine
	$(BIN)/python -m evals.cross_validate

gate: .venv/.ok ## the offline engine must be as good as evals/baselines say; runs and answers stay in .countersign/gate
	$(BIN)/countersign eval run --anew --dataset evals/datasets/messages --folds 5 --out .countersign/gate/messages
	$(BIN)/countersign eval run --anew --dataset evals/datasets/purchase_orders --out .countersign/gate/orders
	$(BIN)/countersign eval run --anew --dataset evals/suites/adversarial --out .countersign/gate/adversarial
	$(BIN)/countersign eval gate .countersign/gate/messages --baseline evals/baselines/offline-messages.json
	$(BIN)/countersign eval gate .countersign/gate/orders --baseline evals/baselines/offline-orders.json
	$(BIN)/countersign eval gate .countersign/gate/adversarial --baseline evals/baselines/offline-adversarial.json

train: .venv/.ok ## train the offline model from the labelled corpus
	$(BIN)/countersign model train

messages: .venv/.ok ## gather every sentence of the pages into app/review/locale/*/messages.po, to be translated
	$(BIN)/python -m app.review.catalogue

migrate: .venv/.ok ## bring DATABASE_URL to the newest version
	$(BIN)/alembic upgrade head

odoo: .venv/.ok ## start and fill a real Odoo 19 for development; what is wrong in it stands in .countersign/planted.json
	@mkdir -p .countersign
	tests/odoo/start-odoo --port 8069 --db dev > .countersign/odoo.env
	@. .countersign/odoo.env && $(BIN)/python -m fixtures.odoo.planted --url $$ODOO_URL --db $$ODOO_DB --key $$ODOO_ADMIN_KEY --manifest .countersign/planted.json
	@cat .countersign/odoo.env

test-odoo: .venv/.ok ## a real Odoo 19: contract, addon's own tests, detectors, panel in a browser
	$(PYTEST) -q -m odoo

test-browser: .venv/.ok ## the pages in a real browser (Debian's chromium)
	$(PYTEST) -q -m "browser and not odoo"

pictures: .venv/.ok ## take the pictures of docs/pictures anew
	PICTURES=docs/pictures $(PYTEST) -q tests/browser/test_pictures.py

test-faults: .venv/.ok ## kill engines and workers in the middle of work
	$(PYTEST) -q -m faults

test-mail: .venv/.ok ## mail comes in and goes out by real servers (Dovecot, pymap, aiosmtpd), with processes killed on the way
	$(PYTEST) -n 2 --dist loadfile -q -m mail

cassettes: .venv/.ok ## ask a real model what the tests' cassettes do not know (RECORD=all: everything) and record it
	COUNTERSIGN_RECORD=$(or $(RECORD),missing) $(PYTEST) -q -m recorded --timeout 7200 tests

wheel: .venv/.ok ## build the wheel
	$(UV) build -q --wheel

lock: ## resolve the lock file anew, without addresses of any mirror
	env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL UV_NO_CONFIG=1 $(UV) lock

.tools/bin/uv:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Countersign needs Python 3.11 or newer; $(PY) is $$($(PY) --version). Say which with: make PY=python3.12"; exit 1; }
	$(PY) -m pip install -q --disable-pip-version-check --target .tools 'uv>=0.11,<1'

.venv/.ok: pyproject.toml uv.lock $(filter .tools/bin/uv,$(UV))
	$(UV) sync --locked -q -p $(PY)
	@touch $@

clean: ## remove what was installed and made here
	rm -rf .venv .tools .countersign dist
