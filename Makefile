# Telltale: every target installs what it needs itself (apt packages included) and ends with one summary line.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
DESTDIR ?=
PREFIX ?= /usr
BUILD := .build/release

# Static Swift runtime, identical code folded, nothing exported, relocations packed (glibc 2.36), no tables for unwinding: what
# keeps the daemon small on flash and in memory.
RELEASE := -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker --icf=all -Xlinker --no-export-dynamic \
	-Xlinker -z -Xlinker pack-relative-relocs -Xlinker -s -Xlinker --no-eh-frame-hdr -Xlinker -T -Xlinker scripts/no-unwinding.ld

.PHONY: help build demo test test-vm test-adapter test-power bench bench-decoder bench-prognostics bench-telemetry bench-storage bench-fleet bench-elm327 evaluate mutations chaos contract compare embedded fuzz install clean

help: ## Show the targets.
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 12

build: ## Build the three programs for release into .build/release.
	@scripts/setup build
	swift build $(RELEASE) --product telltaled
	swift build $(RELEASE) --product telltale
	swift build $(RELEASE) --product telltale-receiver
	@echo "build: $$(ls -l $(BUILD)/telltaled | awk '{printf "telltaled %.1f MB", $$5/1e6}'), telltale and telltale-receiver in $(BUILD)"

demo: ## A simulated car lives through some months: bus to broker to receiver, on this machine.
	@scripts/setup demo
	@$(MAKE) --no-print-directory build
	@scripts/demo

test: ## Build and run all tests, and check the budgets.
	@scripts/setup test
	@scripts/test

test-vm: ## Prove SocketCAN, polling and the service in a virtual machine with a kernel that has CAN.
	@scripts/setup vm
	@$(MAKE) --no-print-directory build
	TELLTALE_VM=1 swift build -c release --static-swift-stdlib --scratch-path .build-vm --product vehicle
	@Tests/VM/test-service
	@Tests/VM/test-socketcan
	@Tests/VM/test-bus-states
	@Tests/VM/test-bus-allocations
	@Tests/VM/test-bus-polling
	@Tests/VM/test-bus-garbage
	@Tests/VM/test-bus-load
	@Tests/VM/test-adapter
	@Tests/VM/test-power

test-adapter: ## Prove ELM327 adapters in the virtual machine: plugged in, pulled out, parked; part of test-vm.
	@scripts/setup vm
	@$(MAKE) --no-print-directory build
	@Tests/VM/test-adapter

test-power: ## Prove in the virtual machine that a power cut anywhere loses nothing that was promised; part of test-vm.
	@scripts/setup vm
	@$(MAKE) --no-print-directory build
	@Tests/VM/test-power

bench: ## Measure speed, allocations, memory and size against the budgets.
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	@Benchmarks/bench

bench-decoder: ## Time the decoder beside generated C, table-driven C and cantools over the same frames.
	@scripts/setup bench
	@Benchmarks/decoder/run

bench-prognostics: ## Time, state and heap allocations of each estimator.
	@scripts/setup bench
	@Benchmarks/prognostics/run

bench-telemetry: ## Bytes and time per sample of stored and sent telemetry, beside JSON and protobuf rows.
	@scripts/setup bench
	@Benchmarks/telemetry/run

bench-storage: ## Bytes that the disk writes per sample, by the store and by tables of rows beside it.
	@scripts/setup bench
	@Benchmarks/storage/run

bench-fleet: ## Events a second through a broker and one receiver, 1,000 vehicles, an alert's way, 48 hours without a broker.
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	@Benchmarks/fleet/run

bench-elm327: ## Values a second by each simulated ELM327 adapter, in real time, beside the untuned classic.
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	@Benchmarks/elm327/run

compare: ## Decode beside cantools, python-OBD, pretty_j1939 and can-isotp: descriptions, parameters, transport.
	@scripts/setup compare
	@Benchmarks/decoding-vs-cantools/run
	@Benchmarks/decoding-vs-python-obd/run
	@Benchmarks/decoding-vs-pretty-j1939/run

FAULTS ?= 1000
SEED ?=
chaos: ## A fleet drives for a day while FAULTS random faults befall it; SEED=n plays one again.
	@scripts/setup chaos
	@$(MAKE) --no-print-directory build
	@Tests/Chaos/run --faults $(FAULTS) $(if $(SEED),--seed $(SEED))

contract: ## Check docs/asyncapi.yaml: structure, schemas, examples, event types.
	@scripts/setup contract
	@Tests/Contract/check

mutations: ## Thirty deliberate mistakes in features, estimators and components, each to be caught by some test.
	@scripts/setup build
	@Tests/Mutations/run

evaluate: ## Every figure of docs/accuracy.md: simulated parts, turbofans, cells, real drives (UNITS=200 parts each).
	@scripts/setup build
	@$(MAKE) --no-print-directory build
	@scripts/evaluate

embedded: ## Compile decoder core and estimators in Embedded Swift for ARM, run them under emulation, compare results.
	@scripts/setup embedded
	@Tests/Embedded/run

SECONDS ?= 20
fuzz: ## Fuzz every reader of foreign files and of diagnostic traffic, SECONDS each (default 20).
	@scripts/setup fuzz
	@Tests/Fuzz/run $(SECONDS)

install: ## Install programs, packs, units, rules and manuals below DESTDIR.
	@test -x $(BUILD)/telltaled || $(MAKE) --no-print-directory build
	install -D -m 0755 -t "$(DESTDIR)$(PREFIX)/bin" $(BUILD)/telltaled $(BUILD)/telltale $(BUILD)/telltale-receiver
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/lib/systemd/system" systemd/*.service
	install -D -m 0644 systemd/telltale.sysusers "$(DESTDIR)$(PREFIX)/lib/sysusers.d/telltale.conf"
	install -D -m 0644 systemd/telltale.tmpfiles "$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/telltale.conf"
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/lib/udev/rules.d" udev/60-telltale.rules
	cd adapters && find . -type f -exec install -D -m 0644 {} "$(DESTDIR)$(PREFIX)/share/telltale/adapters/{}" \;
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/doc/telltale/examples" examples/*.yaml examples/*.conf examples/*.acl
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/doc/telltale" docs/*.md docs/*.yaml docs/*.proto
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/man/man1" docs/man/*.1
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/man/man5" docs/man/*.5
	install -D -m 0644 -t "$(DESTDIR)$(PREFIX)/share/man/man8" docs/man/*.8
	@test -e "$(DESTDIR)/etc/telltale/receiver.yaml" || install -D -m 0644 examples/receiver.yaml "$(DESTDIR)/etc/telltale/receiver.yaml"
	@test -e "$(DESTDIR)/etc/telltale/telltale.yaml" || install -D -m 0644 examples/telltale.yaml "$(DESTDIR)/etc/telltale/telltale.yaml"
	@echo "install: Telltale below $(DESTDIR)$(PREFIX), configuration in $(DESTDIR)/etc/telltale"

clean: ## Remove everything that was built.
	rm -rf .build .build-* Tests/VM/cache Tests/VM/boot Tests/VM/share
	@echo "clean: done"
