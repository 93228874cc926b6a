# The commands of the project; `make` alone lists them.
# Presupposed: make, git, gcc and a Python 3.11-3.13 (PYTHON=… picks one). Everything else comes from requirements/.
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
ARGS ?=
BUNDLE ?= default
PY := .venv/bin/python
UV := .venv-lock/bin/uv
# The locks are complete and hold each file's hash: pip has nothing to resolve. Compiled afterwards, on all cores,
# and at once: a warning that a compiler gives in the middle of a test would fail it.
INSTALL := -m pip install --disable-pip-version-check --require-hashes --no-deps --no-compile
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-emit-find-links

# An environment is made again when its lock's content changed, not when the file was touched.
stamp = $(1)/.made-from-$(shell cat $(2) | cksum | tr ' ' -)
DEV := $(call stamp,.venv,requirements/dev.txt)
SAM := $(call stamp,.venv-sam,requirements/sam.txt)
MODELS := $(call stamp,.venv-models,requirements/models.txt)
AUDIT := $(call stamp,.venv-audit,requirements/audit.txt)
# What the dashboard is built from; its types are generated from the API's document.
SOURCES := docs/openapi.json $(wildcard dashboard/*.*) $(shell find dashboard/src dashboard/public -type f ! -name schema.d.ts)
NODE := $(call stamp,dashboard/node_modules,dashboard/package-lock.json)
SITE := $(call stamp,dashboard/dist,$(SOURCES))
BROWSER := $(call stamp,dashboard/e2e/node_modules,dashboard/e2e/package-lock.json)

export SAM_CLI_TELEMETRY := 0
.DEFAULT_GOAL := help
.PHONY: help setup run demo dashboard check-ui test-ui pictures test faults test-models deploy-test container-test check format bench load bench-scoring openapi cost scaling model eval card audit lock doctor build deploy delete clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV) ## make .venv from its lock; again only when the lock changed

run: $(DEV) ## start the local stack on 127.0.0.1, until Ctrl-C
	@$(DASHBOARD)
	@exec $(PY) -m local run $(ARGS)

demo: $(DEV) ## start it, post the sample tickets, print what became of them
	@$(DASHBOARD)
	@exec $(PY) -m local demo $(ARGS)

dashboard: $(SITE) ## build the dashboard, which run and demo serve, if its sources changed (needs Node.js with npm)
	@:

# The stack runs without a dashboard, too.
DASHBOARD = $(MAKE) --silent dashboard 2> /dev/null || true

check-ui: $(NODE) ## format, lint, types, tests and size of the dashboard (needs Node.js with npm)
	@cd dashboard && npm run --silent check && npm run --silent test
	@$(MAKE) --silent dashboard
	@cd dashboard && npm run --silent size

test-ui: $(DEV) $(SITE) $(BROWSER) ## use the dashboard in Chromium as a person would, on the local stack (ARGS="-g replay" picks)
	@node dashboard/e2e/chromium.mjs
	@cd dashboard/e2e && npm run --silent test -- $(ARGS)

pictures: $(DEV) $(SITE) $(BROWSER) ## take the README's pictures of the dashboard again, ten minutes (needs Node.js with npm)
	@node dashboard/e2e/chromium.mjs
	@cd dashboard/e2e && npm exec -- playwright test -c pictures.config.ts

test: $(DEV) ## run every test: no network, AWS account, Docker or Node (ARGS="-k ingest" picks)
	@PYTHONDONTWRITEBYTECODE= exec $(PY) -m pytest -n auto --dist loadfile $(ARGS) # pytest's rewriting of the tests costs seconds: keep it

faults: $(DEV) ## attack the router with faults for 20 minutes, and write down what held (ARGS="soak --scale 0.1" picks)
	@exec $(PY) -m tests.faults $(or $(ARGS),--write)

test-models: $(MODELS) ## test how the model is trained and exported, with torch and without a hub (ARGS="-k loss" picks)
	@exec .venv-models/bin/python -m pytest -c tests/models/pytest.ini tests/models $(ARGS)

deploy-test: $(DEV) $(SAM) ## deploy the template with the SAM CLI to an AWS emulator, use it, delete it
	@exec $(PY) -m pytest -c tests/deploy/pytest.ini tests/deploy $(ARGS)

container-test: $(DEV) $(SAM) ## build the image and run every function in its container, with SAM and Docker (ARGS="-k image" picks)
	@exec $(PY) -m pytest -c tests/container/pytest.ini tests/container $(ARGS)

check: $(DEV) $(SAM) ## format, lint, types, import rules, template
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv-sam/bin/cfn-lint template.yaml infra/*.yaml
	.venv-sam/bin/cfn-lint --parameters $(ALL_ON) -- template.yaml
	.venv-sam/bin/sam validate --lint

# SAM makes other resources then, which lint is to see too.
ALL_ON := CacheMode=managed Deployment=Canary10Percent5Minutes Site=true SnapStart=PublishedVersions

format: $(DEV) ## let ruff format and fix what it can
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: $(DEV) ## measure ingest, worker and end to end
	@exec $(PY) -m local bench $(ARGS)

load: $(DEV) ## measure how much it carries, twenty-five minutes; writes docs/load-report.json (ARGS="overload --rate 100": not)
	@exec $(PY) -m local load $(or $(ARGS),--write)

bench-scoring: $(DEV) $(MODELS) ## measure our scorer against the classic pipeline, ten minutes (ARGS=--quick: two)
	@exec $(PY) -m models.bench_scoring $(ARGS)

openapi: $(DEV) ## write the OpenAPI document that query serves
	$(PY) -m local openapi

cost: $(DEV) ## write what a deployment costs into README.md, from the template and infra/prices.toml
	@exec $(PY) -m local cost --write

scaling: $(DEV) ## write docs/scaling.md: which limit is met first when tickets become many, from what `make load` measured
	@exec $(PY) -m local scale --write

model: $(DEV) $(MODELS) ## train, export and calibrate the model again, then evaluate it (BUNDLE=classic: export hub models)
ifeq ($(BUNDLE),classic)
	.venv-models/bin/python -m models.export --bundle classic $(ARGS)
else
	.venv-models/bin/python -m models.train
	.venv-models/bin/python -m models.export
	.venv-models/bin/python -m models.calibrate
	.venv-models/bin/python -m models.evaluate
endif

eval: $(MODELS) ## evaluate the committed model against its baselines; writes manifest and model card
	.venv-models/bin/python -m models.evaluate $(ARGS)

card: $(MODELS) ## measure languages, own categories, segments and our tickets by the committed model; writes the model card
	.venv-models/bin/python -m models.language
	.venv-models/bin/python -m models.categories_eval
	.venv-models/bin/python -m models.segments_eval
	.venv-models/bin/python -m models.data_report

audit: $(DEV) $(SAM) $(MODELS) $(AUDIT) ## known vulnerabilities, licences, security rules, bills of materials (Error 3: something could not be looked at)
	@exec $(PY) -m local audit $(ARGS)

lock: $(UV) ## renew every lock but the model's (its versions are a set that was measured together)
	cd requirements && $(call compile,dev.in --upgrade -o dev.txt)
	cd requirements && $(call compile,runtime.in -c dev.txt -o runtime.txt)
	cd requirements && $(call compile,layer.in -c dev.txt -o ../layers/core/requirements.txt)
	cd requirements && $(call compile,sam.in --upgrade -o sam.txt)
	cd requirements && $(call compile,pip.in --upgrade -o pip.txt)
	cd requirements && $(call compile,audit.in --upgrade -o audit.txt)

doctor: $(DEV) ## say what is missing on this machine, and how to get it (ARGS=build or ARGS=deploy: and for that)
	@exec $(PY) -m local doctor $(ARGS)

build: $(DEV) $(SAM) ## build zips, layer and worker image with the SAM CLI (needs python3.13 and Docker: make doctor)
	@folder=$$($(PY) -m local.python313) && export PATH="$$folder:$$PATH" && exec .venv-sam/bin/sam build $(ARGS)

deploy: $(DEV) $(SAM) ## build and deploy to AWS (ENV=dev or ENV=prod, see samconfig.toml), then say what to do next
	@exec $(PY) -m local deploy $(call environment) $(ARGS)

delete: $(DEV) $(SAM) ## delete a deployment and what CloudFormation keeps of it (ENV=dev or ENV=prod); asks first
	@exec $(PY) -m local delete $(call environment) $(ARGS)

environment = $(or $(ENV),$(error Which environment? make $(MAKECMDGOALS) ENV=dev))

clean: ## remove environments, caches and the local stack's data
	rm -rf .venv .venv-sam .venv-models .venv-lock .venv-audit .audit .local .aws-sam .container dashboard/node_modules dashboard/dist
	rm -rf dashboard/e2e/node_modules dashboard/e2e/artifacts
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

compile = UV_CUSTOM_COMPILE_COMMAND="make lock" ../.venv-lock/bin/$(COMPILE) $(1)

# $(call install,folder,lock,first): an environment with what the lock names, in which ticketrouter can be imported.
# A dot for each package. What pip has to say goes to setup.log, and is shown if it fails.
define install
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(1) from $(2): $$(grep -c == $(2)) packages, a minute or two, once."
	@$(PYTHON) -m venv --clear $(1)
	@for site in $(1)/lib/python3*/site-packages; do echo ../../../../layers/core > $$site/ticketrouter.pth; done
	@$(1)/bin/python $(INSTALL) --quiet -r requirements/pip.txt 2> $(1)/setup.log || { cat $(1)/setup.log; exit 1; }
	@{ $(3) $(1)/bin/python $(INSTALL) -r $(2); } 2> $(1)/setup.log | $(DOTS) || { cat $(1)/setup.log; exit 1; }
	@$(1)/bin/python -m compileall -q -j 0 $(1)/lib > $(1)/setup.log || true
	@touch $@
endef
DOTS := while read -r word rest; do case "$$word $$rest" in \
	Collecting* | Processing*) printf . ;; Installing*) printf ' installing' ;; "Successfully installed"*) echo ', done' ;; esac; done

