"""Updates of clusters and node groups, as EKS describes them."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.eks import records
from gpu_cluster_tools.rehearsal.aws.eks.records import Document
from gpu_cluster_tools.rehearsal.aws.router import ApiCall

_UPDATES: dict[str, Document] = {}


def make_update(
    owner: Document, kind: str, given: Mapping[str, Any], *, status: str = "Successful"
) -> Document:
    """Record an update and return its description: {"id": …, "status": "Successful", …}."""
    owner["modifiedAt"] = records.now()
    id = str(uuid.uuid4())
    _UPDATES[id] = {
        "id": id,
        "status": status,
        "type": kind,
        "params": [{"type": _capital(name), "value": json.dumps(value)} for name, value in given.items()],
        "createdAt": records.now(),
        "errors": [],
    }
    return _UPDATES[id]


def describe_update(call: ApiCall) -> Document:
    id: str = call.parameters["updateId"]
    if id not in _UPDATES:
        raise ApiError("ResourceNotFoundException", f"No update found for ID: {id}")
    return {"update": _UPDATES[id]}


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
