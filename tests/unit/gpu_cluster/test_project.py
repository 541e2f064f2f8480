from pathlib import Path

import pytest

from gpu_cluster.project import project_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: acme\nbackend: {url: s3://acme-state}\n", "acme"),  # ruamel.yaml's C parser rejects it
        ("name: acme\nbackend: {url: s3://acme-state\n", None),
        ("runtime: python\n", None),
        ("name: ''\n", None),
        ("- name: acme\n", None),
    ],
)
def test_project_name_is_read_from_pulumi_yaml(text: str, name: str | None, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)

    assert project_name(tmp_path) == name


def test_folder_without_pulumi_yaml_has_no_project_name(tmp_path: Path) -> None:
    assert project_name(tmp_path) is None
