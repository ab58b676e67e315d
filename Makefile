# make demo       a trigger task from its trained network to HLS, RTL on a simulator, budget and physics
# make test       lint, type check, tests
# make quick      lint, and the tests that need no external tool
# make framework  a second environment with Keras 3, HGQ2, onnxruntime and PyTorch, so that tests ask them too
# make bench      speed, as ratios against hls4ml, in one run
# make firmware   the projects of the trigger tasks, under firmware_projects/, with the recorded hashes
#
# Each target sets up what it needs: a local .venv with this package and its wheels.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
KERAS_VENV := .venv-keras
KERAS_READY := $(KERAS_VENV)/.ready
TASK := lar_timing
# Ten of 384 cells in turn on a core, which keeps what their windows have in common.
RTL := --shell native --continuous --hop 1 --channels 384 --rate 40MHz
BENCH := fpgaml/rtl/bench
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

# Tests ask Keras in the second environment, once that exists.
ifneq ($(wildcard $(KERAS_READY)),)
export FPGAML_FRAMEWORK_PYTHON ?= $(abspath $(KERAS_VENV)/bin/python)
endif

.PHONY: demo test quick lint framework bench firmware clean

demo: $(READY)
	$(BIN)/fpgaml models
	$(BIN)/fpgaml convert $(TASK) --output demo_out
	$(MAKE) -C demo_out csim
	$(BIN)/fpgaml convert $(TASK) --target rtl $(RTL) --output demo_rtl
	$(BIN)/fpgaml cosim demo_rtl
	$(BIN)/fpgaml synth demo_rtl
	$(BIN)/fpgaml report demo_rtl --budget $(TASK)
	$(BIN)/fpgaml evaluate $(TASK) --scale 0.02 --output demo_evaluated

test: $(READY) lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

quick: $(READY)
	$(BIN)/ruff check .
	FPGAML_FRAMEWORK_PYTHON= $(BIN)/python -m pytest -n $(JOBS) --dist worksteal --quick

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=$(BENCH) $(BIN)/mypy --config-file= --strict --explicit-package-bases $(BENCH)/*.py

framework: $(KERAS_READY)

bench: $(READY)
	$(BIN)/python -m benchmarks.run

firmware: $(READY)
	$(BIN)/python -m firmware_projects.build

$(READY): pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo 'fpgaml needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...' >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'python3 has no venv module. On Debian: apt-get install python3-venv' >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,da,rtl,synth,tflite,physics,explore,cluster,batch]'
	@touch $@

# PyTorch comes first and alone; where pip knows of its build for the CPU (PIP_FIND_LINKS), a tenth of the download.
KERAS_PIP = $(KERAS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check
$(KERAS_READY): pyproject.toml setup.py
	@test -x $(KERAS_VENV)/bin/python || $(PYTHON) -m venv $(KERAS_VENV)
	$(KERAS_PIP) --no-deps 'torch==2.13.0'
	$(KERAS_PIP) -e '.[keras,tensorflow,physics,onnx,torch]'
	@touch $@

clean:
	rm -rf demo_out demo_rtl demo_evaluated firmware_projects/*/*/ .pytest_cache .mypy_cache .ruff_cache .hypothesis
