"""The JSON Schema agrees with the models on the stack files of the corpus, where one key decides."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gpu_cluster.catalog import INSTANCES
from gpu_cluster.stack.document import UnreadableFileError, read
from gpu_cluster.stack.reference import reference_text, team_reference_text
from gpu_cluster.stack.schema import json_schema, schema_text, team_json_schema
from tests.unit.gpu_cluster.stack.corpus import ERRORS, HAPPY, PROJECT

SCHEMA: Any = Draft202012Validator(json_schema())  # its methods are typed in part


def test_json_schema_is_valid() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", HAPPY, ids=lambda path: path.stem)
def test_valid_stack_file_matches_the_schema(path: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(read(path).data)] == []


def test_schema_rejects_more_than_half_of_the_invalid_files() -> None:
    readable = [path for path in ERRORS if _is_yaml(path)]
    refused = [path for path in readable if not SCHEMA.is_valid(read(path).data)]
    assert len(refused) > 0.5 * len(readable)  # the others are between sections


@pytest.mark.parametrize(
    "name",
    [
        "backups-copied-nowhere",
        "backups-region-misspelt",
        "budget-with-local",
        "cluster-provider-unknown",
        "ecr-replicate-region-misspelt",
        "eks-access-namespaces-of-an-admin",
        "eks-endpoint-public-of-a-host",
        "eks-pool-ami-bottlerocket-without-release",
        "eks-pool-karpenter-keeps-nodes",
        "eks-pool-karpenter-shares",
        "eks-pool-karpenter-surges",
        "eks-pool-karpenter-with-a-block",
        "eks-service-range-public",
        "eks-version-unknown",
        "label-value-empty",
        "machine-gpu-without-count",
        "model-cache-size-zero",
        "model-store-beside-cache",
        "model-store-with-a-revision",
        "model-without-cache",
        "pool-instance-and-machine",
        "pool-instance-unknown",
        "pool-key-misspelt",
        "region-missing",
        "region-misspelt",
        "section-team-for-teams",
        "serving-namespace-of-kubernetes",
        "serving-token-plain",
        "sharing-two-ways",
        "storage-lustre-backup-of-a-bucket",
        "storage-lustre-writes-back-nowhere",
        "teams-namespace-of-the-platform",
    ],
)
def test_schema_rejects_the_listed_invalid_file(name: str) -> None:
    [path] = [path for path in ERRORS if path.stem == name]
    assert not SCHEMA.is_valid(read(path).data)


def test_schema_has_the_instance_types_as_examples() -> None:
    pool = json_schema()["$defs"]["PoolSettings"]
    assert pool["properties"]["instance"]["examples"] == list(INSTANCES)


def test_committed_schemas_and_references_are_current() -> None:
    """`make docs` writes them."""
    assert (PROJECT / "stacks/schema.json").read_text() == schema_text(json_schema())
    assert (PROJECT / "stacks/team-schema.json").read_text() == schema_text(team_json_schema())
    assert (PROJECT / "docs/reference/stack-file.md").read_text() == reference_text()
    assert (PROJECT / "docs/reference/team-file.md").read_text() == team_reference_text()


def _is_yaml(path: Path) -> bool:
    try:
        read(path)
    except UnreadableFileError:
        return False
    return True
