from rehearsal.aws import sdk
from rehearsal.aws.api import parameters_of
from rehearsal.aws.naming import observed, to_service, wrong_values


def test_names_that_differ_in_case_are_the_same() -> None:
    shape = parameters_of("s3", "PutBucketEncryption").members["ServerSideEncryptionConfiguration"]
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}

    assert to_service({"rules": [rule]}, shape) == {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}]
    }


def test_tags_become_the_pairs_that_the_service_takes() -> None:
    assert to_service({"b": "2", "a": "1"}, parameters_of("kms", "CreateKey").members["Tags"]) == [
        {"TagKey": "a", "TagValue": "1"},
        {"TagKey": "b", "TagValue": "2"},
    ]


def test_a_value_outside_of_what_a_service_lists_is_named() -> None:
    shape = parameters_of("ecr", "CreateRepository").members["imageTagMutability"]

    assert list(wrong_values("MUTABLE", shape, "imageTagMutability")) == []
    ((path, words),) = wrong_values("mutable", shape, "imageTagMutability")
    assert path == "imageTagMutability"
    assert words.startswith("expected one of MUTABLE, IMMUTABLE")
    assert words.endswith("got 'mutable'")


def test_a_number_out_of_bounds_is_named() -> None:
    shape = parameters_of("iam", "CreateRole").members["MaxSessionDuration"]

    assert list(wrong_values(60, shape, "maxSessionDuration")) == [
        ("maxSessionDuration", "expected at least 3600, got 60")
    ]


def test_a_text_that_a_service_would_not_take_is_named() -> None:
    shape = parameters_of("ecr", "CreatePullThroughCacheRule").members["ecrRepositoryPrefix"]

    assert list(wrong_values("dev/quay.io", shape, "prefix")) == []
    assert list(wrong_values("a" * 31, shape, "prefix")) == [
        ("prefix", "expected at most 30 characters, got 31")
    ]
    ((path, words),) = wrong_values("Dev", shape, "prefix")
    assert path == "prefix"
    assert words.startswith("expected a text like ^(")
    assert words.endswith("got 'Dev'")


def test_an_answer_is_read_by_the_types_of_the_sdk() -> None:
    outputs = sdk.properties_of("aws:ec2/vpc:Vpc").outputs
    answer = {
        "CidrBlock": "10.0.0.0/16",
        "Tags": [{"Key": "Name", "Value": "main"}, {"Key": "aws:owned", "Value": "x"}],
        "State": "available",
        "InstanceTenancy": 5,
    }

    assert observed(answer, outputs) == {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}}
