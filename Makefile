# What a developer of nfv.mano types. `make help` lists it; the work is in .ci/ where it is more than a line or two.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Override on the command line: make test PYTHON=/opt/python/bin/python3.11 SANDBOX_HOME=/var/tmp/cloud
PYTHON ?= python3.11
PYTHON_NEWEST ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.12*/bin/python3.12) python3.12)
SANDBOX_HOME ?= $(HOME)/.cache/nfv-mano-sandbox
PYTEST_ARGS ?=
SANDBOX_ARGS ?=
FAULTS_ARGS ?=
HARD_PORT_BASE ?= 26100

VENV := $(CURDIR)/.venv
NEWEST := $(CURDIR)/.venv-newest
READY := $(VENV)/.ready
COLLECTION := $(VENV)/collections/ansible_collections/nfv/mano
VERSION := $(shell sed -n 's/^version: //p' galaxy.yml)
TARBALL := build/nfv-mano-$(VERSION).tar.gz

# Everything that Ansible writes stays inside the checkout.
export PATH := $(VENV)/bin:$(PATH)
export ANSIBLE_HOME := $(VENV)/ansible
export ANSIBLE_REMOTE_TEMP := $(VENV)/ansible/tmp
export ANSIBLE_COLLECTIONS_PATH := $(VENV)/collections
export ANSIBLE_CONFIG := $(CURDIR)/.ci/ansible.cfg
export NFV_SANDBOX_HOME := $(SANDBOX_HOME)
export OS_CLIENT_CONFIG_FILE := $(SANDBOX_HOME)/clouds.yaml
# A certificate authority of one's own is in the system's store only, which uv looks at when it is told to.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= 1
endif
# A container's own layer is refused as a place of records: in a plain container the tests keep theirs in memory.
ifeq ($(shell stat -f -c %T $(or $(TMPDIR),/tmp)),overlayfs)
export TMPDIR := /dev/shm
export MOLECULE_EPHEMERAL_DIRECTORY := /dev/shm/nfv-mano-molecule
endif
# Linters and molecule leave copies and caches in the home folder: they get one of their own.
TOOLS := $(VENV)/home
TOOL = HOME=$(TOOLS) ANSIBLE_HOME=$(TOOLS)/.ansible
SANDBOX_UP := $(if $(wildcard playbooks/sandbox.yml),sandbox-up)
# ansible-lint and molecule install a copy of the collection there, once, and would judge that one ever after.
FRESH = rm -rf $(TOOLS)/.ansible/collections
PYTEST := python -m pytest $(PYTEST_ARGS)
SANDBOX := ansible-playbook nfv.mano.sandbox -e nfv_sandbox_home=$(SANDBOX_HOME) $(SANDBOX_ARGS)

.PHONY: help
help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

.PHONY: venv
venv: $(READY)  ## the virtual environment .venv with everything pinned in requirements/dev.txt

$(READY): requirements/dev.txt .ci/venv
	@.ci/venv $(PYTHON) $(VENV) requirements/dev.txt
	@touch $@

$(NEWEST)/.ready: requirements/newest.txt .ci/venv
	@.ci/venv $(PYTHON_NEWEST) $(NEWEST) requirements/newest.txt
	@touch $@

.PHONY: lock
lock: $(READY)  ## resolve requirements/*.in to their lock files again
	uv pip compile -q -U --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    -o requirements/dev.txt requirements/dev.in
	uv pip compile -q -U --python-version 3.12 --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    -o requirements/newest.txt requirements/newest.in

.PHONY: demo
demo: sandbox-up  ## set up everything, then show the example service's life in the sandbox cloud
	@.ci/demo

.PHONY: sandbox-up sandbox-down sandbox-reset
sandbox-up: $(READY)  ## start the sandbox cloud (SANDBOX_HOME), installing it the first time
	@$(SANDBOX) -e nfv_sandbox_state=started
sandbox-down: $(READY)  ## stop the sandbox cloud, keeping what is in it
	@$(SANDBOX) -e nfv_sandbox_state=stopped
sandbox-reset: $(READY)  ## the sandbox cloud as it was when new
	@$(SANDBOX) -e nfv_sandbox_state=reset

.PHONY: test
test: $(READY) $(SANDBOX_UP)  ## every check: unit, lint, sanity, docs, build, molecule, integration
	@$(PYTEST) -n 2 -m 'not slow'

.PHONY: test-all
test-all: $(READY) sandbox-up  ## `test` with the slow tests, the newest ansible-core, and the benchmarks
	@$(MAKE) bench
	@$(PYTEST)

.PHONY: unit
unit: $(READY)  ## tests of pure logic, no network
	@$(PYTEST) tests/unit

