from pathlib import Path

import pytest

from gpu_cluster.project import project_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: acme\nbackend: {url: s3://acme-state}\n", "acme"),  # ruamel.yaml's parser in C refuses it
        ("name: acme\nbackend: {url: s3://acme-state\n", None),
        ("runtime: python\n", None),
        ("name: ''\n", None),
        ("- name: acme\n", None),
    ],
)
def test_the_name_is_that_of_the_project_file(text: str, name: str | None, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)

    assert project_name(tmp_path) == name


def test_a_folder_without_the_file_has_no_name(tmp_path: Path) -> None:
    assert project_name(tmp_path) is None
