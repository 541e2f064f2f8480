import json

from rehearsal.aws.policy_document import policy_document, text_of


def test_a_statement_is_written_as_iam_reads_it() -> None:
    statement = {
        "sid": "Trust",
        "actions": ["sts:TagSession", "sts:AssumeRole"],
        "principals": [{"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]}],
        "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}],
    }

    assert json.loads(policy_document({"statements": [statement]})["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Trust",
                "Effect": "Allow",
                "Action": ["sts:TagSession", "sts:AssumeRole"],
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            }
        ],
    }


def test_an_override_takes_the_place_of_the_statement_of_its_name() -> None:
    override = json.dumps({"Statement": [{"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]})
    allowed = {"sid": "A", "actions": ["s3:*"], "resources": ["*"]}

    document = policy_document({"statements": [allowed], "overridePolicyDocuments": [override]})

    assert [each["Effect"] for each in json.loads(document["json"])["Statement"]] == ["Deny"]


def test_documents_are_text_in_whatever_form_they_are_answered() -> None:
    assert text_of({"A": 1}) == '{"A": 1}'
    assert text_of("%7B%22A%22%3A%201%7D") == '{"A": 1}'
    assert text_of('{"A": "100%25"}') == '{"A": "100%25"}'
