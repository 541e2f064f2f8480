"""Reference of the stack file as Markdown: every key with its meaning, type and default."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gpu_cluster.stack.schema import json_schema, team_json_schema
from gpu_cluster.stack.suggestions import one_of

_HEAD = """\
# Reference of the stack file

Generated from the models by `make docs`. [The guide](../stack-file.md) explains how the sections relate.
`<name>` is a name of your choice.
"""
_TEAM_HEAD = """\
# Reference of a team's stack file

Generated from the models by `make docs`. [The guide](../teams.md) explains how the sections relate.
`<name>` is a name of your choice.
"""
_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "object": "keys below",
}
_MOST_WORDS = 15

Schema = dict[str, Any]


class Row(NamedTuple):
    key: str
    kind: str
    default: str
    meaning: str


def reference_text() -> str:
    """Text of `docs/reference/stack-file.md`."""
    return _page(_HEAD, json_schema())


def team_reference_text() -> str:
    """Text of `docs/reference/team-file.md`."""
    return _page(_TEAM_HEAD, team_json_schema())


def _page(head: str, schema: Schema) -> str:
    definitions = schema["$defs"]
    sections = schema["properties"]["config"]["properties"].items()
    return "\n".join([head, *(_section(name, section, definitions) for name, section in sections)])


def _section(name: str, schema: Schema, definitions: Schema) -> str:
    schema = _resolved(schema, definitions)
    values, path = (schema, "") if _values(schema) is None else (_values(schema) or {}, "<name>.")
    if not {"$ref", "properties", "discriminator"} & values.keys():
        return f"## {name}\n\n{_table(iter([_row(name, schema, definitions, required=False)]))}\n"
    parts = [f"## {name}", schema["description"]]
    for tag, reference in values.get("discriminator", {}).get("mapping", {}).items():
        choice = _resolved({"$ref": reference}, definitions)
        parts += [f"### {tag}", choice["description"], _table(_rows(choice, path, definitions))]
    if "discriminator" not in values:
        parts.append(_table(_rows(_resolved(values, definitions), path, definitions)))
    return "\n\n".join(parts) + "\n"


def _rows(model: Schema, path: str, definitions: Schema) -> Iterator[Row]:
    """A row for each key of a model, followed by those of the models below it."""
    for key, written in model.get("properties", {}).items():
        field = _resolved(written, definitions)
        yield _row(path + key, field, definitions, required=key in model.get("required", ()))
        values = _values(field)
        below, inner = (values, f"{path}{key}.<name>.") if values else (field, f"{path}{key}.")
        for choice in below.get("anyOf", [below]):
            yield from _rows(_resolved(choice, definitions), inner, definitions)


def _row(key: str, field: Schema, definitions: Schema, *, required: bool) -> Row:
    meaning, _, default = field["description"].partition(" Default: ")
    unsaid = "as below" if "properties" in field else ""
    return Row(
        key, _kind(field, definitions), "required" if required else default.rstrip(".") or unsaid, meaning
    )


def _kind(field: Schema, definitions: Schema) -> str:
    """Values that are allowed there: `whole number, at least 2`, `retain or delete`, `quantity`."""
    if "enum" in field:
        return _listed(field["enum"])
    if "anyOf" in field and "format" not in field:
        short, *_ = (_resolved(choice, definitions) for choice in field["anyOf"])
        return f"{_kind(short, definitions).partition(',')[0]}, or keys below"
    if _values(field) is not None:
        return "keys and values"
    if field.get("type") == "array":
        return f"list of {'whole numbers' if field['items'].get('type') == 'integer' else 'text'}"
    name = field.get("const") or field.get("format") or _TYPES[_type(field)]
    return ", ".join([name, *_limits(field)])


def _type(field: Schema) -> str:
    """The first of several, which is the one to write."""
    return next(iter([field["type"]] if isinstance(field["type"], str) else field["type"]))


def _listed(values: list[Any]) -> str:
    words = [str(value) for value in values]
    return one_of(words) if len(words) <= _MOST_WORDS else f"one of {len(words)}, such as {words[0]}"


def _limits(field: Schema) -> Iterator[str]:
    if "minimum" in field:
        yield f"at least {field['minimum']}"
    elif "exclusiveMinimum" in field:
        least = field["exclusiveMinimum"]
        yield f"at least {least + 1}" if field["type"] == "integer" else f"more than {least}"
    if "maximum" in field:
        yield f"at most {field['maximum']}"


def _values(field: Schema) -> Schema | None:
    """Model of the values of a map by name; `None` for other types."""
    if "patternProperties" in field:
        [values] = field["patternProperties"].values()
        return values
    values = field.get("additionalProperties")
    return {} if values is True else values or None


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    """A model's own description counts where the key has none."""
    if "$ref" not in schema:
        return schema
    return {**definitions[schema["$ref"].rpartition("/")[2]], **schema}


def _table(rows: Iterator[Row]) -> str:
    lines = [f"| `{row.key}` | {row.kind} | {row.default} | {row.meaning} |" for row in rows]
    return "\n".join(["| key | value | default | meaning |", "|---|---|---|---|", *lines])
