"""Components for other languages: schema, resources and errors of wrong inputs."""

import asyncio
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.errors import InputPropertiesError
from pulumi.output import Unknown
from ruamel.yaml import YAML

from gpu_cluster.component_provider import (
    COMPONENTS,
    VERSION,
    DevicePlugin,
    EcrRegistry,
    EksCluster,
    Network,
    NodeGroups,
    Platform,
    Provider,
)
from gpu_cluster.plan.fake_cloud import FakeCloud
from gpu_cluster.plan.graph import Graph
from gpu_cluster.plan.recorder import recorded
from gpu_cluster.stack import load
from gpu_cluster.stack.load import stack_of
from tests.unit.gpu_cluster.stack.corpus import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
SITE: dict[str, Any] = {
    "cluster": {"provider": "existing", "kubeconfig": "/dev/null"},
    "pools": {
        "box": {
            "machine": {"cpus": 16.0, "memory": "64Gi", "gpu": "L4", "gpus": 1.0},
            "nodes": 2.0,
            "sharing": {"timeSlicing": 4.0},
        }
    },
    "storage": {"disk": {"kind": "local-path", "default": True}},
}
"""Sections as the engine passes them: every number is a float."""

ZONES = ["eu-central-1a", "eu-central-1b"]
AWS: dict[str, Any] = {
    "aws:region": "eu-central-1",
    "cluster": {
        "provider": "eks",
        "account": "123456789012",
        "version": "1.35",
        "access": {
            "deploy": {"principal": "arn:aws:iam::123456789012:role/deploy", "policy": "cluster-admin"}
        },
    },
    "network": {"zones": ZONES},
    "pools": {
        "system": {"instance": "m7i.large", "nodes": 2.0},
        "l4": {"instance": "g6.xlarge", "nodes": {"min": 0.0, "max": 4.0}},
    },
}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Provider().schema or "")
    return found


def only_stack(sections: dict[str, Any]) -> Any:
    """Arguments as the engine passes them: only those that the program sets."""
    return {"stack": sections}


def made(make: Any) -> Graph:
    return recorded(make, FakeCloud("123456789012", "eu-central-1", {}), stack="x", preview=True)


def test_every_component_has_the_same_token_as_in_python(schema: dict[str, Any]) -> None:
    names = {component.__name__ for component in COMPONENTS}
    assert schema["resources"].keys() == {f"gpu-cluster:index:{name}" for name in names}
    assert (schema["name"], schema["version"]) == ("gpu-cluster", PYPROJECT["version"])


def test_every_input_and_output_has_a_one_line_description(schema: dict[str, Any]) -> None:
    for name, resource in schema["resources"].items():
        described = [resource, *resource["inputProperties"].values(), *resource["properties"].values()]
        texts = [it.get("description", "") for it in described]
        assert all(texts), name
        assert not [text for text in texts if "\n" in text]


def test_schema_enables_package_support_for_generated_sdks(schema: dict[str, Any]) -> None:
    """Without supportPack the Go SDK imports a folder that the generator names differently."""
    assert schema["meta"] == {"supportPack": True}


def test_schema_marks_secrets_and_defaults(schema: dict[str, Any]) -> None:
    inputs = {
        (token.rpartition(":")[2], name): it
        for token, resource in schema["resources"].items()
        for name, it in resource["inputProperties"].items()
    }

    secret = {key for key, it in inputs.items() if it.get("secret")}
    assert secret == {("Platform", name) for name in ("hubToken", "registryPassword")}
    told = {key for key, it in inputs.items() if "Default: true" in it["description"]}
    assert told == {key for key, it in inputs.items() if it.get("default") is True}
    assert ("EksCluster", "protect") in told


def test_docs_page_lists_every_component_with_arguments_and_outputs(schema: dict[str, Any]) -> None:
    page = (PROJECT / "docs/components-in-other-languages.md").read_text()
    for token, resource in schema["resources"].items():
        name = token.rpartition(":")[2]
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        _, _, arguments, outputs, _ = row.split("|")
        assert set(resource["inputProperties"]) <= set(re.findall(r"`(\w+)`", arguments)), name
        assert set(resource["properties"]) <= set(re.findall(r"`(\w+)`", outputs)), name


