"""NVIDIA's own parser of the device plugin's configuration."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.tools import DEVICE_PLUGIN_CONFIG


@dataclass(frozen=True)
class Asked:
    """A configuration, and the environment variables of the plugin's container."""

    config: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Read:
    """Configuration that the plugin read, or the reason why it does not start."""

    config: Mapping[str, Any]
    error: str | None

    @property
    def replicas(self) -> dict[str, int]:
        """Number of times that each resource is offered, if more than once."""
        sharing: dict[str, Any] = self.config["sharing"]
        ways: dict[str, Any] = sharing.get("mps") or sharing.get("timeSlicing") or {}
        resources: list[dict[str, Any]] = ways.get("resources") or []
        return {each.get("rename") or each["name"]: each["replicas"] for each in resources}


def read(asked: Sequence[Asked]) -> list[Read]:
    """Read configurations in one run of the parser, which is built if missing."""
    questions = [{"config": each.config, "environment": dict(each.environment)} for each in asked]
    done = subprocess.run(
        [provide(DEVICE_PLUGIN_CONFIG)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [Read(each.get("config", {}), each.get("error")) for each in json.loads(done.stdout)]
