import json
from typing import Any

import pytest

from gpu_cluster_policies.resources.policy_document import Statement, matches, statements
from gpu_cluster_policies.resources.property import UNKNOWN, NotKnownError, Property, UnreadableError


def _document(content: Any) -> Property:
    return Property("aws:iam/policy:Policy work", "policy", content)


def _statement(**content: Any) -> Statement:
    [statement] = statements(_document({"Statement": {"Effect": "Allow", "Action": "s3:*", **content}}))
    return statement


def test_policy_as_text_and_as_map_is_read_alike() -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}

    for content in (document, json.dumps(document)):
        [statement] = statements(_document(content))
        assert not statement.allows
        assert [action.path for action in statement.actions] == ["policy.Statement[0].Action"]


def test_missing_policy_has_no_statements() -> None:
    assert statements(_document(None)) == []


@pytest.mark.parametrize(
    ("content", "place", "actual"),
    [
        ("Allow *", "policy", "invalid JSON (Expecting value: line 1 column 1 (char 0))"),
        ({"Version": "2012-10-17"}, "policy", "a document without statements"),
        ({"Statement": []}, "policy", "a document without statements"),
        ({"Statement": [{"Action": "*"}]}, "policy.Statement[0].Effect", "not set"),
        ({"Statement": [{"Effect": "allow", "Action": "*"}]}, "policy.Statement[0].Effect", '"allow"'),
        ({"Statement": {"Effect": "Allow"}}, "policy.Statement.Action", "not set"),
        ("[]", "policy", "a document without statements"),
        (
            {"Statement": {"Effect": "Allow", "Principal": ["a", "*"], "Action": "kms:*"}},
            "policy.Statement.Principal",
            '["a", "*"]',
        ),
        (
            {"Statement": {"Effect": "Allow", "Principal": "a", "Action": "kms:*"}},
            "policy.Statement.Principal",
            '"a"',
        ),
        (
            {"Statement": {"Effect": "Allow", "Principal": {"AWS": {"x": "*"}}, "Action": "kms:*"}},
            "policy.Statement.Principal.AWS",
            '{"x": "*"}',
        ),
        (
            {"Statement": {"Effect": "Allow", "Principal": {"AWS": [["*"]]}, "Action": "kms:*"}},
            "policy.Statement.Principal.AWS[0]",
            '["*"]',
        ),
        (
            {"Statement": {"Effect": "Allow", "NotPrincipal": ["a"], "Action": "kms:*"}},
            "policy.Statement.NotPrincipal",
            '["a"]',
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": {"x": "kms:*"}}},
            "policy.Statement.Action",
            '{"x": "kms:*"}',
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": [7]}},
            "policy.Statement.Resource[0]",
            "7",
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "Condition": ["aws:PrincipalOrgID"]}},
            "policy.Statement.Condition",
            '["aws:PrincipalOrgID"]',
        ),
        (
            {"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringLike": "a"}}},
            "policy.Statement.Condition.StringLike",
            '"a"',
        ),
        (
            {
                "Statement": {
                    "Effect": "Allow",
                    "Action": "*",
                    "Condition": {"StringLike": {"k": [{"a": "b"}]}},
                }
            },
            "policy.Statement.Condition.StringLike.k[0]",
            '{"a": "b"}',
        ),
    ],
)
def test_policy_that_iam_rejects_raises_unreadable_error(content: Any, place: str, actual: str) -> None:
    with pytest.raises(UnreadableError) as error:
        statements(_document(content))

    assert (error.value.field.path, error.value.actual) == (place, actual)


@pytest.mark.parametrize("content", [UNKNOWN, {"Statement": UNKNOWN}, {"Statement": [{"Effect": UNKNOWN}]}])
def test_unknown_policy_raises_not_known_error(content: Any) -> None:
    with pytest.raises(NotKnownError):
        statements(_document(content))


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "kms:Decrypt", True),
        ("kms:*", "kms:Decrypt", True),
        ("KMS:decrypt", "kms:Decrypt", True),
        ("kms:Decryp?", "kms:Decrypt", True),
        ("kms:D*t", "kms:Decrypt", True),
        ("kms:Decrypt?", "kms:Decrypt", False),
        ("kms:[Dd]ecrypt", "kms:Decrypt", False),
        ("kms.Decrypt", "kms:Decrypt", False),
    ],
)
def test_action_patterns_match_as_in_iam(pattern: str, action: str, expected: bool) -> None:
    assert matches(pattern, action) is expected


def test_not_action_allows_all_other_actions() -> None:
    [statement] = statements(
        _document({"Statement": {"Effect": "Allow", "NotAction": ["iam:*", "kms:Decrypt"], "Resource": "*"}})
    )

    assert statement.may("s3:GetObject")
    assert not statement.may("iam:PassRole")
    assert not statement.may("kms:Decrypt")


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", True),
        (["arn:aws:s3:::models", "*"], True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:kms:*:*:*", True),
        ("arn:aws:iam::111122223333:*", True),
        ("arn:aws:ec2:eu-central-1:111122223333:*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::?*", True),
        ("arn:aws:s3", True),
        ("arn:*", True),
        ("?*", True),
        ("arn:aws:kms:*:*:key/*", False),
        ("arn:aws:s3:::models/*", False),
        ([], False),
    ],
)
def test_resource_pattern_without_a_name_counts_as_everything(resource: Any, expected: bool) -> None:
    assert bool(_statement(Resource=resource).on_everything) is expected


def test_not_resource_counts_as_everything() -> None:
    assert _statement(NotResource="arn:aws:s3:::audit/*").on_everything


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::111122223333:root", "*"]}, {"*": "*"}]
)
def test_every_spelling_of_any_principal_is_recognized(principal: Any) -> None:
    assert _statement(Principal=principal).is_for_anybody


@pytest.mark.parametrize("principal", [{"Service": "ec2.amazonaws.com"}, {"AWS": "111122223333"}, None])
def test_specific_principals_are_not_any_principal(principal: Any) -> None:
    assert not _statement(Principal=principal).is_for_anybody


@pytest.mark.parametrize(
    ("condition", "open_to_all"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"stringlike": {"AWS:principalarn": "arn:aws:iam::111122223333:role/*"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": ["o-1", "*"]}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"StringLike": {"aws:PrincipalAccount": "1*"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "ml"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::models-*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-*/*"]}}, True),
        ({"StringLike": {"aws:userid": "A*"}}, True),
        ({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}, False),
        ({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({}, True),
    ],
)
def test_only_conditions_that_identify_callers_restrict_a_statement(
    condition: Any, open_to_all: bool
) -> None:
    assert _statement(Principal="*", Condition=condition).is_for_anybody is open_to_all
