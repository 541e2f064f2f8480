"""An API server with the given objects by path."""

from pathlib import Path
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient

Object = dict[str, Any]


class Objects(DynamicClient):
    """Lists the given objects, and records what is created, patched or deleted."""

    def __init__(self, **objects: list[Object]) -> None:
        self.by_resource = objects
        self.created: list[Object] = []
        self.deleted: list[str] = []

    def items(self, path: str) -> list[Object]:
        return self.by_resource.get(Path(path).name, [])

    def get(self, path: str) -> Object:
        resource, name = Path(path).parts[-2:]
        return next(each for each in self.by_resource[resource] if each["metadata"]["name"] == name)

    def create(self, path: str, body: Object) -> Object:
        self.created.append(body)
        return body

    def delete(self, path: str) -> None:
        self.deleted.append(path)


def thing(name: str, *, owner: Object | None = None, **fields: Any) -> Object:
    """An object in namespace `serving`, with uid `uid-<name>`."""
    metadata: Object = {"name": name, "namespace": "serving", "uid": f"uid-{name}", "generation": 1}
    if owner:
        metadata["ownerReferences"] = [{"uid": owner["metadata"]["uid"]}]
    return {"metadata": metadata, **fields}
