# A newcomer needs two of these: `make book` and `make test`. Python >= 3.11, make and git are enough.
PYTHON ?= python3
SIZES ?= 1 10 100
RUNS ?= 3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help install book serve lab test bench lint sources publish lock clean

help:
	@echo "make book               build the whole book, say which file to open"
	@echo "make test               run the tests"
	@echo "make bench              compare with other tools; a shorter run: make bench SIZES=\"1 10\""
	@echo "make lab                open the notebooks in JupyterLab"
	@echo "make serve              serve the built book on this machine"
	@echo "make sources FROM=DIR   attach the original documents found in DIR"
	@echo "make publish            regenerate data/published (needs the originals)"
	@echo "make lint               ruff on the package, the tests, the benchmarks and the notebooks"
	@echo "make lock               resolve requirements.lock anew"

install: $(READY)

# Reinstalled only when the lock or the project file is newer than the last install.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("zhagen needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	$(BIN)/python -W ignore -c 'import jieba.posseg'  # compiled once here: its first import prints warnings
	@touch $@

book: $(READY)
	@$(BIN)/python book/build.py

serve: $(READY)
	@test -f _build/html/index.html || $(MAKE) book
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

lab: $(READY)
	$(BIN)/jupyter lab notebooks

test: $(READY)
	$(BIN)/python -m pytest -n auto

bench: $(READY)
	@$(BIN)/python benchmarks/run.py --sizes $(SIZES) --runs $(RUNS)

lint: $(READY)
	$(BIN)/ruff check src tests benchmarks book notebooks
	$(BIN)/ruff format --check src tests benchmarks book

sources: $(READY)
	@test -n "$(FROM)" || { echo "say where the originals are: make sources FROM=DIR"; exit 2; }
	@$(BIN)/zhagen attach "$(FROM)"

publish: $(READY)
	@$(BIN)/zhagen publish

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --quiet --output-file requirements.lock --upgrade

clean:
	rm -rf _build
