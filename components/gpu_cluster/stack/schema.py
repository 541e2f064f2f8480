"""The stack file as JSON Schema, for editors: each key, and the sections of each provider."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gpu_cluster.catalog import ADDONS, GPUS, INSTANCES, KUBERNETES_VERSIONS, REGIONS
from gpu_cluster.catalog.limits import LIMITS
from gpu_cluster.config.descriptions import descriptions_of
from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamFile
from gpu_cluster.stack.checks.compliance import OF_AWS
from gpu_cluster.stack.checks.namespaces import TAKEN
from gpu_cluster.stack.sections import NAMESPACE, TOP_LEVEL, config_key

_FOREIGN = f"^(?!{NAMESPACE}:)[^:]+:.+$"


def json_schema() -> dict[str, Any]:
    """Schema of an environment's file: Pulumi's own keys, `config:` with the sections, and other namespaces
    unchecked."""
    sections = Stack.model_json_schema(schema_generator=_AsWritten)
    definitions = sections["$defs"]
    of = {name: model["properties"] for name, model in definitions.items() if "properties" in model}
    of["PoolSettings"]["instance"]["examples"] = list(INSTANCES)
    of["Machine"]["gpu"]["examples"] = list(GPUS)
    of["EksSettings"]["version"]["enum"] = list(KUBERNETES_VERSIONS)
    addons = of["EksSettings"]["addons"]
    [addon] = addons["patternProperties"].values()
    addons["properties"] = dict.fromkeys(sorted(ADDONS), addon)  # which editors complete
    of["Endpoint"]["public"]["maxItems"] = LIMITS["api-server-public-networks"].most
    of["ServingSettings"]["namespace"]["not"] = of["TeamSettings"]["namespace"]["not"] = {"pattern": TAKEN}
    for region in (
        sections["properties"]["aws:region"],
        of["BackupSettings"]["copyTo"],
        of["RegistrySettings"]["replicate"]["items"],
        of["ComplianceSettings"]["dataResidency"]["items"],
    ):
        region["enum"] = list(REGIONS)
    places = {
        "if": _on_aws(),
        "then": {"required": ["aws:region", config_key("network")]},
        "else": {"properties": {config_key(section): False for section in ("network", *OF_AWS)}},
    }
    return _file(f"Stack file of {NAMESPACE}", sections, {"allOf": [places, _of_the_catalog(), _offline()]})


def team_json_schema() -> dict[str, Any]:
    """Schema of a team's file."""
    sections = TeamFile.model_json_schema(schema_generator=_AsWritten)
    return _file(f"Stack file of a team on {NAMESPACE}", sections, {})


def schema_text(schema: dict[str, Any]) -> str:
    """Text of `stacks/schema.json` and `stacks/team-schema.json`."""
    return json.dumps(schema, indent=2) + "\n"


def _file(title: str, sections: dict[str, Any], further: dict[str, Any]) -> dict[str, Any]:
    config = {
        "type": "object",
        "description": "Settings by namespace.",
        "properties": {config_key(name): section for name, section in sections["properties"].items()},
        "patternProperties": {_FOREIGN: True},
        "required": [config_key(name) for name in sections["required"]],
        "additionalProperties": False,
        **further,
    }
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": title,
        "type": "object",
        "properties": dict.fromkeys(TOP_LEVEL, True) | {"config": config},
        "required": ["config"],
        "additionalProperties": False,
        "$defs": sections["$defs"],
    }


def _of_the_catalog() -> dict[str, Any]:
    """Without declared hardware, only names of the catalog are valid."""
    machine = {"properties": {"gpu": {"enum": list(GPUS)}}}
    pool = {"properties": {"instance": {"enum": list(INSTANCES)}, "machine": machine}}
    return {
        "if": {"not": {"required": [config_key("hardware")]}},
        "then": {"properties": {config_key("pools"): {"additionalProperties": pool}}},
    }


def _offline() -> dict[str, Any]:
    """With offline, the network has no NAT gateway, and an existing cluster requires a mirror."""
    network = {
        "if": {"required": ["zones"]},
        "then": {"required": ["nat"], "properties": {"nat": {"const": "none"}}},
    }
    elsewhere = {"required": [config_key("registry")]}
    return {
        "if": {
            "required": [config_key("offline")],
            "properties": {config_key("offline"): {"enum": [True, "true"]}},
        },
        "then": {
            "properties": {config_key("network"): network},
            "if": _on_aws(),
            "then": True,
            "else": elsewhere,
        },
    }


def _on_aws() -> dict[str, Any]:
    cluster = {"properties": {"provider": {"const": "eks"}}, "required": ["provider"]}
    key = config_key("cluster")
    return {"properties": {key: cluster}, "required": [key]}


class _AsWritten(GenerateJsonSchema):
    """A key with a default is left out of a file, not set to null, and a map refuses keys that no name is."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if not isinstance(written.get("default"), bool | int | str):
            written.pop("default", None)
        return written

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        written = super().dict_schema(schema)
        return written | {"additionalProperties": False} if "patternProperties" in written else written

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = {key: value for key, value in super().model_schema(schema).items() if key != "title"}
        model: type[BaseModel] = schema["cls"]
        for name, description in descriptions_of(model).items():
            field = model.model_fields.get(name)
            key = (field and field.alias) or name
            if key in written["properties"]:
                written["properties"][key]["description"] = description
        return written
