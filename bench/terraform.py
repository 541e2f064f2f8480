"""AWS resources of a stack as Terraform configuration, to time `terraform plan` beside our plan."""

# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# Inputs of resources and the schemas of terraform are JSON.

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpu_cluster.plan import plan_of
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_tools.toolchain.tools import MODULES

_TOKEN = re.compile(r'"(aws_\w+)":\s*"(.+)",')
_UNKNOWN = "${terraform_data.unknown.output}"
_PROVIDER = "registry.terraform.io/hashicorp/aws"


class NoTerraformError(Exception):
    """No terraform to compare with, or none that has its AWS provider."""


def configured(project: Path, stack: str, folder: Path) -> int:
    """Write the AWS resources of a stack into a folder that is ready to be planned; how many there are.

    `NoTerraformError` where terraform is not on PATH or does not get its provider.
    """
    if shutil.which("terraform") is None:
        raise NoTerraformError("terraform is not on PATH")
    plan = plan_of(project, stack)
    settings = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": _provider(plan.stack.region or "")},
    }
    main = folder / "main.tf.json"
    main.write_text(json.dumps(settings))
    blocks = _schemas(folder)
    resources: dict[str, dict[str, Any]] = {"terraform_data": {"unknown": {"input": "unknown"}}}
    types = _types()
    ours = [each for each in plan.graph.resources if each.type in types]
    for each in ours:
        type = types[each.type]
        written = _block(each.inputs, blocks[type]["block"])
        resources.setdefault(type, {})[re.sub(r"\W", "_", each.name)] = written
    main.write_text(json.dumps(settings | {"resource": resources}))
    return len(ours)


def planned(folder: Path) -> None:
    """Run `terraform plan`, without state and without a look at any account."""
    _terraform(folder, "plan", "-refresh=false", "-lock=false", "-no-color", "-input=false")


def _provider(region: str) -> Mapping[str, object]:
    skipped = ("credentials_validation", "requesting_account_id", "metadata_api_check", "region_validation")
    keys: dict[str, object] = {"region": region, "access_key": "any", "secret_key": "any"}
    return keys | {f"skip_{each}": True for each in skipped}


def _types() -> dict[str, str]:
    """Types of Terraform by tokens of Pulumi, as the provider of rehearsals has them."""
    text = (MODULES / "aws-provider" / "tokens.go").read_text()
    return {f"aws:{token}": type for type, token in _TOKEN.findall(text)}


def _schemas(folder: Path) -> Mapping[str, Any]:
    """Schemas by type. A provider that terraform finds by its configuration needs no init, which fails."""
    failed: NoTerraformError | None = None
    try:
        _terraform(folder, "init", "-no-color", "-input=false")
    except NoTerraformError as error:
        failed = error
    try:
        said = json.loads(_terraform(folder, "providers", "schema", "-json"))
    except NoTerraformError as error:
        raise failed or error from None
    return said["provider_schemas"][_PROVIDER]["resource_schemas"]


def _block(given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by the names of Terraform. What it demands and Pulumi makes, such as a name, is any word."""
    attributes, blocks = schema.get("attributes", {}), schema.get("block_types", {})
    written: dict[str, Any] = {name: "any" for name, each in attributes.items() if each.get("required")}
    for key, value in given.items():
        for name in _names(key):
            if name in blocks:
                inside = value if isinstance(value, list) else [value]
                written[name] = [_block(each, blocks[name]["block"]) for each in inside]
                break
            if name in attributes:
                many = attributes[name].get("type", "")[0] in ("list", "set")
                written[name] = [_value(value)] if many and isinstance(value, str) else _value(value)
                break
    return written


def _names(key: str) -> tuple[str, ...]:
    """Names that a key may have in Terraform: Pulumi has camel case, and the plural for a list."""
    snake = re.sub(r"(?<!^)([A-Z]+)", lambda found: f"_{found[1].lower()}", key)
    return snake, snake.removesuffix("s"), f"{snake.removesuffix('ies')}y", snake.removesuffix("es")


def _value(value: Any) -> Any:
    match value:
        case dict():
            return {key: _value(each) for key, each in value.items()}
        case list():
            return [_value(each) for each in value]
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case _:
            return _UNKNOWN if value is UNKNOWN else value


def _terraform(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["terraform", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).split()
        raise NoTerraformError(f"terraform {arguments[0]}: {' '.join(words)}")
    return done.stdout
