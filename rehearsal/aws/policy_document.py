"""IAM policy documents, which the provider writes without asking AWS."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_VERSION = "2012-10-17"


def policy_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The result of aws:iam/getPolicyDocument, for statements with the engine's names."""
    statements = [_statement(each) for each in arguments.get("statements", [])]
    for source in arguments.get("sourcePolicyDocuments", []):
        statements = [*json.loads(source).get("Statement", []), *statements]
    for override in arguments.get("overridePolicyDocuments", []):
        theirs = json.loads(override).get("Statement", [])
        named = {each["Sid"] for each in theirs if each.get("Sid")}
        statements = [*(each for each in statements if each.get("Sid") not in named), *theirs]
    document = {"Version": arguments.get("version", _VERSION)}
    if "policyId" in arguments:
        document["Id"] = arguments["policyId"]
    whole = document | {"Statement": statements}
    return {
        **arguments,
        "id": "policy-document",
        "version": document["Version"],
        "json": json.dumps(whole, indent=2),
        "minifiedJson": json.dumps(whole, separators=(",", ":")),
    }


def text_of(document: Any) -> str:
    """A document of IAM as JSON text, however the account answers it: parsed, plain or quoted for a URL."""
    if not isinstance(document, str):
        return json.dumps(document)
    return document if document.lstrip().startswith("{") else unquote(document)


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect", "Allow")
    for name, key in {
        "actions": "Action",
        "notActions": "NotAction",
        "resources": "Resource",
        "notResources": "NotResource",
    }.items():
        if given.get(name):
            statement[key] = _one_or_many(given[name])
    for name, key in {"principals": "Principal", "notPrincipals": "NotPrincipal"}.items():
        if given.get(name):
            statement[key] = _principals(given[name])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _principals(given: list[Mapping[str, Any]]) -> Any:
    if [each["type"] for each in given] == ["*"]:
        return "*"
    grouped: dict[str, list[str]] = {}
    for each in given:
        grouped.setdefault(each["type"], []).extend(each["identifiers"])
    return {kind: _one_or_many(identifiers) for kind, identifiers in grouped.items()}


def _conditions(given: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    grouped: dict[str, dict[str, Any]] = {}
    for each in given:
        grouped.setdefault(each["test"], {})[each["variable"]] = _one_or_many(each["values"], sort=False)
    return grouped


def _one_or_many(values: list[str], *, sort: bool = True) -> Any:
    if len(values) == 1:
        return values[0]
    return sorted(values, reverse=True) if sort else values
