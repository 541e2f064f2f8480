"""Generator of varied small stacks on AWS for fuzzing: every part of a platform that can fail early."""

import json
from random import Random
from typing import Any

_ACCOUNT = "123456789012"
_REGION = "us-east-2"
_WITH_A_SECRET = 0.3
_MACHINES = ("m7i.large", "m7i.xlarge", "m7g.xlarge")


def small_stack(random: Random) -> str:
    """The text of a stack file."""
    config: dict[str, Any] = {
        "aws:region": _REGION,
        "gpu-cluster:cluster": {
            "provider": "eks",
            "account": _ACCOUNT,
            "version": random.choice(("1.34", "1.35")),
            "endpoint": {"public": ["203.0.113.0/24"]},
            "access": {
                "deploy": {"principal": f"arn:aws:iam::{_ACCOUNT}:role/deploy", "policy": "cluster-admin"}
            },
        },
        "gpu-cluster:network": {
            "cidr": "10.20.0.0/16",
            "zones": [f"{_REGION}{zone}" for zone in random.choice(("ab", "abc"))],
            "nat": random.choice(("single", "per-zone")),
            "endpoints": random.choice(([], ["sts"])),
        },
        "gpu-cluster:pools": _pools(random),
        "gpu-cluster:storage": {"disk": {"kind": "ebs", "default": True, "reclaim": "delete"}},
        "gpu-cluster:protect": False,
    }
    if random.random() < _WITH_A_SECRET:
        config["gpu-cluster:serving"] = {"hubToken": {"secure": "one that a rehearsal invents"}}
    if random.random() < 0.5:
        config["gpu-cluster:budget"] = {"monthlyUsd": 9000, "notify": ["platform@example.com"]}
    return json.dumps({"config": config}, indent=2)  # JSON is YAML


def _pools(random: Random) -> dict[str, Any]:
    pools: dict[str, Any] = {"system": {"instance": random.choice(_MACHINES[:2]), "nodes": 2}}
    if random.random() < 0.5:
        nodes = random.choice((1, {"min": 1, "max": 3}))
        pools["more"] = {"instance": random.choice(_MACHINES), "nodes": nodes}
    return pools
