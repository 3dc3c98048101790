# Every habit of the project, one word each. `make demo` and `make test` need nothing but python3 and make.
export OMP_THREAD_LIMIT ?= 1
OUT ?= demo-out
PYTEST = .venv/bin/python -m pytest
ROOMS = models imaging ocr extraction pdf signing storage pipeline interop web kiosk_agent cli samples
.DEFAULT_GOAL := help

.PHONY: help environment test-environment demo test test-quick check format docs bench train serve clean

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

environment:
	@scripts/install-system-packages
	@scripts/make-environment

test-environment:
	@scripts/install-system-packages --test
	@scripts/make-environment --train
	@scripts/install-node-packages

demo: environment ## the main job on sample papers, embedded
	@.venv/bin/ecopy demo --out $(OUT)

test: test-environment ## everything (15 minutes at most on two cores)
	$(PYTEST) -n 2 --dist worksteal

test-quick: test-environment ## what takes no time (2 minutes at most)
	$(PYTEST) -n 2 --dist worksteal -m "not slow"

check: test-environment ## lint, format, types, layers
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: test-environment ## put the code in shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

docs: environment ## write the reference pages of docs/ from the code
	@.venv/bin/python -m cli.reference

bench: bench-core ## every bench; bench-NAME runs one

bench-%: test-environment
	.venv/bin/python -m bench.$*

train: test-environment ## go on training the line recogniser (RUN=folder LINES=count TEXT=paragraphs)
	env -u OMP_THREAD_LIMIT .venv/bin/python -m ocr.training.train $(or $(RUN),.training) --lines $(or $(LINES),100000) $(if $(TEXT),--text $(TEXT))

serve: environment ## the API, embedded (HOME_FOLDER=where its data are)
	@.venv/bin/ecopy serve --home $(or $(HOME_FOLDER),data)

clean: ## remove what was made, keep the environment
	rm -rf demo-out bench/out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
