"""Inputs of AWS resources that cannot change in place, by the schema of the real provider.

`python -m gpu_cluster_tools.review.aws_types` writes the table again, by a provider that the toolchain has
built.
"""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gpu_cluster_tools.toolchain import AWS_PROVIDER, provide

FILE = Path(__file__).with_name("aws_types.json")

Marks = bool | dict[str, Any]
"""Whether a change of an input replaces the resource; by nested input if they differ."""


_RULE = ("securityGroupId",)
_FRAMEWORK: Mapping[str, tuple[str, ...]] = {
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("clusterName", "namespace", "serviceAccount"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("bucket", "expectedBucketOwner"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULE,
}
"""Replacing inputs of resources on the plugin framework, of which a schema says nothing: those with the plan
modifier RequiresReplace (hashicorp/terraform-provider-aws 6.34.0, internal/service/{ec2,eks,s3})."""


@cache
def table() -> Mapping[str, dict[str, Marks]]:
    """The inputs of every type, by token."""
    return json.loads(FILE.read_text())


def table_of(schema: Mapping[str, Any]) -> dict[str, dict[str, Marks]]:
    """The table of a Pulumi package schema."""
    return {
        token: _inputs(resource, schema) | dict.fromkeys(_FRAMEWORK.get(token, ()), True)
        for token, resource in sorted(schema["resources"].items())
    }


def _inputs(resource: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Marks]:
    properties = resource["inputProperties"]
    return {name: _marks(properties[name], schema, ()) for name in sorted(properties)}


def _marks(property: Mapping[str, Any], schema: Mapping[str, Any], above: tuple[str, ...]) -> Marks:
    if property.get("willReplaceOnChanges"):
        return True
    type = property.get("$ref") or property.get("items", {}).get("$ref", "")
    name = type.removeprefix("#/types/")
    if not type.startswith("#/types/") or name in above or "properties" not in schema["types"][name]:
        return False
    nested = schema["types"][name]["properties"]
    marks = {each: _marks(nested[each], schema, (*above, name)) for each in sorted(nested)}
    return marks if any(marks.values()) else False


def write_schema(provider: Path, folder: Path) -> None:
    """The package schema of a provider, as schema.json in a folder."""
    command = [provider, "schema", "--out", folder, "--skip-docs", "--skip-examples"]
    subprocess.run(command, capture_output=True, check=True)  # noqa: S603


def main() -> None:
    with TemporaryDirectory() as folder:
        write_schema(provide(AWS_PROVIDER), Path(folder))
        found = table_of(json.loads((Path(folder) / "schema.json").read_text()))
    FILE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
