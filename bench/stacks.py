"""The stacks that are measured."""

import json
from typing import Any

MANIFESTS = "objects.yaml"


def with_nodes(count: int) -> str:
    """One model on a GPU pool of this many nodes."""
    return _stack(nodes=count, models=1)


def with_models(count: int) -> str:
    """A number of models, each on a GPU of its own."""
    return _stack(nodes=count, models=count)


def with_pools(count: int) -> str:
    """A number of GPU pools, of which one has a model."""
    return _stack(nodes=2, models=1, pools=count)


def with_manifests(_: int) -> str:
    """One model, and the objects of a file beside it."""
    return _stack(nodes=1, models=1, extras={"manifests": [MANIFESTS]})


def with_teams(count: int) -> str:
    """A number of teams on an on-premises site, each with a GPU."""
    machine = {"cpus": 16, "memory": "64Gi", "gpu": "L4", "gpus": 1}
    return _file(
        cluster={"provider": "existing", "kubeconfig": "kubeconfig"},
        pools={"l4": {"machine": machine, "nodes": count, "labels": {"rack": "a"}}},
        teams={
            f"team-{number}": {"gpus": {"l4": 1}, "members": [f"user-{number}"]} for number in range(count)
        },
    )


def _stack(*, nodes: int, models: int, pools: int = 1, **sections: Any) -> str:
    model = {
        "model": "meta-llama/Llama-3.1-8B-Instruct",
        "pool": "l4",
        "replicas": 1,
        "context": 8192,
        "cache": {"size": "40Gi"},
    }
    gpu_pool = {"instance": "g6.4xlarge", "nodes": nodes}
    return _file(
        cluster={"provider": "local"},
        pools={
            "system": {"instance": "m7i.xlarge", "nodes": 2},
            "l4": gpu_pool,
            **{f"l4-{number}": gpu_pool for number in range(1, pools)},
        },
        serving={"models": {f"model-{number}": model for number in range(models)}},
        **sections,
    )


def _file(**sections: Any) -> str:
    config = {f"gpu-cluster:{section}": value for section, value in sections.items()}
    return json.dumps({"config": config}, indent=2)
