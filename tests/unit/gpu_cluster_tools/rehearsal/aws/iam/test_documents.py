"""Policy documents are parsed completely, or the invalid part is reported."""

import json
from typing import Any

import pytest

from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError, parse

VERSION = "2012-10-17"
PLAIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_single_statement_needs_no_list() -> None:
    [statement] = parse(json.dumps({"Version": VERSION, "Statement": PLAIN})).statements
    assert (statement.actions, statement.resources, statement.allows) == (("*",), ("*",), True)


def test_condition_values_are_converted_to_text() -> None:
    condition = {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:TlsVersion": 1.2}}
    [statement] = parse(
        json.dumps({"Version": VERSION, "Statement": {**PLAIN, "Condition": condition}})
    ).statements
    assert statement.conditions["Bool"]["aws:SecureTransport"] == ("false",)
    assert statement.conditions["NumericLessThan"]["s3:TlsVersion"] == ("1.2",)


def test_star_principal_matches_everyone() -> None:
    [statement] = parse(json.dumps({"Version": VERSION, "Statement": {**PLAIN, "Principal": "*"}})).statements
    assert statement.principals == {"AWS": ("*",)}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"Statement": [], "Statements": []}, "policy element Statements does not exist"),
        ({"Version": "2020-01-01", "Statement": []}, "policy version 2020-01-01 does not exist"),
        ({"Statement": {**PLAIN, "Actions": []}}, "statement element Actions does not exist"),
        ({"Statement": {**PLAIN, "Effect": "allow"}}, "statement effect 'allow' is neither Allow nor Deny"),
        ({"Statement": {**PLAIN, "NotAction": "a"}}, "both Action and NotAction"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "neither Action nor NotAction"),
        ({"Statement": {**PLAIN, "Principal": "me"}}, "principal 'me' is neither"),
        ([], "not a JSON object"),
        ({"Statement": 5}, "Statement is neither an object nor a list"),
        ({"Statement": ["Allow"]}, "statement 'Allow' is not an object"),
        ({"Statement": {**PLAIN, "Action": 5}}, "5 is neither text nor a list of texts"),
        ({"Statement": {**PLAIN, "Resource": [5]}}, "is neither text nor a list of texts"),
        ({"Statement": {**PLAIN, "Condition": []}}, "Condition of a statement is not an object"),
        ({"Statement": {**PLAIN, "Condition": {"Bool": 1}}}, "Bool of a statement is not an object"),
    ],
)
def test_invalid_document_is_an_error_that_names_the_part(document: Any, words: str) -> None:
    with pytest.raises(PolicyError, match=words.replace("(", r"\(")):
        parse(json.dumps(document))


def test_document_that_is_not_json_is_refused() -> None:
    with pytest.raises(PolicyError, match="not JSON"):
        parse("{")
    with pytest.raises(PolicyError, match="nested too deeply"):
        parse("[" * 100_000)
