"""Documents of invalid shape: those that the API server refuses are refused or a finding of rule 106."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams

from gpu_cluster_policies.evaluate import evaluate_manifests
from gpu_cluster_policies.manifests.manifests import ManifestError
from gpu_cluster_tools.rehearsal import LocalControlPlane
from gpu_cluster_tools.toolchain import install
from tests.policies.fixture import FIXTURES, read
from tests.policies.shapes import FIRST_SEED, mutant

pytestmark = pytest.mark.engine

API_TYPES = 106


class _Type(NamedTuple):
    version: str
    kind: str


class _Resource(NamedTuple):
    path: str
    name: str
    namespaced: bool


class ApiServer:
    """A real API server that receives dry-run requests."""

    def __init__(self, kubeconfig: Path) -> None:
        config = KubeConfig.from_file(kubeconfig).get()
        assert config
        self._http = Client(config, ConnectionParams(trust_env=False))
        groups = self._get("/apis")["groups"]
        versions = [version["groupVersion"] for group in groups for version in group["versions"]]
        paths = {"v1": "/api/v1"} | {version: f"/apis/{version}" for version in versions}
        self._resources = {
            _Type(version, it["kind"]): _Resource(path, it["name"], it["namespaced"])
            for version, path in paths.items()
            for it in self._get(path)["resources"]
            if "/" not in it["name"]
        }

    def serves(self, document: dict[str, Any]) -> bool:
        return _type(document) in self._resources

    def cannot_read(self, document: dict[str, Any]) -> bool:
        """Whether the API server refuses the shape of the document, regardless of its values."""
        path, name, namespaced = self._resources[_type(document)]
        target = f"{path}/namespaces/{_namespace(document)}/{name}" if namespaced else f"{path}/{name}"
        # kubectl sends 10.0 as 10
        body = json.loads(
            json.dumps(document), parse_float=lambda it: int(float(it)) if float(it) % 1 == 0 else float(it)
        )
        response = self._http.post(target, json=body, params={"dryRun": "All"})
        said = "" if response.is_success else response.json()["message"]
        return response.status_code == 400 and "does not match the namespace" not in said

    def _get(self, path: str) -> dict[str, Any]:
        return self._http.get(path).raise_for_status().json()


def _type(document: dict[str, Any]) -> _Type:
    return _Type(document["apiVersion"], document["kind"])


def _namespace(document: dict[str, Any]) -> str:
    metadata: Any = document.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None  # pyright: ignore
    return namespace if isinstance(namespace, str) and namespace.isalnum() else "default"


@pytest.fixture(scope="module")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    control_plane = LocalControlPlane(tmp_path_factory.mktemp("control-plane"), install())
    control_plane.start()
    try:
        yield ApiServer(control_plane.kubeconfig)
    finally:
        control_plane.remove()


def _said(document: dict[str, Any]) -> str:
    """Result of a check."""
    try:
        judged = evaluate_manifests({"a.json": json.dumps(document).encode()}, None)
    except ManifestError:
        return "refused"
    if any(it.finding.rule.number == API_TYPES for it in judged.findings):
        return "types"
    return "found" if judged.stopping or judged.not_judged else "clean"


@pytest.mark.parametrize("mutants", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_shape_refused_by_the_api_server_is_not_clean(
    api_server: ApiServer, mutants: int, record_property: Callable[[str, object], None]
) -> None:
    documents = [
        document
        for file in sorted(FIXTURES.glob("*/pass-*.yaml"))
        for document in read(file).documents
        if "kind" in document and api_server.serves(document)
    ]
    ends: Counter[tuple[str, str]] = Counter()
    missed: list[str] = []
    for seed in range(FIRST_SEED, FIRST_SEED + mutants):
        document = documents[seed % len(documents)]
        changed, changes = mutant(document, seed)
        try:
            said = _said(changed)
        except Exception as error:
            pytest.fail(f"{changes}: {error!r}")
        if any(changed.get(key) != document[key] for key in ("apiVersion", "kind")):
            ends["another kind", said] += 1
            continue
        unread = api_server.cannot_read(changed)
        ends["unreadable" if unread else "read", said] += 1
        if unread and said not in ("types", "refused"):
            missed.append(f"{document['kind']} {changes}: {said}")

    record_property("ends", sorted(ends.items()))
    assert missed == []
    assert len(documents) > 150
    assert ends["unreadable", "types"] > mutants / 4
    assert ends["read", "clean"] > mutants / 40
