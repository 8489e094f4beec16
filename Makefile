# make dashboard   everything on a fresh machine: environment, database, bundled figures, page
# make test        everything that must hold
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: dashboard test lint refresh schedule format lock benchmarks screenshots docs messages clean

dashboard: $(VENV)/run.stamp
	$(BIN)/streamlit run app.py

refresh: $(VENV)/run.stamp
	$(BIN)/python -m monitor refresh

schedule: $(VENV)/run.stamp
	$(BIN)/python -m monitor schedule

test: $(VENV)/dev.stamp system lint
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Chromium and PostgreSQL for the suites that need them: Debian's packages as root, else it says how.
.PHONY: system
system:
	@sh tests/system.sh

benchmarks: $(VENV)/dev.stamp system
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/dev.stamp system
	$(BIN)/python docs/screenshots.py

# docs/sources.md from what the sources say of themselves.
docs: $(VENV)/run.stamp
	$(BIN)/python -m monitor sources --markdown > docs/sources.md

messages: $(VENV)/dev.stamp
	$(BIN)/pybabel extract -q --project "Refugee Flow Monitor" --no-location -k _ -k marked -o monitor/locale/monitor.pot monitor app.py

lock:
	uv pip compile -q --universal --python-version 3.11 --no-annotate requirements-dev.txt -o requirements.lock

$(VENV)/pip.stamp:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt requirements.lock | $(VENV)/pip.stamp
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt -c requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt requirements.lock | $(VENV)/pip.stamp
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt -c requirements.lock
	@touch $(VENV)/run.stamp $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
