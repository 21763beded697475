# make mine LANG=de: from WARC files to a parallel corpus. README.md says what the rest does.

# LANG is every shell's locale too: only one given on make's own command line is meant for us, and
# it must not become the locale of what is started here.
ifeq ($(origin LANG),command line)
TARGET := $(LANG)
else
TARGET := de
endif
unexport LANG
comma := ,

OUT ?= out
ENCODER ?= muse
WORKERS ?= 0
# The input is files of a crawl with CRAWL, what WARC names, or else the samples, which have a gold.
ifneq ($(CRAWL),)
INPUT = --crawl '$(CRAWL)' $(if $(FILES),--files '$(FILES)') \
  $(if $(CRAWL_BASE),--crawl-base '$(CRAWL_BASE)') $(if $(WARC),--input $(WARC))
else ifneq ($(origin WARC),undefined)
INPUT = --input $(WARC)
else
INPUT = --input samples/*.warc.gz
GOLD := $(foreach lang,$(subst $(comma), ,$(TARGET)),$(or $(wildcard samples/gold/en-$(lang).tsv),-))
endif
# Without CRAWL it means nothing, which the program says.
ifeq ($(CRAWL)$(origin FILES),command line)
INPUT += --files '$(FILES)'
endif

VENV := .venv
READY := $(VENV)/.ready
PYTHON := LANG=C.UTF-8 $(VENV)/bin/python

.PHONY: mine score export eval nmt nmt-compare samples bench test test-all lint schema clean
.DEFAULT_GOAL := mine

mine: $(READY)
	@$(PYTHON) -m pipelines.run $(INPUT) --output '$(OUT)' --languages 'en,$(TARGET)' \
	  --encoder '$(ENCODER)' --workers '$(WORKERS)' $(if $(REUSE),--reuse $(REUSE)) \
	  $(if $(PRESET),--preset '$(PRESET)') $(if $(PLANTED),--planted $(PLANTED)) \
	  $(if $(TARGET_PRECISION),--target-precision '$(TARGET_PRECISION)') \
	  $(if $(filter-out -,$(GOLD)),--gold $(GOLD)) $(ARGS)

score: $(READY)
	@$(PYTHON) -m pipelines.score --input $(FILE) --output '$(OUT)' --languages 'en,$(TARGET)' \
	  --encoder '$(ENCODER)' --workers '$(WORKERS)' $(if $(PRESET),--preset '$(PRESET)') $(ARGS)

export: $(READY)
	@$(PYTHON) -m pipelines.export --input '$(OUT)' --output '$(OUT)/export' \
	  --languages 'en,$(TARGET)' --format '$(or $(FORMAT),moses)' $(ARGS)

# All languages, unless some are chosen as for mining.
eval: $(READY)
	@$(PYTHON) -m pipelines.evaluate $(if $(TATOEBA),--tatoeba '$(TATOEBA)') --output '$(OUT)' \
	  $(if $(findstring command,$(origin LANG)),--languages '$(TARGET)') \
	  --encoder '$(ENCODER)' --workers '$(WORKERS)' $(ARGS)

nmt: $(READY)
	@$(PYTHON) -m nmt_eval --output '$(OUT)' --languages 'en,$(TARGET)' \
	  --preset '$(or $(NMT),tiny)' --encoder '$(ENCODER)' --workers '$(WORKERS)' \
	  $(if $(DIRECTION),--direction '$(DIRECTION)') $(if $(CORPUS),--corpus '$(CORPUS)') \
	  $(if $(TEST),--test '$(TEST)') $(if $(START),--start '$(START)') $(ARGS)

nmt-compare: $(READY)
	@$(PYTHON) -m nmt_eval.compare --output '$(OUT)' --languages 'en,$(TARGET)' \
	  --preset '$(or $(NMT),tiny)' --encoder '$(ENCODER)' --workers '$(WORKERS)' \
	  $(if $(DIRECTION),--direction '$(DIRECTION)') $(if $(SYSTEMS),--systems '$(SYSTEMS)') \
	  $(if $(SEEDS),--seeds '$(SEEDS)') $(if $(JOBS),--jobs '$(JOBS)') $(ARGS)

samples: $(READY)
	@$(PYTHON) -m samples.build
	@$(PYTHON) -m samples.debian --optional

schema: $(READY)
	@$(PYTHON) -m mining.schema > docs/schema.md

bench: $(VENV)/.bench
	@$(PYTHON) -m benchmarks.extract $(ARGS)

# Two processes, each with whole files: what a file's tests share is made once.
PYTEST = $(PYTHON) -m pytest -q -n $(or $(TEST_WORKERS),2) --dist loadfile

test: $(READY)
	@$(PYTEST) -m 'not slow'

test-all: $(READY)
	@$(PYTEST)

lint: $(READY)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .

clean:
	rm -rf $(VENV) build *.egg-info

install = PIP_CONSTRAINT=constraints.txt $(VENV)/bin/python -m pip install --quiet \
  --disable-pip-version-check --editable

$(READY): setup.py constraints.txt
	@echo "setting up $(VENV), once" >&2
	@python3 -m venv $(VENV)
	@$(install) '.[muse,labse,test,nmt]'
	@touch $@

$(VENV)/.bench: $(READY)
	@$(install) '.[muse,labse,test,nmt,bench]'
	@touch $@
