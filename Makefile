# A newcomer needs two of these: `make book` and `make test`. Python (3.11 to 3.13 are tested), make and git are enough.
PYTHON ?= python3
SIZES ?= 1 10 100
RUNS ?= 3
N ?= 1000
SEED ?= 0
BIN := .venv/bin
UV := $(BIN)/uv
BUILT := _build/built
unexport PYTHONDONTWRITEBYTECODE  # where it is set, every kernel compiles all that it imports anew
# what a page of the book may depend on; `make test` builds the book anew where one of them is newer than the last build
SOURCES = $(shell find book data notebooks src _config.yml _toc.yml -type f -not -name '*.pyc' -not -name '* *' -not -path '*/.*')

.PHONY: help install book english messages serve runtime measure lab test fuzz bench lint format types links shares pdf epub offline wheel student assignments handouts sources numbers publish lock clean

help:
	@echo "make book               build the whole book, say which file to open"
	@echo "make english            build the English sample beside the book, _build/html/en"
	@echo "make messages           update the catalogues of what figures, pages and scripts say; lists what has no English"
	@echo "make test               run the tests; builds the book first where it is older than its sources"
	@echo "make fuzz N=1000        damage the documents by seed; what comes out must be refused, marked or right"
	@echo "make bench              compare with other tools; a shorter run: make bench SIZES=\"1 10\""
	@echo "make lab                open working copies of the notebooks in JupyterLab"
	@echo "make serve              serve the built book on this machine"
	@echo "make runtime            fetch a verified copy of the Python for browsers: make serve then runs pages offline"
	@echo "make measure            run every notebook page in Chromium, write book/run/results.csv (an hour)"
	@echo "make sources FROM=DIR   attach the original documents found in DIR"
	@echo "make numbers            write the computed numbers into the prose of the notebooks"
	@echo "make publish            regenerate data/published (needs the originals)"
	@echo "make lint               ruff on the package, the tests, the benchmarks and the notebooks"
	@echo "make format             write the code as ruff formats it"
	@echo "make types              mypy on the package"
	@echo "make links              every link inside the built book leads somewhere"
	@echo "make shares             what the book is made of: prose by kind, exercises, page heights"
	@echo "make pdf                the book as PDF, to print (needs Chromium); make epub: for reading programs"
	@echo "make offline            the whole site as one zip, for classes without network"
	@echo "make student            a zip for students: the notebooks without solutions, the package, how to begin"
	@echo "make assignments        assignments for nbgrader, in an environment of its own: to release, with solutions, settings"
	@echo "make handouts           both of them, tried: installed from the zip, released, submitted, graded"
	@echo "make wheel              wheel and sdist into dist/; the wheel is tried in a clean environment"
	@echo "make lock               resolve requirements.lock anew"
	@echo "make install            only what the book needs, into .venv"
	@echo "make clean              remove what was built: _build, dist"

# One lock, installed in parts: what the book needs, and on top of it what `make test`, `make lab`, `make bench` need.
# Every version and checksum comes from the lock; a package that is not in it stops the install.
define add
$(UV) pip install --quiet --require-hashes --python $(BIN)/python --constraints requirements.lock \
  --requirements pyproject.toml $(addprefix --extra ,$(1))
endef

install: .venv/ready-book

# Reinstalled only when the lock or the project file is newer than the last install.
.venv/ready-book: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("zhagen needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(call add,book build)
	$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	$(BIN)/python -W ignore -c 'import jieba.posseg'  # compiled once here: its first import prints warnings
	@touch $@

.venv/ready-%: .venv/ready-book
	$(call add,$*)
	@touch $@

book: .venv/ready-book
	@rm -f $(BUILT)
	@$(BIN)/python book/build.py
	@touch $(BUILT)

$(BUILT): .venv/ready-book $(SOURCES)
	@$(MAKE) --no-print-directory book

english: $(BUILT)
	@$(BIN)/python book/english.py

messages: .venv/ready-book
	@$(BIN)/python book/catalogues.py

serve: $(BUILT)
	@$(BIN)/python book/run/serve.py 8000

runtime: .venv/ready-book
	@$(BIN)/python book/run/fetch.py

measure: .venv/ready-test runtime $(BUILT)
	@$(BIN)/python book/run/measure.py $(PAGES)

lab: .venv/ready-lab $(BUILT)
	@$(BIN)/python book/lab.py

test: .venv/ready-test .venv/ready-lab $(BUILT)
	$(BIN)/python -m pytest -n auto $(ARGS)

fuzz: .venv/ready-test
	@PYTHONPATH=src:tests $(BIN)/python -m fuzzing --number $(N) --seed $(SEED)

bench: .venv/ready-bench
	@$(BIN)/python benchmarks/run.py --sizes $(SIZES) --runs $(RUNS)

lint: .venv/ready-test
	$(BIN)/ruff check src tests benchmarks book notebooks
	$(BIN)/ruff format --check src tests benchmarks book

format: .venv/ready-test
	$(BIN)/ruff check --fix src tests benchmarks book
	$(BIN)/ruff format src tests benchmarks book

types: .venv/ready-test
	$(BIN)/mypy

links: $(BUILT)
	@$(BIN)/python book/links.py

shares: .venv/ready-test $(BUILT)
	@$(BIN)/python book/shares.py --heights

# two fonts that no locked package has: a bold face and one for formulas, unpacked from wheels with checksums
.fonts/ready: book/printing/fonts.lock .venv/ready-book
	$(UV) pip install --quiet --require-hashes --no-deps --target .fonts --python $(BIN)/python --requirements $<
	@touch $@

pdf: .venv/ready-print .fonts/ready $(BUILT)
	@PYTHONPATH=book $(BIN)/python -m printing.paper

epub: .venv/ready-print .fonts/ready $(BUILT)
	@PYTHONPATH=book $(BIN)/python -m printing.epub

offline: $(BUILT)
	@PYTHONPATH=book $(BIN)/python -m printing.offers

wheel: .venv/ready-test
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist
	$(BIN)/python -m pytest -m wheel tests/test_wheel.py

student: $(BUILT)
	@$(BIN)/python book/student.py

# an environment of its own: nbgrader brings fifty packages that neither the book nor its tests need
.venv-nbgrader/ready: requirements-nbgrader.lock .venv/ready-book
	$(PYTHON) -m venv .venv-nbgrader
	$(UV) pip install --quiet --require-hashes --python .venv-nbgrader/bin/python --requirements requirements-nbgrader.lock
	@touch $@

assignments: .venv-nbgrader/ready $(BUILT)
	@$(UV) pip install --quiet --no-deps --reinstall --python .venv-nbgrader/bin/python _build/html/wheel/*.whl
	@$(BIN)/python book/assignments.py .venv-nbgrader/bin/nbgrader

handouts: .venv/ready-test student assignments
	$(BIN)/python -m pytest -m wheel tests/test_student.py tests/test_assignments.py

sources: .venv/ready-book
	@test -n "$(FROM)" || { echo "say where the originals are: make sources FROM=DIR"; exit 2; }
	@$(BIN)/zhagen attach "$(FROM)"

numbers: .venv/ready-book
	@$(BIN)/python book/prose.py --write $(NOTEBOOKS)

publish: .venv/ready-book
	@$(BIN)/zhagen publish

lock: .venv/ready-book
	$(UV) pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --quiet --output-file requirements.lock --upgrade
	$(UV) pip compile requirements-nbgrader.in pyproject.toml --extra figures --constraints requirements.lock --universal \
	  --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet --output-file requirements-nbgrader.lock

clean:
	rm -rf _build dist