.PHONY: integration
integration: $(READY) sandbox-up  ## roles and playbooks against the sandbox cloud
	@$(PYTEST) -m 'not slow' tests/integration

# The second sandbox stands beside the first, at ports of its own.
HARD_HOME := $(SANDBOX_HOME)-hard
HARD := ansible-playbook nfv.mano.sandbox -e nfv_sandbox_home=$(HARD_HOME) -e nfv_sandbox_hard=true \
    -e nfv_sandbox_port_base=$(HARD_PORT_BASE)
# What the hard mode makes difficult: tags that are lost, lists in pages, detaching that takes its time.
HARD_TESTS ?= $(addprefix tests/integration/mano/test_,life.py drift.py foreign.py crashes.py heal.py in_place.py volumes.py)
.PHONY: hard
hard: $(READY)  ## the tests that need a sandbox in hard mode, and the product's on it, in a second sandbox
	@$(HARD) -e nfv_sandbox_state=started
	@OS_CLIENT_CONFIG_FILE=$(HARD_HOME)/clouds.yaml $(PYTEST) -m 'not slow or hard' $(HARD_TESTS) \
	    tests/integration/sandbox/test_faults.py || { $(HARD) -e nfv_sandbox_state=stopped; exit 1; }
	@$(HARD) -e nfv_sandbox_state=stopped

.PHONY: lint
lint: $(READY)  ## ruff, yamllint and ansible-lint (profile production)
	@$(FRESH); failed=; \
	    ruff check || failed+=' ruff'; \
	    yamllint --strict . || failed+=' yamllint'; \
	    (cd $(COLLECTION) && $(TOOL) ansible-lint --strict) || failed+=' ansible-lint'; \
	    if [ -n "$$failed" ]; then echo "not clean:$$failed" >&2; exit 1; fi

.PHONY: types
types: $(READY)  ## mypy over plugins
	cd $(VENV)/collections && MYPYPATH=. mypy --config-file $(CURDIR)/pyproject.toml \
	    --cache-dir $(CURDIR)/.mypy_cache -p ansible_collections.nfv.mano.plugins

.PHONY: sanity
sanity: $(READY)  ## ansible-test sanity, on a copy
	@.ci/sanity $(VENV)

.PHONY: docs
docs: $(READY) docs-check  ## make the generated pages again, and check the documentation
	PYTHONPATH=$(VENV)/collections python tests/tools/generate_reference.py
	PYTHONPATH=$(VENV)/collections python tests/tools/generate_sol006.py
	PYTHONPATH=$(VENV)/collections python tests/tools/generate_openapi.py

.PHONY: docs-check
docs-check: $(READY)
	cd $(COLLECTION) && $(TOOL) antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self \
	    --disallow-unknown-collection-refs .
	antsibull-changelog lint

.PHONY: build
build: $(READY)  ## the collection's tarball in build/, installed once to prove it
	@.ci/build $(TARBALL)

.PHONY: importer
importer: build  ## what Galaxy would say of the tarball (galaxy-importer)
	@$(FRESH)
	@$(TOOL) .ci/importer $(TARBALL)

.PHONY: molecule
# It runs beside the linters.
molecule: TOOLS := $(VENV)/home-molecule
molecule: $(READY) sandbox-up  ## the molecule scenarios, against the sandbox cloud
	@mkdir -p build && rm -f build/molecule-verified*.json && $(FRESH)
	cd $(COLLECTION) && $(TOOL) molecule test --all
	@test -s build/molecule-verified.json -a -s build/molecule-verified-day2.json -a \
	    -s build/molecule-verified-error_handling.json || \
	    { echo 'molecule passed without running its verify plays' >&2; exit 1; }

.PHONY: newest
newest: $(READY) $(NEWEST)/.ready  ## sanity and unit tests with the newest ansible-core on Python 3.12
	@.ci/sanity $(NEWEST)
	@$(NEWEST)/bin/python -m pytest $(PYTEST_ARGS) -o cache_dir=build/pytest-newest \
	    -o pythonpath=.venv-newest/collections tests/unit

.PHONY: has-newest
has-newest:
	@$(PYTHON_NEWEST) -c 'import sys; sys.exit(sys.version_info < (3, 12))'

.PHONY: bench
bench: $(READY) sandbox-up  ## measure against the budgets (tests/bench)
	@for script in tests/bench/bench_*.py; do python "$$script"; done

.PHONY: faults
faults: $(READY) sandbox-up  ## kill each operation at each entry of its journal (hours; FAULTS_ARGS); docs/faults.md
	PYTHONPATH=$(VENV)/collections python tests/faults/table.py $(FAULTS_ARGS)

.PHONY: clean
clean:  ## remove what was built and the virtual environments (the sandbox cloud stays: make sandbox-down)
	rm -rf build .venv .venv-newest .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis collections
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