def test_platform_is_created_from_sections(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.touch()
    cluster = {"provider": "existing", "kubeconfig": str(kubeconfig)}
    graph = made(lambda: Platform("platform", only_stack({**SITE, "cluster": cluster})))

    assert graph.resources[0].type == "gpu-cluster:index:Platform"
    assert {it.name for it in graph.of("DaemonSet")} != set()


def test_sections_and_stack_file_give_the_same_stack() -> None:
    file = PROJECT / "stacks/Pulumi.prod.yaml"
    text: Any = YAML(typ="safe", pure=True).load(file)  # pyright: ignore[reportUnknownMemberType]
    sections = {key.removeprefix("gpu-cluster:"): value for key, value in text["config"].items()}
    assert stack_of(json.loads(json.dumps(sections, default=str))) == load(file)


def test_device_plugin_is_usable_alone() -> None:
    graph = made(lambda: DevicePlugin("gpus", only_stack(SITE)))
    assert {it.type for it in graph.resources if it.type.startswith("gpu-cluster:index:Dev")}


def test_registry_creates_the_configured_repository() -> None:
    args: Any = {
        "settings": {"repositories": {"vision/api": {}}},
        "account": "123456789012",
        "region": "eu-central-1",
        "key": "arn:aws:kms:eu-central-1:123456789012:key/1",
    }
    graph = made(lambda: EcrRegistry("registry", args))
    assert graph.only("repository:Repository")["name"] == "vision/api"


def test_network_outputs_subnets_by_zone() -> None:
    args: Any = {
        "settings": AWS["network"],
        "account": "123456789012",
        "region": "eu-central-1",
        "logs_key": KEY,
    }
    graph = made(lambda: Network("network", args))
    [outputs] = [it for urn, it in graph.outputs.items() if "index:Network::" in urn]
    assert list(outputs["private"]) == ZONES


def test_zone_without_a_subnet_is_reported_by_property() -> None:
    args: Any = {
        "stack": AWS,
        "vpc_id": "vpc-1",
        "cidrs": ["10.0.0.0/16"],
        "subnets": {ZONES[0]: "subnet-a"},
        "cluster_key": KEY,
        "logs_key": KEY,
    }
    with pytest.raises(InputPropertiesError) as found:
        EksCluster("cluster", args)

    assert found.value.errors
    assert [it["property_path"] for it in found.value.errors] == [f'subnets["{ZONES[1]}"]']


def test_eks_cluster_accepts_subnets_of_another_program() -> None:
    args: Any = {
        "stack": AWS,
        "vpc_id": "vpc-1",
        "cidrs": ["10.0.0.0/16"],
        "subnets": pulumi.Output.from_input({zone: f"subnet-{zone[-1]}" for zone in ZONES}),
        "cluster_key": KEY,
        "logs_key": KEY,
    }
    graph = made(lambda: EksCluster("cluster", args))
    assert graph.only("cluster:Cluster")["vpcConfig"]["subnetIds"] == ["subnet-a", "subnet-b"]


def test_node_groups_are_usable_with_an_existing_cluster() -> None:
    args: Any = {
        "stack": AWS,
        "cluster_name": "elsewhere",
        "subnets": pulumi.Output.from_input({zone: f"subnet-{zone[-1]}" for zone in ZONES}),
        "security_group": "sg-1",
        "volumes_key": KEY,
    }
    graph = made(lambda: NodeGroups("nodes", args))
    groups = graph.of("nodeGroup:NodeGroup")
    assert {it.name: it.inputs["clusterName"] for it in groups} == {
        "nodes-system": "elsewhere",
        "nodes-l4": "elsewhere",
    }


def test_node_groups_without_eks_are_rejected() -> None:
    args: Any = {
        "stack": SITE,
        "cluster_name": "elsewhere",
        "subnets": {},
        "security_group": "sg-1",
        "volumes_key": KEY,
    }
    with pytest.raises(InputPropertiesError) as error:
        NodeGroups("nodes", args)
    assert [it["property_path"] for it in error.value.errors or []] == ["stack.cluster.provider"]


def test_invalid_stack_reports_all_errors_by_property() -> None:
    wrong = {**SITE, "cluster": {"provider": "lokal"}, "pols": {}}
    with pytest.raises(InputPropertiesError) as error:
        Platform("platform", only_stack(wrong))
    told = {it["property_path"]: it["reason"] for it in error.value.errors or []}
    assert told["stack.cluster.provider"].endswith("got 'lokal', did you mean 'local'?")
    assert told["stack.pols"] == "unknown section, did you mean 'pools'?"


def test_invalid_registry_settings_are_reported_by_property() -> None:
    args: Any = {"settings": {"repositoris": {}}, "account": "1", "region": "x", "key": "k"}
    with pytest.raises(InputPropertiesError) as error:
        EcrRegistry("registry", args)
    assert [it["property_path"] for it in error.value.errors or []] == ["settings.repositoris"]


def test_missing_kubeconfig_is_reported_by_property() -> None:
    cluster = {"provider": "existing", "kubeconfig": "/no/such/file"}
    reasons = told("Platform", {"stack": {**SITE, "cluster": cluster}})
    assert reasons == {"stack.cluster.kubeconfig": "/no/such/file does not exist."}


def told(component: str, arguments: dict[str, Any]) -> dict[str, str]:
    """Reasons by property of the error that the provider returns to the engine."""
    with pytest.raises(InputPropertiesError) as found:
        Provider().construct("any", f"gpu-cluster:index:{component}", arguments)
    return {it["property_path"]: it["reason"] for it in found.value.errors or []}


REGISTRY_ARGS: dict[str, Any] = {
    "settings": {"repositories": {"vision/api": {}}},
    "account": "123456789012",
    "region": "eu-central-1",
    "key": KEY,
}


def test_all_invalid_arguments_are_reported_at_once() -> None:
    wrong = {**REGISTRY_ARGS, "account": 1.0, "protekt": True, "protect": "no", "key": None}
    assert told("EcrRegistry", wrong) == {
        "protekt": "unknown argument, did you mean 'protect'?",
        "key": "required argument is missing; ARN of the KMS key that encrypts images.",
        "account": "expected text, got 1.0",
        "protect": "expected true or false, got 'no'",
    }


def test_invalid_account_and_region_are_reported() -> None:
    assert told("EcrRegistry", {**REGISTRY_ARGS, "account": "12345", "region": "eu-central-1a"}) == {
        "account": "expected the 12 digits of an AWS account, got '12345'",
        "region": "expected a region such as eu-central-1, got 'eu-central-1a'",
    }


def test_output_for_a_plain_value_is_reported_by_property() -> None:
    later = pulumi.Output.secret("any")
    reason = "must be known before the update and no secret, got an output"
    assert told("Platform", {"stack": {"cluster": {"provider": later}, "pools": [Unknown()]}}) == {
        "stack.cluster.provider": reason,
        "stack.pools[0]": reason,
    }
    assert told("Platform", {"stack": later}) == {"stack": reason}
    assert told("Platform", {"stack": SITE, "gatewayKeys": later}) == {
        "gatewayKeys": reason,
        "stack.cluster.kubeconfig": "/dev/null does not exist.",
    }


def test_wrong_sections_are_told_beside_wrong_arguments() -> None:
    wrong = {**SITE, "cluster": {"provider": "existing", "kubeconfig": "/no/such/file"}, "pols": {}}
    wrong["registry"] = {"mirror": "harbor.example.com", "login": {"user": "robot"}}
    assert told("Platform", {"stack": wrong, "hubToken": 1.0, "tokn": "any"}) == {
        "tokn": "unknown argument, did you mean 'hubToken'?",
        "hubToken": "expected text, got 1.0",
        "stack.pols": "unknown section, did you mean 'pools'?",
        "stack.cluster.kubeconfig": "/no/such/file does not exist.",
        "registryPassword": "stack.registry.login requires it",
    }
    settings: dict[str, Any] = {"repositoris": {}}
    assert set(told("EcrRegistry", {**REGISTRY_ARGS, "settings": settings, "account": "1"})) == {
        "account",
        "settings.repositoris",
    }
    assert set(told("Network", {"settings": {"zons": ZONES}, "account": "1"})) >= {
        "account",
        "region",
        "logsKey",
        "settings.zons",
    }


def test_zones_without_a_subnet_are_told_beside_wrong_sections_and_arguments() -> None:
    pools = {**AWS["pools"], "l4": {"instanse": "g6.xlarge", "nodes": 1.0}}
    args = {"stack": {**AWS, "pools": pools}, "subnets": {ZONES[0]: "subnet-a"}, "podSubnets": {}}
    assert set(told("EksCluster", {**args, "vpcId": "vpc-1", "cidrs": "10.0.0.0/16", "clusterKey": KEY})) == {
        "cidrs",
        "logsKey",
        "stack.pools.l4.instanse",
        f'subnets["{ZONES[1]}"]',
        *(f'podSubnets["{zone}"]' for zone in ZONES),
    }


def test_an_output_in_a_section_hides_no_other_error_of_it() -> None:
    later = pulumi.Output.secret("any")
    reasons = told("Platform", {"stack": {**SITE, "cluster": {"provider": later}, "pols": {}}})
    assert set(reasons) == {"stack.cluster.provider", "stack.pols"}


def test_map_inputs_accept_an_output_per_value(schema: dict[str, Any]) -> None:
    """Programs can pass `{zone: subnet.id}`, not only an output of the whole map."""
    for component, name in (
        ("EksCluster", "subnets"),
        ("EksCluster", "podSubnets"),
        ("NodeGroups", "subnets"),
    ):
        described = schema["resources"][f"gpu-cluster:index:{component}"]["inputProperties"][name]
        assert not described.get("plain")
        assert not described["additionalProperties"].get("plain")


def test_run_error_is_reported_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise pulumi.RunError("stack:3 extras.manifests: has an object of the platform")

    monkeypatch.setattr("gpu_cluster.component_provider.platform._Platform", refuse)
    with pytest.raises(InputPropertiesError, match="has an object of the platform"):
        Provider().construct("any", "gpu-cluster:index:Platform", {"stack": AWS})


@pytest.mark.parametrize("section", ["serving", "registry", "gateway"])
def test_section_that_is_no_map_is_reported_also_with_secrets(section: str) -> None:
    secrets = {"hubToken": "any", "registryPassword": "any", "gatewayKeys": {"batch": "any"}}
    assert f"stack.{section}" in told("Platform", {"stack": {**SITE, section: ["any"]}, **secrets})


def test_settings_are_validated_as_in_a_stack_file() -> None:
    given: dict[str, Any] = {"repositories": {"vision/api": {"reeders": []}, "Vision": {}}, "caches": 3.0}
    reasons = told("EcrRegistry", {**REGISTRY_ARGS, "settings": given})
    assert reasons['settings.repositories["vision/api"].reeders'] == "unknown key, did you mean 'readers'?"
    assert len(reasons) == 3


def test_plain_text_gateway_keys_become_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def record(*_: Any, **arguments: Any) -> None:
        given.update(arguments)

    monkeypatch.setattr("gpu_cluster.component_provider.platform._Platform", record)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.touch()
    file = PROJECT / "tests/stacks/happy/existing-prefix-cache.yaml"
    text: Any = YAML(typ="safe", pure=True).load(file)  # pyright: ignore[reportUnknownMemberType]
    sections = {key.removeprefix("gpu-cluster:"): value for key, value in text["config"].items()}
    sections["cluster"]["kubeconfig"] = str(kubeconfig)
    args: Any = {"stack": sections, "gateway_keys": {"batch": "in plain text"}, "hub_token": "hf_any"}

    made(lambda: Platform("platform", args))

    assert asyncio.run(_is_secret(given["gateway_keys"]["batch"]))
    assert asyncio.run(_is_secret(given["hub_token"]))


async def _is_secret(output: pulumi.Output[Any]) -> bool:
    """Older versions of Pulumi return a future, which asyncio.run takes in a coroutine only."""
    return await output.is_secret()


def test_plugin_requirements_match_the_library_dependencies() -> None:
    needed = {it.split("#")[0].strip() for it in PYPROJECT["dependencies"]}
    listed = (PROJECT / "components/requirements.txt").read_text().splitlines()
    assert {line for line in listed if line and not line.startswith("#")} <= needed
    assert PYPROJECT["version"] == VERSION
    assert (PROJECT / "components/__main__.py").is_file()
    assert (PROJECT / "components/PulumiPlugin.yaml").read_text().count("name: python") == 1
