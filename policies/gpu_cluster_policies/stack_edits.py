"""Fixes that are an edit of the stack file, as lines of YAML."""

import re
from collections.abc import Mapping
from pathlib import Path

from gpu_cluster.stack.document import read_text
from gpu_cluster.stack.load import loads_with
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.source_location import SourceLocation

_STACK_FILE = re.compile(r"Pulumi\.[^/]+\.yaml")
_ENTRY = re.compile(r"gpu-cluster:(pools|storage|serving\.models)\.([A-Za-z0-9-]+)")

_TWO_REPLICAS = "gpu-cluster:serving:\n  models:\n    {name}:\n      replicas: 2 # of a range: min: 2"

EDITS: Mapping[str, str] = {
    "1-no-public-endpoint": "gpu-cluster:cluster:\n  endpoint: private",
    "2-public-cidrs": "gpu-cluster:cluster:\n  endpoint: private",
    "7-deletion-protection": "gpu-cluster:protect: true",
    "21-image-lifecycle": "gpu-cluster:registry:\n  keepImages: 100",
    "23-no-force-delete": "gpu-cluster:protect: true",
    "33-backup-plan": "gpu-cluster:storage:\n  {name}:\n    backupDays: 35",
    "71-disruption-budget": _TWO_REPLICAS,
    "72-two-replicas": _TWO_REPLICAS,
    "83-no-spot-in-production": "gpu-cluster:pools:\n  {name}:\n    capacity: on-demand",
    "88-protected": "gpu-cluster:protect: true",
    "97-production-stated": "gpu-cluster:production: true",
}
"""Edits below `config:` by rule; `{name}` is the entry of the finding. Other rules need a decision."""

_SECTIONS = {"pools": "gpu-cluster:pools", "storage": "gpu-cluster:storage", "serving.models": "models"}


def stack_edit(rule: Rule, place: SourceLocation) -> list[str]:
    """Lines to write below `config:` of the stack file; none where no edit of it is the fix."""
    text = EDITS.get(rule.id)
    if text is None or not _STACK_FILE.fullmatch(place.file.rpartition("/")[2]):
        return []
    if "{name}" not in text:
        return text.splitlines()
    entry = _ENTRY.match(place.key)
    if entry is None or _SECTIONS[entry[1]] not in text:
        return []
    return text.format(name=entry[2]).splitlines()


def valid_stack_edit(rule: Rule, place: SourceLocation, project: Path) -> list[str]:
    """The same where the stack file of this project is valid with the edit; none where it is not."""
    lines = stack_edit(rule, place)
    if not lines:
        return []
    values = {"config": read_text("\n".join(lines)).data}
    return lines if loads_with(project / place.file, values) else []
