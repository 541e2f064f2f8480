import stat
from pathlib import Path

import pytest
from lightkube import KubeConfig

from gpu_cluster_tools.rehearsal.control_plane import kubeconfig


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    for name in ("ca.crt", "admin.crt", "admin.key"):
        (tmp_path / name).write_text(f"content of {name}")
    return tmp_path


def test_kubeconfig_has_server_credentials_and_private_mode(pki: Path) -> None:
    path = pki / "kubeconfig"
    kubeconfig.write(path, name="here", port=20443, pki=pki)

    config = KubeConfig.from_file(path).get()

    assert config
    assert config.cluster.server == "https://127.0.0.1:20443"
    assert config.user
    assert config.user.client_key_data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_unchanged_kubeconfig_is_not_rewritten(pki: Path) -> None:
    path = pki / "kubeconfig"
    kubeconfig.write(path, name="here", port=20443, pki=pki)
    before = path.stat().st_mtime_ns

    kubeconfig.write(path, name="here", port=20443, pki=pki)
    assert path.stat().st_mtime_ns == before

    kubeconfig.write(path, name="here", port=20444, pki=pki)
    assert "20444" in path.read_text()
