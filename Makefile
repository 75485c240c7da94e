# Every target sets up what it needs in .venv first. `make` alone lists the targets.
#
#   make test PYTHON=python3.12      another Python (3.11 to 3.13), when .venv is made
#   make book PIP_FLAGS='...'        more flags for pip, while .venv is made

PYTHON    ?= python3
PIP_FLAGS ?=

ifeq ($(OS),Windows_NT)
VENV_PYTHON := .venv/Scripts/python.exe
else
VENV_PYTHON := .venv/bin/python
endif
# Paths stay relative to this folder, so that a folder with spaces in its name does no harm.
SET_UP       := .venv/set-up.stamp
SET_UP_BENCH := .venv/set-up-bench.stamp
SET_UP_MUTANTS := .venv/set-up-mutants.stamp

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book pdf epub serve test lint test-code test-notebooks test-book lab notebooks bench soak mutants lock clean

help:  ## List the targets
	@echo "make TARGET, one of:"
	@sed -n 's/^\([a-z-]*\):.*## */  \1\t/p' Makefile | expand -t 18

$(SET_UP): requirements.txt pyproject.toml tools/set_up.py
	@"$(PYTHON)" tools/set_up.py --stamp $@ $(PIP_FLAGS)

$(SET_UP_BENCH): requirements-bench.txt $(SET_UP)
	@"$(PYTHON)" tools/set_up.py --stamp $@ --requirements requirements-bench.txt $(PIP_FLAGS)

$(SET_UP_MUTANTS): requirements-mutants.txt $(SET_UP)
	@"$(PYTHON)" tools/set_up.py --stamp $@ --requirements requirements-mutants.txt $(PIP_FLAGS)

# EDITION=class make book    leaves out the solutions, and every link to them
# make book FRESH=1          runs every notebook, also where a result still holds or another's shows the same
book: $(SET_UP)  ## Build the book into _build/html
	@$(VENV_PYTHON) tools/build_book.py

# Both need Chromium, and read the pages that `make book` builds.
pdf: book  ## Write the book and each of its pages as PDF into _build/pdf
	@$(VENV_PYTHON) tools/build_paper.py pdf

epub: book  ## Write the book as EPUB into _build/epub
	@$(VENV_PYTHON) tools/build_paper.py epub

serve: book  ## Build the book and serve it at http://localhost:8000
	@$(VENV_PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html 8000

# Two workers on two cores: a library that starts threads of its own would only fight with them.
test lint test-code test-notebooks test-book soak mutants: export OMP_NUM_THREADS = 1
test lint test-code test-notebooks test-book soak mutants: export NUMBA_NUM_THREADS = 1
PYTEST := $(VENV_PYTHON) -m pytest -n 2 --dist loadfile

test: lint test-code test-notebooks test-book  ## Check style, run all tests, look at every page

lint: $(SET_UP)  ## Check style, format, and the English that people read
	@$(VENV_PYTHON) -m ruff check --quiet .
	@$(VENV_PYTHON) -m ruff format --quiet --check .
	@$(VENV_PYTHON) tools/lint_prose.py

test-code: $(SET_UP)  ## Run the package's tests
	@$(PYTEST) --ignore=tests/book tests

# solutions/ must print what is stored in them; lessons/ must run as they stand, nothing solved yet.
# What passes is kept for the book, so that `make test` runs each notebook once.
test-notebooks: $(SET_UP)  ## Run lessons and solutions under nbval
	@$(PYTEST) --nbval solutions
	@$(PYTEST) --nbval-lax lessons

test-book: book  ## Look at every page of the book with a browser
	@$(PYTEST) tests/book

# It builds no notebooks: that would take minutes, and put fresh ones over those with your answers.
lab: $(SET_UP)  ## Open the lessons in JupyterLab
	@$(VENV_PYTHON) -m jupyterlab --notebook-dir=lessons

notebooks: $(SET_UP)  ## Build lessons/ and solutions/ from book/lessons/
	@$(VENV_PYTHON) -m refimpl.course.notebooks

bench: $(SET_UP_BENCH) book  ## Measure speed and memory (minutes)
	@for script in benchmarks/[a-z]*.py; do \
	  echo "== $$script"; $(VENV_PYTHON) "$$script" || exit 1; \
	done

soak: book mutants  ## Run the long tests (many seeds, long inputs), and `make mutants`
	@$(PYTEST) -m soak tests

mutants: $(SET_UP_MUTANTS)  ## See whether the tests notice changes of the numerical core
	@$(VENV_PYTHON) tools/mutate.py

lock: $(SET_UP)  ## Write requirements.txt anew from pyproject.toml's extras
	@$(VENV_PYTHON) tools/lock.py

clean:  ## Remove what was built, but not .venv
	@"$(PYTHON)" tools/clean.py
