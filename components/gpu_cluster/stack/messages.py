"""Validation errors of pydantic, in words for the reader of a stack file."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from ruamel.yaml.nodes import Node, ScalarNode

from gpu_cluster.config.descriptions import descriptions_of
from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.secret import Secret
from gpu_cluster.config.tags import is_access_key
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.document import Document
from gpu_cluster.stack.sections import rooted
from gpu_cluster.stack.suggestions import did_you_mean, nearest, one_of
from gpu_cluster.stack.type_introspection import (
    Loc,
    closest_models,
    discriminator,
    keys_of,
    models,
    place,
    tags,
    words,
)
from gpu_cluster.stack.yaml_nodes import described, kind_of, shown, text_of

_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "bool_type": "true or false",
    "string_type": "text",
    "string_too_short": "some text",
    "frozen_set_type": "a list",
    "list_type": "a list",
    "dict_type": "keys and values",
}
_CREDENTIALS = re.compile(r"https?://[^/\s]*@|://[^/@\s]*:[^/@\s]*@")
_UNQUOTED = re.compile(r"\d+|true|false")
_BOOLS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def diagnostic_of(error: ErrorDetails, document: Document, root: type[BaseModel]) -> Diagnostic:
    """One error of the models, with keys from the root of the file on.

    `root`: the model of the whole file.
    """
    loc = error["loc"]
    keys, allowed = place(loc, root)
    match error["type"]:
        case "missing":
            return Diagnostic(rooted(keys), f"required key is missing; {_description(loc, root)}")
        case "extra_forbidden":
            return Diagnostic(rooted(keys), _unknown_key(loc, root))
        case "union_tag_not_found":
            keys = rooted((*keys, discriminator(allowed)))
            return Diagnostic(keys, f"required key is missing; expected {one_of(_tags(allowed))}")
        case "union_tag_invalid":
            keys, given = _given(rooted((*keys, discriminator(allowed))), document)
            return Diagnostic(
                keys, f"expected {one_of(_tags(allowed))}, got {_got(error['type'], given, _tags(allowed))}"
            )
        case _ if loc[-1] == "[key]":
            near = did_you_mean(str(keys[-1]), words(allowed))
            return Diagnostic(rooted(keys), f"{_expected(error, allowed)}, got {keys[-1]!r}{near}")
        case _:
            keys, given = _given(rooted(keys), document)
            return Diagnostic(keys, _wrong(error, allowed, given))


def meant(error: ErrorDetails, root: type[BaseModel]) -> Keys | None:
    """The key that a misspelt one stands for, from the root of the file on."""
    if error["type"] != "extra_forbidden":
        return None
    keys, _ = place(error["loc"], root)
    [model] = closest_models(error["loc"], root)
    right = nearest(str(keys[-1]), keys_of(model))
    return rooted((*keys[:-1], right)) if right else None


def _given(keys: Keys, document: Document) -> tuple[Keys, Node]:
    """The node that is at fault: with `nodes: 0` that one, where the models speak of nodes.max."""
    while not (node := document.node(keys)):
        keys = keys[:-1]
    return keys, node


def _description(loc: Loc, root: type[BaseModel]) -> str:
    """First sentence of what the missing key is for."""
    [model] = closest_models(loc, root)
    name = next(name for name, field in model.model_fields.items() if loc[-1] == (field.alias or name))
    sentence = descriptions_of(model).get(name, "").split(". ")[0].rstrip(".")
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]


def _unknown_key(loc: Loc, root: type[BaseModel]) -> str:
    key = str(loc[-1])
    [model] = closest_models(loc, root)
    near = did_you_mean(key, keys_of(model))
    if near:
        return f"unknown key{near}"
    owners = [tag for other in closest_models(loc[:-1], root) if key in keys_of(other) for tag in tags(other)]
    if owners:
        return f"not a key of {one_of(tags(model))}, but of {one_of(owners)}"
    return f"unknown key; allowed: {', '.join(keys_of(model))}"


def _wrong(error: ErrorDetails, allowed: Any, given: Node) -> str:
    if Secret in models(allowed):
        return "expected a secret, got plain text; set it with `pulumi config set --secret --path`"
    expected = _expected(error, allowed)
    if error["type"] in ("value_error", "too_short", "too_long") and not isinstance(given, ScalarNode):
        return expected
    return f"{expected}, got {_got(error['type'], given, words(allowed))}"


def _got(kind: str, given: Node, right: list[str]) -> str:
    """The given value and, for a scalar, how to write the value that was meant."""
    if not isinstance(given, ScalarNode):
        return described(given)
    text = text_of(given)
    if is_access_key(text):
        return "what looks like one, and is not shown"
    if _CREDENTIALS.search(text):
        return "one with credentials, which are not shown"
    match kind:
        case "model_type" | "dict_type" if "{" in text:
            return "text; nested values are set with `pulumi config set --path`"
        case "string_type":
            return f'{described(given)}; write it in quotes: "{text}"'
        case "bool_type" if text.lower() in _BOOLS:
            return f"{described(given)}, did you mean {_BOOLS[text.lower()]}?"
        case _ if kind_of(given) != "str":
            return shown(given)
        case _ if kind != "value_error" and _UNQUOTED.fullmatch(text):
            return f"{described(given)}; remove the quotes"
        case _:
            return described(given) + did_you_mean(text, right)


def _expected(error: ErrorDetails, allowed: Any) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(limits["error"])
        case "model_type" if any(issubclass(model, MinMax) for model in models(allowed)):
            return "expected a whole number, or min and max"
        case "model_type":
            return f"expected keys such as {keys_of(models(allowed)[0])[0]}"
        case "enum" | "literal_error":
            return f"expected {one_of(words(allowed))}"
        case "greater_than":
            return f"expected at least {limits['gt'] + 1}"
        case "greater_than_equal":
            return f"expected at least {limits['ge']}"
        case "less_than_equal":
            return f"expected at most {limits['le']}"
        case "too_short":
            return "expected at least one entry, got none"
        case "too_long":
            return f"expected at most {limits['max_length']} entries, got {len(error['input'])}"
        case kind if kind in _TYPES:
            return f"expected {_TYPES[kind]}"
        case _:
            return error["msg"][:1].lower() + error["msg"][1:]


def _tags(allowed: Any) -> list[str]:
    return [tag for model in models(allowed) for tag in tags(model)]
