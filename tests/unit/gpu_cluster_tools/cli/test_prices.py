from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster_tools.cli.app import ERRORS, app
from gpu_cluster_tools.price_list.fetch import Fetched


def test_missing_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    error = CliRunner().invoke(app, ["prices", "--region", "eu-central-1"]).exception

    assert str(error) == "this machine has no AWS credentials: sign in, or set AWS_PROFILE"
    assert ERRORS[f"{type(error).__module__}.{type(error).__qualname__}"] == 1


def test_unknown_region_gets_a_suggestion() -> None:
    found = CliRunner().invoke(app, ["prices", "--region", "eu-centrl-1"])

    assert found.exit_code == 2
    assert "did you mean" in found.output
    assert "'eu-central-1'" in found.output


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Regions for which the command fetches prices."""
    regions: list[str] = []

    def noted(_: object, region: str) -> Fetched:
        regions.append(region)
        return Fetched({}, {}, ())

    monkeypatch.setattr("gpu_cluster_tools.doctor.aws.Aws", str)
    monkeypatch.setattr("gpu_cluster_tools.price_list.fetch.fetched", noted)
    return regions


def prices_of(folder: Path, stacks: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Result:
    (folder / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    (folder / "stacks").mkdir()
    for name, config in stacks.items():
        (folder / "stacks" / f"Pulumi.{name}.yaml").write_text(f"config: {config}\n")
    monkeypatch.chdir(folder)
    return CliRunner().invoke(app, ["prices"])


def test_incomplete_stack_files_are_accepted(
    tmp_path: Path, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stack files written by `init` have placeholders."""
    draft = '{aws:region: eu-central-1, "gpu-cluster:cluster": {provider: eks, account: "<your-account>"}}'
    found = prices_of(tmp_path, {"dev": draft, "local": "{}", "team": "{}"}, monkeypatch)

    assert (found.exit_code, fetched) == (0, ["eu-central-1"])


def test_stack_file_without_a_valid_region_is_skipped_with_a_message(
    tmp_path: Path, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = {"a": "{aws:region: <region>}", "b": "{aws:region: eu-west-1}", "c": "[", "d": "{aws:region: 7}"}
    found = prices_of(tmp_path, stacks, monkeypatch)

    assert (found.exit_code, fetched) == (3, ["eu-west-1"])
    assert "skipped: stacks/Pulumi.a.yaml: unknown region '<region>'" in found.stderr
    assert "skipped: stacks/Pulumi.c.yaml: " in found.stderr
    assert "skipped: stacks/Pulumi.d.yaml: unknown region '7'" in found.stderr


def test_project_without_a_valid_region_lists_every_file(
    tmp_path: Path, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = prices_of(tmp_path, {"a": "{aws:region: eu-wst-1}", "b": "{aws:region: <region>}"}, monkeypatch)
    words = " ".join(found.output.replace("│", "").split())

    assert (found.exit_code, fetched) == (2, [])
    assert "stacks/Pulumi.a.yaml: unknown region 'eu-wst-1', did you mean 'eu-west-1'" in words
    assert "stacks/Pulumi.b.yaml: unknown region '<region>'" in words
