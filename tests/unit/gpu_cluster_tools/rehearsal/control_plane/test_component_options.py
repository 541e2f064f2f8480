from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane import component_options

TOOLCHAIN: Any = SimpleNamespace(path=Path("/tools").joinpath)
PORTS = {name: 20_000 + number for number, name in enumerate(component_options.PORTS)}


def kwokctl() -> dict[str, Any]:
    return component_options.configuration(TOOLCHAIN, PORTS, Path("/data"), pki=Path("/pki"))[0]


def arguments() -> dict[str, str]:
    """Arguments of the API server."""
    [patch] = [it for it in kwokctl()["componentsPatches"] if it["name"] == "kube-apiserver"]
    return {it["key"]: it["value"] for it in patch["extraArgs"]}


def test_api_server_certificate_includes_the_service_address() -> None:
    """Pods use the Service's address; real nodes decide where it leads."""
    assert kwokctl()["options"]["kubeApiserverCertSANs"] == ["10.100.0.1"]
    assert arguments()["endpoint-reconciler-type"] == "none"


def test_api_server_passes_user_headers_to_extension_servers() -> None:
    found = arguments()
    assert found["requestheader-client-ca-file"] == "/pki/ca.crt"
    assert found["requestheader-username-headers"] == "X-Remote-User"


def test_api_server_has_a_client_certificate_for_kubelets() -> None:
    found = arguments()
    assert (found["kubelet-client-certificate"], found["kubelet-client-key"]) == (
        "/pki/admin.crt",
        "/pki/admin.key",
    )
