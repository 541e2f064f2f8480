import pytest

from rehearsal.aws.api import Api
from rehearsal.aws.provider import ProviderError
from tests.unit.rehearsal.aws.services.life import Resource, make, mistakes, refusal
from tests.unit.rehearsal.aws.services.policies import policy

FILES = "aws:efs/fileSystem:FileSystem"
TARGET = "aws:efs/mountTarget:MountTarget"


@pytest.fixture
def files(api: Api, key: Resource) -> Resource:
    return make(api, FILES, encrypted=True, kmsKeyId=key["arn"])


def test_a_file_system_changes_in_place_but_for_its_encryption(files: Resource, api: Api) -> None:
    assert files["dnsName"] == f"{files.id}.efs.eu-central-1.amazonaws.com"
    assert files.change(throughputMode="elastic", tags={"Name": "home"}) == "updated"
    assert files["name"] == "home"
    assert files.change(lifecyclePolicies=[{"transitionToIa": "AFTER_30_DAYS"}]) == "updated"
    assert files.change(protection={"replicationOverwrite": "DISABLED"}) == "updated"
    assert files.change(lifecyclePolicies=None, protection=None) == "updated"
    assert files["protection"] == {"replicationOverwrite": "ENABLED"}
    assert files.change(encrypted=False) == "replaced"
    files.goes()


def test_without_a_key_of_its_own_it_has_one_of_aws(api: Api) -> None:
    assert ":key/" in make(api, FILES, encrypted=True)["kmsKeyId"]


def test_words_that_only_another_operation_takes_are_checked(api: Api) -> None:
    (words,) = mistakes(api, FILES, lifecyclePolicies=[{"transitionToIa": "AFTER_31_DAYS"}])

    assert words.startswith("lifecyclePolicies[0].TransitionToIA: expected one of")


def test_what_is_mounted_stays(api: Api, files: Resource, subnet: Resource, group: Resource) -> None:
    target = make(api, TARGET, fileSystemId=files.id, subnetId=subnet.id, securityGroups=[group.id])

    assert target["mountTargetDnsName"] == f"eu-central-1a.{files['dnsName']}"
    assert "MountTargetConflict" in refusal(api, TARGET, fileSystemId=files.id, subnetId=subnet.id)
    for used in (files, subnet, group):
        with pytest.raises(ProviderError, match=r"InUse|DependencyViolation"):
            used.goes()

    target.goes()
    for used in (files, subnet, group):
        used.goes()


def test_a_target_moves_to_another_group_and_not_to_another_subnet(
    api: Api, files: Resource, subnet: Resource, vpc: Resource, group: Resource
) -> None:
    target = make(api, TARGET, fileSystemId=files.id, subnetId=subnet.id)

    assert target["securityGroups"] != [group.id]
    assert target.change(securityGroups=[group.id]) == "updated"
    assert target.change(subnetId="subnet-0123456789abcdef0") == "replaced"


def test_who_may_enter_and_what_is_backed_up(api: Api, files: Resource) -> None:
    point = make(
        api,
        "aws:efs/accessPoint:AccessPoint",
        fileSystemId=files.id,
        posixUser={"uid": 1000, "gid": 1000},
        rootDirectory={
            "path": "/a",
            "creationInfo": {"ownerUid": 1000, "ownerGid": 1000, "permissions": "750"},
        },
    )
    own = make(api, "aws:efs/fileSystemPolicy:FileSystemPolicy", fileSystemId=files.id, policy=policy("a:b"))
    backed = make(
        api,
        "aws:efs/backupPolicy:BackupPolicy",
        fileSystemId=files.id,
        backupPolicy={"status": "ENABLED"},
    )

    assert point.change(tags={"use": "test"}) == "updated"
    assert point.change(posixUser={"uid": 1, "gid": 1}) == "replaced"
    assert own.change(policy=policy("a:c")) == "updated"
    for each in (point, own, backed):
        each.goes()
