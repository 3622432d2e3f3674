# Engram's commands. The work is done by scripts/, which say what they do and how long it tends to take.

.DEFAULT_GOAL := help
.PHONY: help serve site data test bench clean

PORT ?= 8080

help: ## Show these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

serve: site ## Build the page with its data, serve it on this machine and print its URL
	@node scripts/serve.mjs --dir dist --port $(PORT)

site: ## Build the page with its data into dist/, for any static host and any sub-path
	@scripts/site.sh

data: ## Bring the data sets into the cache, each verified by checksum
	@scripts/data.sh

test: ## Check and test everything: Rust, WebAssembly in a browser, TypeScript, the built site
	@scripts/test.sh

bench: ## Time the kernels and the runs
	@scripts/bench.sh

clean: ## Remove what was built here; tools and data in the cache stay
	@rm -rf target dist pkg www/generated
