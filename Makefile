# Shanshui 山水: `make help` lists what can be made. Every target does its own set-up; only `install` touches the QGIS profile.
SHELL := /bin/bash
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help test setup check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## QGIS from the distribution where there is none, and a .venv that sees it
	@.ci/setup run test oracle check

test: setup ## every test, offscreen
	@.ci/test

.PHONY: demo
demo: ## the main job on the sample county and on a real survey: maps, project, tables in build/demo (LANGUAGE=zh for a Chinese summary)
	@.ci/setup run
	@mkdir -p build/profile && QT_QPA_PLATFORM=offscreen QGIS_CUSTOM_CONFIG_PATH="$(CURDIR)/build/profile" $(PYTHON) .ci/demo.py

.PHONY: test-matrix
test-matrix: ## the same tests on QGIS 3.22 and 3.44, in chroots (root; VERSIONS="3.44" for one)
	@.ci/matrix $(VERSIONS)

.PHONY: golden
golden: setup ## record tests/golden anew and show what changes (check it by hand before committing)
	@SHANSHUI_RECORD=1 .ci/test -q -s tests/test_goldens.py

.PHONY: models
models: setup ## write resources/models from .ci/models.py
	@mkdir -p build/profile && QT_QPA_PLATFORM=offscreen QGIS_CUSTOM_CONFIG_PATH="$(CURDIR)/build/profile" $(PYTHON) .ci/models.py

check: setup ## ruff, mypy (strict on plugin/core), the stairs between the rooms
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy plugin/core
	@.ci/test -q tests/test_architecture.py

.PHONY: templates
templates: setup ## write the Word templates of resources/templates from .ci/templates
	@$(PYTHON) .ci/templates.py

.PHONY: package install
package: ## dist/shanshui-<version>.zip, judged as the plugin repository does and tried in a fresh profile
	@.ci/setup run test oracle check package
	@$(PYTHON) .ci/package.py

install: package ## the zip into your QGIS profile (PROFILE=name for another than the default)
	@$(PYTHON) .ci/install.py "$(PROFILE)"

.PHONY: strings window
strings: setup ## gather the interface's words for translation and build i18n/*.qm
	@$(PYTHON) .ci/strings.py
	@$(PYTHON) .ci/strings.py --qm

window: setup ## QGIS's window in both languages under Xvfb: toolbox, options, PROJECT=…; pictures in build/window
	@.ci/window $(PROJECT)

.PHONY: bench
bench: setup ## speed beside QGIS native and geopandas: table and build/bench.json (QUICK=1; ROUNDS=1; PATIENCE=seconds; COUNTY=file.gpkg; ONLY=checks)
	@mkdir -p build/profile && $(PYTHON) tests/bench/bench.py $(if $(QUICK),--quick) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(PATIENCE),--patience $(PATIENCE)) $(if $(ONLY),--only $(ONLY)) $(foreach one,$(COUNTY),--county $(one))

clean: ## what was built (the .venv stays)
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
