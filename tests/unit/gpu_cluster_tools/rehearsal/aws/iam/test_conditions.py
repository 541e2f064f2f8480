"""Condition operators, by the tables of the IAM user guide."""

import pytest

from gpu_cluster_tools.rehearsal.aws.iam.conditions import hold
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError

CONTEXT = {
    "aws:username": ("JohnDoe",),
    "aws:principalarn": ("arn:aws:iam::111122223333:role/path/reader",),
    "aws:securetransport": ("true",),
    "aws:sourceip": ("203.0.113.8",),
    "aws:tagkeys": ("environment", "webserver"),
    "s3:tlsversion": ("1.3",),
    "aws:currenttime": ("2026-11-28T12:00:00+00:00",),
    "aws:principaltag/team": ("ml",),
    "aws:resourcetag/team": ("ml",),
    "aws:requesttag/odd": ("a*c",),
}


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:username", ["JohnDoe"], True),
        ("StringEquals", "AWS:UserName", ["JohnDoe"], True),
        ("StringEquals", "aws:username", ["johndoe"], False),
        ("StringEquals", "aws:username", ["Other", "JohnDoe"], True),
        ("StringEquals", "aws:username", ["John*"], False),
        ("StringEquals", "aws:userid", ["x"], False),
        ("StringEqualsIfExists", "aws:userid", ["x"], True),
        ("StringEqualsIfExists", "aws:username", ["x"], False),
        ("StringNotEquals", "aws:username", ["Other"], True),
        ("StringNotEquals", "aws:username", ["Other", "JohnDoe"], False),
        ("StringNotEquals", "aws:userid", ["x"], True),
        ("StringEqualsIgnoreCase", "aws:username", ["johndoe"], True),
        ("StringNotEqualsIgnoreCase", "aws:username", ["johndoe"], False),
        ("StringLike", "aws:username", ["John*"], True),
        ("StringLike", "aws:username", ["john*"], False),
        ("StringLike", "aws:username", ["JohnDo?"], True),
        ("StringNotLike", "aws:username", ["John*"], False),
        ("StringNotLike", "aws:userid", ["John*"], True),
        ("StringEquals", "aws:ResourceTag/team", ["${aws:PrincipalTag/team}"], True),
        ("StringEquals", "aws:ResourceTag/team", ["${aws:PrincipalTag/other}"], False),
        ("StringEquals", "aws:ResourceTag/team", ["${aws:PrincipalTag/other, 'ml'}"], True),
        ("StringLike", "aws:username", ["${aws:RequestTag/odd}"], False),
        ("StringEquals", "aws:RequestTag/odd", ["a${*}c"], True),
        ("StringLike", "aws:RequestTag/odd", ["a${*}c"], True),
        ("StringLike", "aws:username", ["John${*}"], False),
        ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/*"], True),
        ("ArnEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/path/reader"], True),
        ("ArnLike", "aws:PrincipalArn", ["arn:aws:*:role/path/reader"], False),
        ("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/*"], False),
        ("ArnNotEquals", "aws:SourceArn", ["arn:aws:iam::111122223333:role/*"], True),
        ("Bool", "aws:SecureTransport", ["true"], True),
        ("Bool", "aws:SecureTransport", ["false"], False),
        ("Bool", "aws:ViaAWSService", ["false"], False),
        ("BoolIfExists", "aws:ViaAWSService", ["false"], True),
        ("Null", "aws:userid", ["true"], True),
        ("Null", "aws:userid", ["false"], False),
        ("Null", "aws:username", ["false"], True),
        ("NumericLessThan", "s3:TlsVersion", ["1.2"], False),
        ("NumericLessThan", "s3:TlsVersion", ["1.4"], True),
        ("NumericGreaterThanEquals", "s3:TlsVersion", ["1.3"], True),
        ("NumericNotEquals", "s3:TlsVersion", ["1.3"], False),
        ("NumericEquals", "aws:username", ["1"], False),
        ("DateGreaterThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], True),
        ("DateLessThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], False),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24"], True),
        ("IpAddress", "aws:SourceIp", ["2001:db8::/32"], False),
        ("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"], False),
        ("NotIpAddress", "aws:SourceIp", ["198.51.100.0/24", "192.0.2.1"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["environment", "webserver", "cost-center"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["environment"], False),
        ("ForAllValues:StringEquals", "aws:CalledVia", ["x"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["webserver", "storage"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["storage"], False),
        ("ForAnyValue:StringEquals", "aws:CalledVia", ["x"], False),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["storage"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["webserver"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["webserver"], True),
        ("ForAnyValue:StringLike", "aws:TagKeys", ["web*"], True),
    ],
)
def test_condition_operator_matches_the_iam_user_guide(
    operator: str, key: str, values: list[str], expected: bool
) -> None:
    assert hold({operator: {key: tuple(values)}}, CONTEXT) is expected


def test_all_operators_and_keys_must_match() -> None:
    both = {"StringEquals": {"aws:username": ("JohnDoe",), "aws:ResourceTag/team": ("ml",)}}
    assert hold(both, CONTEXT)
    assert not hold({"StringEquals": {**both["StringEquals"], "aws:userid": ("x",)}}, CONTEXT)
    assert not hold({**both, "Bool": {"aws:SecureTransport": ("false",)}}, CONTEXT)


@pytest.mark.parametrize(
    "operator",
    ["StringMatches", "BoolNot", "NumericNotLessThan", "ForSome:StringEquals", "stringEquals", "NotBool"],
)
def test_unknown_operator_is_an_error(operator: str) -> None:
    with pytest.raises(PolicyError, match=f"condition operator {operator} is not understood"):
        hold({operator: {"aws:username": ("a",)}}, CONTEXT)
