# The portal's own commands; `make help` lists them. Works with make 3.81 and the tools of macOS and Debian.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
MANAGE := $(PY) manage.py

# What a shell may hold for other projects must not reach this one.
unexport DJANGO_SETTINGS_MODULE PYTHONPATH PYTHONHOME PYTHONSAFEPATH PYTHONSTARTUP PYTHONWARNINGS VIRTUAL_ENV
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_REQUIRE_HASHES PIP_NO_DEPS PYTEST_ADDOPTS PYTEST_PLUGINS

.NOTPARALLEL:
.PHONY: help run seed clean environment environment-dev
.PHONY: test test-all test-sqlite test-postgres test-browser test-long chromium
.PHONY: lint types check requirements vendor bench-planner

help: ## list what there is
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

##@ Use it (PORT=8001, DATABASE_URL=..., SEED=0: see .env.example)

run: environment ## serve the portal; the first run sets everything up
	@$(MANAGE) dotenv
	@echo "Database ..." && $(MANAGE) migrate --verbosity 0
	@$(call collect)
	@$(MANAGE) seed --if-fresh
	@exec $(MANAGE) serve

seed: environment ## load the reference team into the database
	@$(MANAGE) dotenv && $(MANAGE) migrate --verbosity 0 && $(MANAGE) seed

clean: ## remove what can be made again (never .env, never the database)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results var/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Test it

test: lint types check test-sqlite test-postgres test-browser ## everything a change must pass

test-all: test test-long ## and what takes longer: long random tests, every page by width and theme

test-sqlite: environment-dev
	@$(call collect)
	@echo "== on SQLite" && TEST_DATABASE_URL= $(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not long"

test-postgres: environment-dev
	@echo "== on PostgreSQL, what can differ there" && $(PY) -m tests.postgres -n 2 --dist loadfile \
		-m "database and not browser and not long" -k "$(DIFFERS)"

test-browser: environment-dev chromium
	@$(call collect)
	@echo "== in Chromium" && TEST_DATABASE_URL= $(PYTEST) tests/browser -m "not pages and not long"

test-long: environment-dev chromium
	@echo "== on PostgreSQL, all that touches the database" && $(PY) -m tests.postgres -n 2 --dist loadfile -m "database and not browser"
	@echo "== long" && TEST_DATABASE_URL= $(PYTEST) -n 2 --dist loadfile -m "not browser" --hypothesis-profile=long
	@TEST_DATABASE_URL= $(PYTEST) tests/browser -m "pages or long"

bench-planner: environment-dev ## the planner on companies of three sizes; ONLY="20x25x26 shared" picks one
	@$(PY) -m tests.bench.planner $(if $(ONLY),--only "$(ONLY)")

lint: environment-dev ## style of code and templates
	@echo "== lint" && .venv/bin/ruff check --quiet . && .venv/bin/ruff format --check --quiet .
	@.venv/bin/djlint templates --lint --quiet

types: environment-dev ## types of the domain code
	@echo "== types" && .venv/bin/mypy

check: environment-dev ## migrations, vendored files, and production settings
	@echo "== checks" && $(PRODUCTION) $(MANAGE) makemigrations --check --dry-run --verbosity 0
	@$(PRODUCTION) $(MANAGE) vendor_assets --check
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

PYTEST := $(PY) -m pytest --quiet
# Where two databases can differ: on PostgreSQL the rest waits for `make test-all`.
DIFFERS := publish or swap or test_time_off.py or due or pager or lock or migration or agreement or overrides or covers
# An example of what production needs; `check --deploy` is clean with it.
PRODUCTION := env SECRET_KEY=$(shell printf 'an-example-of-a-long-key-%.0s' 1 2 3) DEBUG=off \
	PUBLIC_URL=https://oncall.example.org ALLOWED_HOSTS=oncall.example.org DATABASE_URL=sqlite://:memory: \
	EMAIL_URL=smtp+tls://portal:secret@mail.example.org:587 EMAIL_FROM=oncall@example.org TRUSTED_PROXIES=1

##@ Look after it

requirements: environment-dev ## pin and hash requirements*.in anew
	@for name in requirements requirements-dev; do .venv/bin/uv pip compile --quiet --python-version 3.11 --universal \
		--generate-hashes --no-emit-index-url --no-header $$name.in -o $$name.txt; done

vendor: environment-dev ## fetch the front-end files of others anew
	@$(MANAGE) vendor_assets

##@ The environment, made by the targets above

environment: ## .venv with what the portal runs on
	@$(call make-venv) && $(call install,requirements.txt,installed.txt)

environment-dev: ## .venv with what tests and checks need too
	@$(call make-venv) && $(call install,requirements-dev.txt,installed-dev.txt)

# A Python of at least 3.11, first of all one that can make environments. Debian keeps that ability in a package.
define make-venv
if ! $(call has,$(PY),pip); then \
  for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
    $(call has,$$python,ensurepip) && found=$$python && break; \
    $(call has,$$python,sys) && bare=$${bare:-$$python}; \
  done; \
  if [ -z "$$found$$bare" ]; then \
    echo "Python 3.11 or later is needed; PYTHON=/path/to/python3 names one." >&2; exit 1; \
  elif [ -z "$$found" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    echo "Installing python3-venv ..."; $(APT) python3-venv || exit 1; \
  elif [ -z "$$found" ]; then \
    echo "$$bare can't make environments; first: sudo apt-get install python3-venv" >&2; exit 1; \
  fi; \
  python=$${found:-$$bare}; echo "Making .venv with $$($$python --version) ..."; \
  $$python -m venv --clear .venv || exit 1; \
fi
endef
has = $(1) -c "import sys, $(2); sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1
APT := export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && apt-get install -qq -y --no-install-recommends >/dev/null

# The copy in .venv is made last: while it differs or is missing, something is still to be installed.
define install
if ! cmp -s $(1) .venv/$(2); then \
  echo "Installing $(1) (once, takes a minute) ..."; \
  $(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r $(1) && cp $(1) .venv/$(2); \
fi
endef

# Compressing takes seconds: only when a file changed since the list of them was written.
define collect
if [ -n "$$(find static .venv/installed*.txt -newer var/static/staticfiles.json 2>&1 | head -n 1)" ]; then \
  $(MANAGE) collectstatic --no-input --verbosity 0; \
fi
endef

# An installed Chromium or Chrome, else Debian's, else Playwright's own.
chromium: environment-dev
	@if ! $(PY) -m tests.browser.chromium >/dev/null; then \
	  echo "Installing Chromium ..."; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then $(APT) chromium fonts-liberation; \
	  else $(PY) -m playwright install chromium; fi; \
	  $(PY) -m tests.browser.chromium >/dev/null || \
	    { echo "The browser tests need Chromium or Chrome; install one, or set CHROMIUM to its path." >&2; exit 1; }; \
	fi
