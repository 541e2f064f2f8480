"""The stacks that are measured."""

import json
from typing import Any


def with_nodes(count: int) -> str:
    """One model on a GPU pool of this many nodes."""
    return _stack(nodes=count, models=1)


def with_models(count: int) -> str:
    """This many models, each on a GPU of its own."""
    return _stack(nodes=count, models=count)


def _stack(*, nodes: int, models: int) -> str:
    model = {
        "model": "meta-llama/Llama-3.1-8B-Instruct",
        "pool": "l4",
        "replicas": 1,
        "context": 8192,
        "cache": {"size": "40Gi"},
    }
    config: dict[str, Any] = {
        "cluster": {"provider": "local"},
        "pools": {
            "system": {"instance": "m7i.xlarge", "nodes": 2},
            "l4": {"instance": "g6.4xlarge", "nodes": nodes},
        },
        "serving": {"models": {f"model-{number}": model for number in range(models)}},
    }
    return json.dumps(
        {"config": {f"gpu-cluster:{section}": value for section, value in config.items()}}, indent=2
    )
