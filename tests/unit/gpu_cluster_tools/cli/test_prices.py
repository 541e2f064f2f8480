from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpu_cluster_tools.cli.app import ERRORS, app


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    error = CliRunner().invoke(app, ["prices", "--region", "eu-central-1"]).exception

    assert str(error) == "this machine has no AWS credentials: sign in, or set AWS_PROFILE"
    assert ERRORS[f"{type(error).__module__}.{type(error).__qualname__}"] == 1


def test_a_region_that_the_catalog_does_not_know_is_refused() -> None:
    found = CliRunner().invoke(app, ["prices", "--region", "eu-centrl-1"])

    assert found.exit_code == 2
    assert "did you mean" in found.output
    assert "'eu-central-1'" in found.output