$(DEV):
	$(call install,.venv,requirements/dev.txt)

$(SAM):
	$(call install,.venv-sam,requirements/sam.txt)

$(AUDIT):
	$(call install,.venv-audit,requirements/audit.txt)

# torch is not in the lock: its files differ by platform, and by CPU and GPU build.
$(MODELS):
	$(call install,.venv-models,requirements/models.txt,$(TORCH))
TORCH := .venv-models/bin/python -m pip install --disable-pip-version-check torch==2.13.0;

# What npm has to say is shown if it fails.
npm = said=$$(cd dashboard && npm $(1) 2>&1) || { echo "$$said"; echo "npm $(1): failed in dashboard/"; exit 1; }

$(NODE):
	@command -v npm > /dev/null || { echo "No dashboard: it needs Node.js 20.19 or newer with npm."; exit 1; }
	@echo "Setting up dashboard/node_modules from its lock, half a minute, once."
	@$(call npm,ci)
	@touch $@

# Playwright and Lighthouse: much that only these tests need. The browser is the system's.
$(BROWSER): $(NODE)
	@echo "Setting up dashboard/e2e/node_modules from its lock, half a minute, once."
	@$(call npm,ci --prefix e2e)
	@touch $@

$(SITE): $(NODE)
	@echo "Building the dashboard."
	@$(call npm,run --silent build)
	@touch $@

$(UV):
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv
