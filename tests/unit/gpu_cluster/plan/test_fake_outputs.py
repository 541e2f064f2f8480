import pytest

from gpu_cluster.plan.fake_outputs import RequestedResource, outputs_of


def asked(type: str, **inputs: object) -> RequestedResource:
    return RequestedResource(type, "platform-x", inputs, "123456789012", "us-east-2")


def test_generated_name_has_the_suffix_of_the_provider() -> None:
    assert asked("aws:iam/role:Role").name.startswith("platform-x-")
    assert len(asked("aws:iam/role:Role").name) == len("platform-x-") + 7
    assert asked("aws:iam/role:Role", name="given").name == "given"


@pytest.mark.parametrize(
    ("type", "arn"),
    [
        ("aws:iam/role:Role", "arn:aws:iam::123456789012:role/given"),
        ("aws:s3/bucket:Bucket", "arn:aws:s3:::given"),
        ("aws:eks/cluster:Cluster", "arn:aws:eks:us-east-2:123456789012:cluster/given"),
        ("aws:cloudwatch/logGroup:LogGroup", "arn:aws:logs:us-east-2:123456789012:log-group:given"),
        ("aws:ecr/repository:Repository", "arn:aws:ecr:us-east-2:123456789012:repository/given"),
    ],
)
def test_arn_has_the_format_of_the_service(type: str, arn: str) -> None:
    assert outputs_of(asked(type, name="given"))["arn"] == arn


def test_ids_have_the_format_of_the_service() -> None:
    assert asked("aws:ec2/vpc:Vpc").id.startswith("vpc-")
    assert len(asked("aws:ec2/vpc:Vpc").id) == len("vpc-") + 17
    assert asked("aws:kms/key:Key").id.count("-") == 4


def test_ids_of_two_resources_differ() -> None:
    one, other = (
        RequestedResource("aws:ec2/vpc:Vpc", "a", {}, "1", "r"),
        RequestedResource("aws:ec2/vpc:Vpc", "b", {}, "1", "r"),
    )

    assert one.id != other.id
