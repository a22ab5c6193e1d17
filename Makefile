# What one does with a checkout. `make` lists it.
.DEFAULT_GOAL := help
.PHONY: help run build scripts test check bench

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
LISTEN  ?= 127.0.0.1:8080
TOOL     = go tool -modfile=tools/go.mod

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, create the demonstration organisation in ./data (once) and serve it
	bin/accordo run --demo --data ./data --listen $(LISTEN)

build: scripts ## build bin/accordo with its scripts
	@$(TOOL) templ generate -path internal/web >/dev/null 2>&1 || echo "templ is not at hand: the committed pages are used."
	go build -ldflags "-X main.version=$(VERSION)" -o bin/accordo ./cmd/accordo

scripts: # the script bundle; pages work without it
	@if command -v npm >/dev/null; then cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build; \
	else echo "Node is not installed: the pages are built without script, and work."; fi

test: ## everything: both databases, stories, browser journeys
	@scripts/test.sh

check: ## format, static analysis, generated code and modules
	@scripts/check.sh

bench: ## measure, and write docs/benchmarks.md
	@scripts/bench.sh
