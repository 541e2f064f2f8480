import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gpu_cluster_tools.rehearsal.control_plane import component_options, webhook

TOOLCHAIN: Any = SimpleNamespace(path=Path("/tools").joinpath)
PORTS = {name: 20_000 + number for number, name in enumerate(component_options.PORTS)}


def _api_server(*more: Any) -> dict[str, dict[str, Any]]:
    """Further arguments of the API server, by name."""
    kwokctl, _ = component_options.configuration(TOOLCHAIN, PORTS, Path("/data"), *more, pki=Path("/pki"))
    patches = {patch["name"]: patch["extraArgs"] for patch in kwokctl["componentsPatches"]}
    return {argument["key"]: argument for argument in patches["kube-apiserver"]}


def test_api_server_without_an_account_has_no_webhook() -> None:
    assert not any("webhook" in name for name in _api_server())
    assert "authorization-mode" not in _api_server()


def test_api_server_with_an_account_uses_the_webhook_after_rbac(tmp_path: Path) -> None:
    arguments = _api_server(webhook.arguments(tmp_path))

    mode = arguments["authorization-mode"]
    assert (mode["value"], mode["override"]) == ("Node,RBAC,Webhook", True)
    assert arguments["authentication-token-webhook-config-file"]["value"].startswith(str(tmp_path))


def test_webhook_files_have_the_url_of_the_account(tmp_path: Path) -> None:
    webhook.write(tmp_path, "http://127.0.0.1:20001")

    given = webhook.arguments(tmp_path)
    for kind, path in (("authentication-token", "_authenticate"), ("authorization", "_authorize")):
        config = json.loads(Path(given[f"{kind}-webhook-config-file"]).read_text())
        assert config["clusters"][0]["cluster"] == {"server": f"http://127.0.0.1:20001/{path}"}
