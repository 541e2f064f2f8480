from pathlib import Path

import pytest

from gpu_cluster_tools.review.affected_stacks import affected_stacks
from gpu_cluster_tools.review.named_files import named_files

SITE = """config:
  gpu-cluster:extras:
    manifests: [manifests, ./queues.yaml]
    charts: {vllm: {chart: ./charts/vllm}, kueue: {chart: "oci://example.com/kueue", version: 1.0.0}}
  gpu-cluster:serving:
    models: {chat: {model: acme/new, config: ../models/new.json}, code: {model: acme/code, config: code.json}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.site.yaml").write_text(SITE)
    return tmp_path


def test_named_files_are_paths_from_the_project(project: Path) -> None:
    named = [*named_files(project / "stacks" / "Pulumi.site.yaml")]

    assert named == ["manifests", "queues.yaml", "charts/vllm", "models/new.json", "stacks/code.json"]


@pytest.mark.parametrize(
    ("changed", "stacks"),
    [
        ("manifests/team/quota.yaml", ["site"]),
        ("queues.yaml", ["site"]),
        ("charts/vllm/values.yaml", ["site"]),
        ("models/new.json", ["site"]),
        ("stacks/code.json", ["site"]),
        ("manifests-of-others/quota.yaml", []),
        ("charts/other/values.yaml", []),
    ],
)
def test_changed_file_affects_the_stack_that_names_it(project: Path, changed: str, stacks: list[str]) -> None:
    assert affected_stacks([changed], project, project) == stacks


@pytest.mark.parametrize(
    "text", ["", "[", "config: 1", "config: {gpu-cluster:extras: {manifests: 1, charts: 2}}"]
)
def test_unreadable_stack_file_names_no_files(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.site.yaml"
    file.write_text(text)

    assert [*named_files(file)] == []
