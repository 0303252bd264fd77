# SPDX-License-Identifier: MIT
# The few commands a person types; Meson does the work.
BUILD ?= build
PREFIX ?= /usr/local
SECONDS ?= 60
comma := ,
# A folder is set up once; later calls only look for new files.
define configured
@if [ -f $(1)/build.ninja ]; then meson setup --reconfigure $(1) $(2) >/dev/null; \
else meson setup $(1) --prefix $(PREFIX) $(2) >/dev/null; fi || { cat $(1)/meson-logs/meson-log.txt; exit 1; }
endef

.PHONY: all demo test bench install asan fuzz layers renew clean help

all: deps  ## build the program: build/cmd/matriline
	$(call configured,$(BUILD))
	@ninja -C $(BUILD) --quiet program

.PHONY: deps deps-test deps-fuzz
deps:
	@tools/install-deps
deps-test:
	@tools/install-deps test
deps-fuzz:
	@tools/install-deps fuzz

demo: deps  ## install what is missing, build, run one family, say where its report is
	$(call configured,$(BUILD))
	@ninja -C $(BUILD) --quiet program
	$(BUILD)/cmd/matriline run examples/anna.yaml -o demo/
	@echo
	@echo "The report: $(CURDIR)/demo/report.html"

test: deps-test  ## install what is missing, build, run all tests
	$(call configured,$(BUILD))
	tools/run-tests $(BUILD)

bench: deps  ## measure speed (bench/README.md says what)
	$(call configured,$(BUILD)-bench,--buildtype=release)
	ninja -C $(BUILD)-bench --quiet bench

install: deps  ## install program, library, headers, model and manual (PREFIX=, DESTDIR=)
	$(call configured,$(BUILD),--prefix $(PREFIX))
	@ninja -C $(BUILD) --quiet program
	meson install -C $(BUILD) --no-rebuild

asan: deps-test  ## the tests under AddressSanitizer and UBSan
	$(call configured,$(BUILD)-asan,-Db_sanitize=address$(comma)undefined)
	tools/run-tests $(BUILD)-asan unit property golden cli fuzz

fuzz: deps-fuzz  ## fuzz every reader, SECONDS=60 in all
	tools/run-fuzz $(BUILD)-fuzz $(SECONDS)

layers: deps-test  ## who may include whom
	$(call configured,$(BUILD))
	tools/run-tests $(BUILD) layers

renew: all  ## write the expected outputs of the command line tests and docs/commands.md anew
	tools/cli-test --renew --program $(BUILD)/program
	$(BUILD)/cmd/matriline --docs > docs/commands.md

clean:  ## remove what was built
	rm -rf build build-asan build-fuzz build-bench demo out

help:  ## this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10
