# The one definition of clean. `make demo` and `make test` each need nothing but git, make and Python 3.11-3.13.
find   = $(firstword $(foreach one,$(1),$(shell $(one) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) and print("$(one)")' 2>/dev/null)))
ifeq ($(origin PYTHON),undefined)
PYTHON := $(or $(call find,python3 python3.13 python3.12 python3.11),python3)
endif
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
HEADERS := $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)
BIN     := .venv/bin
READY   := .venv/ready-$(VERSION)
# uv trusts the certificates of the system where it has some, as pip does.
CERTIFICATES := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)
INSTALL  = $(BIN)/uv pip install --quiet $(CERTIFICATES) --link-mode copy --compile-bytecode --python $(BIN)/python --constraint constraints.txt --build-constraint constraints.txt

# durable-rules calls a function that Python 3.13 no longer has; harmless before it.
export CPPFLAGS += -DPyEval_CallObject=PyObject_CallObject
# What must be there, as package:file. Whoever may install gets the database server and a software token as well; without them their tests are skipped.
LIBRARIES := libpango-1.0-0:libpango-1.0.so.0 libpangoft2-1.0-0:libpangoft2-1.0.so.0 libharfbuzz-subset0:libharfbuzz-subset.so.0
TOOLS     := poppler-utils:pdftotext qpdf:qpdf

.DELETE_ON_ERROR:
.PHONY: all format lint types contracts references test docs demo fix setup system system-for-tests clean

all: format lint types contracts references test

format: setup
	$(BIN)/ruff format --check --quiet
lint: setup
	$(BIN)/ruff check --quiet
types: setup
	$(BIN)/mypy
	$(BIN)/mypy conftest.py
contracts: setup
	$(BIN)/lint-imports --no-logo
test: setup system-for-tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile
references: setup
	$(BIN)/python -m docs.generator --check
docs: setup system-for-tests
	$(BIN)/python -m docs.generator
	$(BIN)/python docs/pictures/draw.py
demo: setup
	$(BIN)/sdflow demo
fix: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
clean:
	rm -rf .venv build dist .*_cache .hypothesis

setup: $(READY)
$(READY): pyproject.toml constraints.txt Makefile | system
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(INSTALL) --editable '.[dev,engine]'
	@$(BIN)/python -c 'import durable_rules_engine' 2>/dev/null || $(INSTALL) --no-cache --reinstall-package durable-rules durable-rules
	$(BIN)/python -c 'import durable_rules_engine, weasyprint'
	touch $@

# A shell function that installs the packages in $$missing, or says how to.
define supply
supply() { [ -z "$$*" ] && return; \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" >/dev/null; \
  else echo "sdflow needs system packages that are not there; run: sudo apt-get install $$*" >&2; return 1; fi; }
endef

system:
	@case "$(VERSION)" in 3.11|3.12|3.13) ;; *) \
	  echo "sdflow needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is $(or $(VERSION),missing); name another: make PYTHON=/path/to/python3.12" >&2; exit 1;; esac
	@$(supply); set --; \
	echo '#include <Python.h>' | cc -E -I'$(HEADERS)' - >/dev/null 2>&1 || set -- gcc libc6-dev python$(VERSION)-dev; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || set -- "$$@" python$(VERSION)-venv; \
	for one in $(LIBRARIES); do /sbin/ldconfig -p | grep -q "$${one#*:}" || set -- "$$@" "$${one%:*}"; done; \
	supply "$$@"
system-for-tests: system
	@$(supply); set --; \
	for one in $(TOOLS); do command -v "$${one#*:}" >/dev/null || set -- "$$@" "$${one%:*}"; done; \
	supply "$$@"
	@$(supply); [ "$$(id -u)" != 0 ] || command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || supply postgresql || echo "no PostgreSQL server could be installed; its tests are skipped" >&2
	@$(supply); [ "$$(id -u)" != 0 ] || command -v softhsm2-util >/dev/null \
	  || supply softhsm2 || echo "no SoftHSM could be installed; the tests of tokens are skipped" >&2
