"""Small stacks for tests of the platform and its components."""

from typing import Any

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.defaults import with_defaults


def stack_of(**sections: Any) -> Stack:
    """A site with one GPU pool `l4` of two nodes and one model `chat`; `sections` replace its own."""
    site: dict[str, Any] = {
        "cluster": {"provider": "existing"},
        "pools": {"l4": {"instance": "g6.4xlarge", "nodes": 2}},
        "storage": {"disk": {"kind": "local-path", "default": True}},
        "serving": {"models": {"chat": model_of()}},
    }
    return with_defaults(Stack.model_validate(site | sections))


def model_of(**settings: Any) -> dict[str, Any]:
    return {"model": "org/model", "pool": "l4", "replicas": 2, "cache": {"size": "40Gi"}} | settings
