# SPDX-License-Identifier: MIT
# The few commands a person types; Meson does the work.
BUILD ?= build
PREFIX ?= /usr/local
SECONDS ?= 60
FAMILIES ?= 2000
comma := ,
# A folder is set up once; later calls only look for new files.
define configured
@if [ -f $(1)/build.ninja ]; then meson setup --reconfigure $(1) $(2) >/dev/null; \
else meson setup $(1) --prefix $(PREFIX) $(2) >/dev/null; fi || { cat $(1)/meson-logs/meson-log.txt; exit 1; }
endef

.PHONY: all demo test validate bench install asan tsan fuzz coverage lint layers screenshots renew clean help

all: deps  ## build the program: build/cmd/matriline
	$(call configured,$(BUILD))
	@ninja -C $(BUILD) --quiet program

.PHONY: deps deps-test deps-fuzz deps-coverage deps-lint
deps:
	@tools/install-deps
deps-test:
	@tools/install-deps test
deps-fuzz:
	@tools/install-deps fuzz
deps-coverage:
	@tools/install-deps coverage
deps-lint:
	@tools/install-deps lint

demo: deps  ## install what is missing, build, run one family, say where its report is
	$(call configured,$(BUILD))
	@ninja -C $(BUILD) --quiet program
	$(BUILD)/cmd/matriline run examples/anna.yaml -o demo/
	@echo
	@echo "The report: $(CURDIR)/demo/report.html"

test: deps-test  ## install what is missing, build, run all tests
	$(call configured,$(BUILD))
	tools/run-tests $(BUILD)

validate: deps-test  ## measure FAMILIES=2000 drawn families per setting; writes docs/validation.md
	$(call configured,$(BUILD))
	@ninja -C $(BUILD) --quiet tests/validate/validate
	$(BUILD)/tests/validate/validate --families $(FAMILIES) --threads 0 --write docs/validation.md

bench: deps  ## measure speed (bench/README.md says what)
	$(call configured,$(BUILD)-bench,--buildtype=release)
	ninja -C $(BUILD)-bench --quiet bench

install: deps  ## install program, library, headers, model and manual (PREFIX=, DESTDIR=)
	$(call configured,$(BUILD),--prefix $(PREFIX))
	@ninja -C $(BUILD) --quiet program
	meson install -C $(BUILD) --no-rebuild

asan: deps-test  ## the tests under AddressSanitizer and UBSan
	$(call configured,$(BUILD)-asan,-Db_sanitize=address$(comma)undefined)
	tools/run-tests $(BUILD)-asan unit property golden fault cli fuzz

tsan: deps-test  ## the tests that use threads under ThreadSanitizer
	$(call configured,$(BUILD)-tsan,-Db_sanitize=thread -Db_lundef=false)
	tools/run-tests $(BUILD)-tsan unit property

coverage: deps-test deps-coverage  ## which lines of src/ the tests reach (build-coverage/coverage)
	tools/coverage $(BUILD)-coverage

lint: deps-test deps-lint  ## clang-tidy and cppcheck over src/ and cmd/
	$(call configured,$(BUILD))
	tools/lint $(BUILD)

fuzz: deps-fuzz  ## fuzz every reader, SECONDS=60 in all
	tools/run-fuzz $(BUILD)-fuzz $(SECONDS)

layers: deps-test  ## who may include whom
	$(call configured,$(BUILD))
	tools/run-tests $(BUILD) layers

screenshots: all  ## pictures of the examples' reports into docs/img, and what a browser finds in them
	tools/make-screenshots $(BUILD)/cmd/matriline docs/img

renew: all  ## write the expected outputs of the command line tests and of the documents anew
	-tools/cli-test --renew --program $(BUILD)/cmd/matriline
	$(BUILD)/cmd/matriline --docs > docs/commands.md
	tools/make-references
	-tools/doc-test --renew --program $(BUILD)/cmd/matriline

clean:  ## remove what was built
	rm -rf build build-asan build-tsan build-fuzz build-bench build-coverage demo out

help:  ## this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10
