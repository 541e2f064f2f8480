"""Every object of a cluster, whatever its kind."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownParameterType=false

from pathlib import Path
from typing import Any

from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams

_MADE_BY_THE_CLUSTER = {
    "events",
    "leases",
    "endpoints",
    "endpointslices",
    "componentstatuses",
    "controllerrevisions",
}


class Api:
    """The API server itself, for what no typed client lists."""

    def __init__(self, kubeconfig: Path) -> None:
        config = KubeConfig.from_file(kubeconfig).get()
        assert config
        self._http = Client(config, ConnectionParams(trust_env=False))

    def get(self, path: str) -> dict[str, Any]:
        response = self._http.get(path)
        response.raise_for_status()
        return response.json()

    def objects(self) -> dict[str, str]:
        """The UID of every object that somebody made, by `resource/namespace/name`."""
        return {
            f"{resource}/{item['metadata'].get('namespace', '')}/{item['metadata']['name']}": item[
                "metadata"
            ]["uid"]
            for group in self._groups()
            for resource in self._listed(group)
            for item in self.get(f"{group}/{resource}")["items"]
        }

    def patch(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/merge-patch+json"}
        self._http.patch(path, json=body, headers=headers).raise_for_status()

    def _groups(self) -> list[str]:
        groups = self.get("/apis")["groups"]
        return ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]

    def _listed(self, group: str) -> list[str]:
        return [
            resource["name"]
            for resource in self.get(group)["resources"]
            if "list" in resource["verbs"] and resource["name"] not in _MADE_BY_THE_CLUSTER
        ]
