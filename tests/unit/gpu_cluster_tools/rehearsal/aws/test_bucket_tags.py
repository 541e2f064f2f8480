"""The provider uses S3 Control for bucket tags, others use S3; both access the same tags."""

from typing import Any

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import fresh

TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


def test_bucket_tags_are_equal_in_s3_and_s3_control(api: Api, deployer: Api) -> None:
    name = fresh("bucket").lower()
    api.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": api.region})
    named: dict[str, Any] = {"AccountId": identity.account(), "ResourceArn": f"arn:aws:s3:::{name}"}

    deployer.call("s3control", "TagResource", **named, Tags=TAGS)
    assert deployer.call("s3", "GetBucketTagging", Bucket=name)["TagSet"] == TAGS

    deployer.call("s3control", "UntagResource", **named, TagKeys=["a"])
    assert deployer.call("s3control", "ListTagsForResource", **named)["Tags"] == TAGS[1:]
