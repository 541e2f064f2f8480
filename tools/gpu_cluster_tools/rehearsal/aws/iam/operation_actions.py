"""Operations whose action has another name than they, or that require more than one.

operation_actions.json has the tables with their sources.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TABLES: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text())

PREFIXES: Mapping[str, str] = _TABLES["prefixes"]
"""Services whose requests are signed for another name than that of their actions."""

ALWAYS_ALLOWED = frozenset[str](_TABLES["always"])

ACTIONS: Mapping[str, tuple[str, ...]] = {name: tuple(each) for name, each in _TABLES["actions"].items()}

TAGGING: Mapping[str, str] = _TABLES["tagging"]
"""Additional action required to tag a new resource. IAM has one for each type; EC2's is CreateTags."""

PASSED: Mapping[str, tuple[tuple[str, str], ...]] = {
    name: tuple((path, service) for path, service in each) for name, each in _TABLES["passed"].items()
}
"""Operations that pass a role to a service: the parameter, and the service (iam:PassedToService).

Instance profiles pass their role to ec2.amazonaws.com: iam:AddRoleToInstanceProfile and ec2:RunInstances.
"""
