"""Every command line of an engine that stack files of this repository and a table of options give.

    python -m tests.witnesses.engine_arguments vllm > rendered.json

`engine_parser.py parse` reads it with the engine's own parser.
"""

import json
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.catalog import MODELS
from gpu_cluster.config.model import ModelSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.serving.engines import server_of
from gpu_cluster.stack.load import load_any
from tests.unit.gpu_cluster.stack.corpus import HAPPY, STACKS, TEAMS_OWN
from tests.unit.gpu_cluster.stack.test_families import NAMES, on_its_pool
from tests.unit.gpu_cluster.stack.test_families import POOLS as FITTING
from tests.unit.gpu_cluster.stacks import model_of, stack_of

TABLE: dict[str, dict[str, Any]] = {
    "context": {"context": 8192},
    "concurrency": {"concurrency": 4},
    "sequences": {"maxSequences": 256},
    "batch": {"batchedTokens": 8192},
    "utilization": {"gpuMemoryUtilization": 0.95},
    "quantization": {"quantization": "fp8"},
    "cache-type": {"kvCacheDtype": "fp8_e5m2"},
    "tensor": {"gpus": 4},
    "pipeline": {"gpus": 4, "pipelineParallel": 2},
    "data": {"gpus": 4, "dataParallel": 2, "tensorParallel": 2},
    "expert": {"gpus": 4, "expertParallel": True},
    "ngram": {"speculative": {"method": "ngram", "tokens": 3}},
    "draft": {"speculative": {"method": "eagle3", "model": "org/draft", "revision": "main", "tokens": 4}},
    "lora": {"lora": {"modules": {"sql": "org/sql", "law": "org/law"}, "atOnce": 2, "maxRank": 64}},
    "store": {"store": "models", "cache": None, "revision": None},
    "revision": {"revision": "0123456789abcdef0123456789abcdef01234567"},
    "template": {"chatTemplate": "{% for m in messages %}\n{{ m['content'] }}{% endfor %}"},
}
"""Options that both engines have, and words that both know."""

_OF_ONE = {
    "vllm": {
        "tools": {"toolParser": "hermes"},
        "reasoning": {"reasoningParser": "qwen3"},
        "prompt-lookup": {"speculative": {"method": "ngram", "options": {"prompt_lookup_max": 4}}},
        "map": {"args": {"enforce-eager": True, "enable-prefix-caching": False, "max-logprobs": 20}},
        "nested": {"args": {"compilation-config": {"mode": 3}, "limit-mm-per-prompt": {"image": 2}}},
        "list": {"args": ["--middleware", "a.b", "--middleware=c.d", "--seed", "-1", "--stream-interval=2"]},
        "values": {"args": {"cudagraph-capture-sizes": [1, 2, 4], "collect-detailed-traces": ["model"]}},
        "underscores": {
            "args": {"max_logprobs": 5, "kv-transfer-config": {"kv_connector": "a", "kv_role": "kv_both"}}
        },
    },
    "sglang": {
        "tools": {"toolParser": "qwen25"},
        "reasoning": {"reasoningParser": "qwen3"},
        "map": {"args": {"attention-backend": "flashinfer", "disable-radix-cache": True}},
    },
}
WRONG = {
    "vllm": [
        ["--max-num-batchd-tokens=4096"],
        ["--seed=one"],
        ["--dtype=floot16"],
        ["--scheduling-policy", "fcfs", "priority"],
        ["--enforce-eager=1"],
        ["--enforce-eager", "1"],
        ["--no-seed"],
        ["--middleware"],
        ["--lora-target-modules"],
        ["--max-logprobs=1.5"],
        ["--stream-interval"],
    ],
    "sglang": [
        ["--foo=1"],
        ["--attention-backnd=triton"],
        ["--sampling-backend=tritton"],
        ["--random-seed=one"],
        ["--trust-remote-code=1"],
        ["--no-trust-remote-code"],
        ["--random-seed"],
    ],
}
"""Arguments that the engine's parser and the check of a stack file both refuse."""

_RELEASE = {"vllm": {}, "sglang": {"engine": "sglang", "version": "v0.5.23"}}
_POOLS = {
    "whole": {"instance": "g6.12xlarge", "nodes": 2},
    "sliced": {"instance": "g6.12xlarge", "nodes": 2, "sharing": {"timeSlicing": 4}},
    "mps": {"instance": "g6.12xlarge", "nodes": 2, "sharing": {"mps": 4}},
}


def rendered(engine: str) -> Iterator[tuple[str, list[str]]]:
    """Names and arguments: of stack files, of the catalog's models, and of each option and each pair."""
    for path in [*HAPPY, *TEAMS_OWN, *sorted(STACKS.glob("teams/happy-*.yaml"))]:
        found = load_any(path)
        stack, models = (found, found.serving.models) if isinstance(found, Stack) else _of_team(found)
        pools = pools_of(stack)
        for key, model in models.items():
            if model.engine.value == engine:
                yield f"{path.stem}/{key}", server_of(key, model, pools[model.pool]).arguments
    for name in MODELS:
        yield name, _arguments(engine, "whole", {"model": name})
    for name in NAMES:
        entry = on_its_pool(name)
        model = ModelSettings.model_validate(entry | _RELEASE[engine])
        pool = pools_of(stack_of(pools=FITTING, serving={}))[entry["pool"]]
        yield f"smallest/{name}", server_of("chat", model, pool).arguments
    options = TABLE | _OF_ONE[engine]
    for pool in _POOLS:
        yield f"{pool}", _arguments(engine, pool, {})
    for one, other in combinations(options, 2):
        if not options[one].keys() & options[other].keys():
            yield f"{one}+{other}", _arguments(engine, "whole", options[one] | options[other])
    for name, option in options.items():
        yield name, _arguments(engine, "whole", option)


def _of_team(found: Any) -> tuple[Stack, dict[str, ModelSettings]]:
    return found.environment, found.file.models


def _arguments(engine: str, pool: str, options: dict[str, Any]) -> list[str]:
    model = ModelSettings.model_validate(model_of(**_RELEASE[engine] | options))
    return server_of("chat", model, _pools()[pool]).arguments


def _pools() -> dict[str, Pool]:
    if not _CACHED:
        _CACHED.update(pools_of(stack_of(pools=_POOLS, serving={})))
    return _CACHED


_CACHED: dict[str, Pool] = {}


def _document(engine: str) -> list[dict[str, Any]]:
    right = [{"name": name, "args": args, "wrong": False} for name, args in rendered(engine)]
    model = {"vllm": ["org/model"], "sglang": ["--model-path=org/model"]}[engine]
    return right + [
        {"name": " ".join(args), "args": [*model, *args], "wrong": True} for args in WRONG[engine]
    ]


if __name__ == "__main__":
    json.dump(_document(sys.argv[1]), sys.stdout)
