from typing import Any

import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import Resource, make, mistakes, refusal

FILES = "aws:fsx/lustreFileSystem:LustreFileSystem"
LINK = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"


@pytest.fixture
def wanted(subnet: Resource, group: Resource) -> dict[str, Any]:
    return {
        "deploymentType": "PERSISTENT_2",
        "storageCapacity": 2400,
        "perUnitStorageThroughput": 125,
        "fileSystemTypeVersion": "2.15",
        "subnetIds": subnet.id,
        "securityGroupIds": [group.id],
    }


@pytest.fixture
def files(api: Api, wanted: dict[str, Any]) -> Resource:
    return make(api, FILES, **wanted)


def test_a_file_system_grows_and_does_not_shrink(files: Resource) -> None:
    assert files["dnsName"] == f"{files.id}.fsx.eu-central-1.amazonaws.com"
    assert files.change(storageCapacity=4800) == "updated"
    assert files.change(storageCapacity=2400) == "replaced"
    assert files.change(dataCompressionType="LZ4", tags={"use": "test"}) == "updated"
    assert files.change(dataCompressionType=None) == "updated"
    assert files["dataCompressionType"] == "NONE"
    assert files.change(deploymentType="SCRATCH_2") == "replaced"


def test_it_keeps_its_subnet_and_its_group(files: Resource, subnet: Resource, group: Resource) -> None:
    for used in (subnet, group):
        with pytest.raises(ProviderError, match="DependencyViolation"):
            used.goes()

    for each in (files, subnet, group):
        each.goes()


def test_words_of_its_settings_are_checked(api: Api, wanted: dict[str, Any]) -> None:
    (words,) = mistakes(api, FILES, **(wanted | {"dataCompressionType": "GZIP"}))

    assert words == "LustreConfiguration.DataCompressionType: expected one of NONE, LZ4; got 'GZIP'"


def test_a_bucket_is_shown_in_a_folder(api: Api, files: Resource) -> None:
    bucket = make(api, "aws:s3/bucket:Bucket")
    link = make(
        api,
        LINK,
        fileSystemId=files.id,
        fileSystemPath="/data",
        dataRepositoryPath=f"s3://{bucket.id}/train",
        s3={"autoImportPolicy": {"events": ["NEW"]}},
    )

    assert link["associationId"] == link.id
    assert link.change(s3={"autoImportPolicy": {"events": ["NEW", "CHANGED"]}}) == "updated"
    assert link.change(fileSystemPath="/") == "replaced"
    with pytest.raises(ProviderError, match="Backups are not supported with data repository associations"):
        files.change(automaticBackupRetentionDays=7)
    again = {"fileSystemId": files.id, "fileSystemPath": "/data/more", "dataRepositoryPath": "s3://other"}
    assert "overlaps" in refusal(api, LINK, **again)
    assert "does not exist" in refusal(api, LINK, **(again | {"fileSystemPath": "/more"}))
    link.goes()
