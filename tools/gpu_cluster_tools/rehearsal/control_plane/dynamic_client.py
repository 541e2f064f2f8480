"""Client for objects of any kind."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownParameterType=false

import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams

from gpu_cluster_tools.rehearsal.errors import RehearsalError

Object = dict[str, Any]

_BUSY_SECONDS = 30
_API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"

_MADE_BY_THE_CLUSTER = {
    "events",
    "leases",
    "endpoints",
    "endpointslices",
    "componentstatuses",
    "controllerrevisions",
}


class DynamicClient:
    """Client of the API server for resources that the typed client does not list.

    DynamicClient(control_plane.kubeconfig).items("/apis/apps/v1/deployments")
    """

    def __init__(self, kubeconfig: Path) -> None:
        config = KubeConfig.from_file(kubeconfig).get()
        if config is None:
            raise RehearsalError(f"invalid kubeconfig {kubeconfig}")
        self._http = Client(config, ConnectionParams(trust_env=False))

    def get(self, path: str) -> Object:
        """Response; of a kind that was defined just now, once the server can list it."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            response = self._http.get(path)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS or time.monotonic() > deadline:
                response.raise_for_status()
                return response.json()
            time.sleep(float(response.headers.get("Retry-After", 1)))

    def text(self, path: str) -> str:
        """Response that is not an object, such as a log."""
        return self._http.get(path).raise_for_status().text

    def items(self, path: str) -> list[Object]:
        """Objects at a resource's path, of all namespaces where it names none."""
        return self.get(path)["items"]

    def create(self, path: str, body: Object) -> Object:
        """The created object."""
        return self._http.post(path, json=body).raise_for_status().json()

    def patch(self, path: str, body: Object) -> None:
        headers = {"Content-Type": "application/merge-patch+json"}
        self._http.patch(path, json=body, headers=headers).raise_for_status()

    def apply(self, path: str, body: Object) -> None:
        """Create or update an object."""
        headers = {"Content-Type": "application/apply-patch+yaml"}
        parameters = {"fieldManager": "gpu-cluster-rehearsal", "force": "true"}
        self._http.patch(path, json=body, headers=headers, params=parameters).raise_for_status()

    def delete(self, path: str) -> None:
        self._http.delete(path).raise_for_status()

    def objects(self) -> dict[str, str]:
        """UID of every user-created object, by `resource/namespace/name`."""
        return {
            f"{resource}/{item['metadata'].get('namespace', '')}/{item['metadata']['name']}": item[
                "metadata"
            ]["uid"]
            for group in self._groups()
            for resource in self._listed(group)
            for item in self.items(f"{group}/{resource}")
        }

    def _groups(self) -> list[str]:
        """Groups that this server stores; those of metrics APIs belong to extension API servers."""
        preferred = {each["preferredVersion"]["groupVersion"] for each in self.get("/apis")["groups"]}
        extensions = {
            f"{each['spec']['group']}/{each['spec']['version']}"
            for each in self.items(_API_SERVICES)
            if each["spec"].get("service")
        }
        return ["/api/v1", *(f"/apis/{version}" for version in sorted(preferred - extensions))]

    def _listed(self, group: str) -> list[str]:
        return [
            resource["name"]
            for resource in self.get(group)["resources"]
            if "list" in resource["verbs"] and resource["name"] not in _MADE_BY_THE_CLUSTER
        ]
