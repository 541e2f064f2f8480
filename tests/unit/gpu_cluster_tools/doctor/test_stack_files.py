from pathlib import Path

from gpu_cluster.stack.schema import json_schema, schema_text
from gpu_cluster_tools.doctor.check import CheckStatus
from gpu_cluster_tools.doctor.stack_files import schema, stack_file

SMALL = """\
config:
  gpu-cluster:cluster: {provider: local}
  gpu-cluster:pools: {system: {instance: m7i.large, nodes: 1}}
"""


def test_valid_file_returns_its_settings(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.small.yaml"
    file.write_text(SMALL)

    stack, [check] = stack_file(file, "small")

    assert stack is not None
    assert (check.verdict, check.found) == (CheckStatus.OK, "1 pool and 0 models on provider local")


def test_each_error_of_a_stack_file_is_a_separate_check(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.small.yaml"
    file.write_text(SMALL.replace("m7i.large", "m7i.larg").replace("local", "CHANGEME"))

    stack, checks = stack_file(file, "small")

    assert stack is None
    assert [check.verdict for check in checks] == [CheckStatus.FAIL] * 2
    assert ["CHANGEME" in checks[0].found, "m7i.large" in checks[1].found] == [True, True]


def test_team_file_is_read_with_its_environment(tmp_path: Path) -> None:
    granted = "  gpu-cluster:teams: {vision: {gpus: {}}}\n"
    (tmp_path / "Pulumi.small.yaml").write_text(SMALL + granted)
    file = tmp_path / "Pulumi.small-vision.yaml"
    file.write_text("config:\n  gpu-cluster:team: {environment: small, name: vision}\n")

    _, checks = stack_file(file, "small-vision")

    assert [check.found for check in checks] == ["0 models of team vision on small"]


def test_schema_of_another_version_is_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "stacks"
    folder.mkdir()
    assert [check.verdict for check in schema(tmp_path)] == [CheckStatus.WARN, CheckStatus.WARN]
    (folder / "schema.json").write_text(schema_text(json_schema()))
    (folder / "team-schema.json").write_text("{}")
    assert [check.verdict for check in schema(tmp_path)] == [CheckStatus.OK, CheckStatus.WARN]
