"""Changes of clusters and node groups as EKS answers them."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.aws.answering import Call
from rehearsal.aws.api import ApiError
from rehearsal.aws.eks import record
from rehearsal.aws.eks.record import Document

_UPDATES: dict[str, Document] = {}


def update(owner: Document, kind: str, given: Mapping[str, Any]) -> Document:
    """The answer to a change that is made: {"update": {"id": …, "status": "Successful", …}}."""
    owner["modifiedAt"] = record.now()
    id = str(uuid.uuid4())
    _UPDATES[id] = {
        "id": id,
        "status": "Successful",
        "type": kind,
        "params": [{"type": _capital(name), "value": json.dumps(value)} for name, value in given.items()],
        "createdAt": record.now(),
        "errors": [],
    }
    return {"update": _UPDATES[id]}


def describe_update(call: Call) -> Document:
    id: str = call.parameters["updateId"]
    if id not in _UPDATES:
        raise ApiError("ResourceNotFoundException", f"No update found for ID: {id}")
    return {"update": _UPDATES[id]}


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
