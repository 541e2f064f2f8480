"""Findings for the same resources from each of the three paths."""

# pyright: reportUnknownMemberType=false, reportPrivateUsage=false
# pulumi_policy leaves the result of `validate` untyped, and has no public way to hand properties over.

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from gpu_cluster.plan import Graph, Registered
from gpu_cluster.unknown import UNKNOWN
from gpu_cluster_policies import Pack, Resource
from gpu_cluster_policies.manifests.manifests import manifests_in
from gpu_cluster_policies.plan_adapter import resources_of


class Said(NamedTuple):
    rule: str
    words: str
    urn: str


def by_plan(pack: Pack, resources: Iterable[Registered]) -> Counter[Said]:
    """Findings of `gpu-cluster check` for a plan."""
    report = pack.check(resources_of(Graph(list(resources))))
    found = [Said(finding.rule.id, str(finding), finding.judged.urn) for finding in report.findings]
    unseen = (Said("not-judged", it.brief, it.judged.urn) for it in report.not_judged)
    return Counter([*found, *(Said("waivers", str(problem), "") for problem in report.stale), *unseen])


def by_manifests(pack: Pack, resources: Iterable[Registered]) -> Counter[Said]:
    """Findings of `gpu-cluster check -f` for objects in a file."""
    objects = [resource.inputs for resource in resources if is_object(resource)]
    text = "\n---\n".join(json.dumps(each) for each in objects)
    report = pack.check(manifests_in({"objects.yaml": text.encode()}).resources)
    return Counter(Said(finding.rule.id, str(finding), "") for finding in report.findings)


def is_object(resource: Registered) -> bool:
    """Whether it is a Kubernetes object without unknown values."""
    whole = resource.type.startswith("kubernetes:") and "kind" in resource.inputs
    return whole and "unknown" not in json.dumps(resource.inputs, default=lambda _: "unknown")


class Files:
    """One file for each object, read once, because the result for an unchanged file would be the same."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Registered, list[Resource]]] = {}

    def say(self, pack: Pack, resources: Iterable[Registered]) -> Counter[Said]:
        """Findings of `gpu-cluster check -f` for objects in a folder."""
        report = pack.check(it for resource in resources for it in self._of(resource))
        return Counter(Said(finding.rule.id, str(finding), "") for finding in report.findings)

    def objects(self, resources: Iterable[Registered]) -> list[Registered]:
        """Objects that are known completely."""
        return [resource for resource in resources if self._of(resource)]

    def _of(self, resource: Registered) -> list[Resource]:
        if id(resource) not in self._read:
            text = json.dumps(resource.inputs) if is_object(resource) else ""
            read = manifests_in({f"{resource.name}.yaml": text.encode()}).resources if text else []
            self._read[id(resource)] = (resource, read)
        return self._read[id(resource)][1]


class Engine:
    """The policies as pulumi_policy calls them, with what its server makes of the engine's messages.

    What they say of a resource that has not changed is remembered: those about one see no other.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._about_one = [it for it in policies if isinstance(it, ResourceValidationPolicy)]
        self._about_all = [it for it in policies if isinstance(it, StackValidationPolicy)]
        self._given: dict[int, tuple[Registered, Any, Any]] = {}
        self._said: dict[int, list[Said]] = {}

    def says(self, resources: Sequence[Registered]) -> Counter[Said]:
        said = [it for resource in resources for it in self._of(resource)]
        return Counter([*said, *self._of_all(resources)])

    def _of(self, resource: Registered) -> list[Said]:
        _, inputs, _ = self._handed_over(resource)
        args = ResourceValidationArgs(
            resource.type, inputs, resource.urn, resource.name, options(resource), None
        )
        if id(resource) in self._said:
            self._about_one[0].validate(
                args, _recorder(self._about_one[0], [])
            )  # policies of all see it so, too
            return self._said[id(resource)]
        said: list[Said] = []
        for policy in self._about_one:
            policy.validate(args, _recorder(policy, said))
        self._said[id(resource)] = said
        return said

    def _of_all(self, resources: Sequence[Registered]) -> list[Said]:
        handed = {resource.urn: self._made(resource) for resource in resources}
        for resource in resources:
            handed[resource.urn].property_dependencies = {
                key: [handed[urn] for urn in urns if urn in handed] for key, urns in resource.made_of.items()
            }
        said: list[Said] = []
        for policy in self._about_all:
            policy.validate(StackValidationArgs(list(handed.values())), _recorder(policy, said))
        return said

    def _made(self, resource: Registered) -> PolicyResource:
        _, _, outputs = self._handed_over(resource)
        return PolicyResource(
            resource.type, outputs, resource.urn, resource.name, options(resource), None, None, [], {}
        )

    def _handed_over(self, resource: Registered) -> tuple[Registered, Any, Any]:
        if id(resource) not in self._given:
            properties = _over_the_wire(resource.inputs), _over_the_wire(resource.outputs)
            self._given[id(resource)] = (resource, *properties)
        return self._given[id(resource)]


def options(resource: Registered) -> PolicyResourceOptions:
    return PolicyResourceOptions(resource.protected, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], None)


def _recorder(policy: Policy, said: list[Said]) -> ReportViolation:
    name = policy.name.removesuffix("-outside-production")

    def record(message: str, urn: str | None = None) -> None:
        said.append(Said(name, message, urn or ""))

    return record


def _over_the_wire(properties: dict[str, Any]) -> Any:
    return unknown_checking_proxy(deserialize_properties(json_format.MessageToDict(_message(properties))))


def _message(properties: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(cast("dict[str, Any]", sent(properties)))
    return message


def sent(value: Any) -> Any:
    """Inputs in the form that the engine sends to a policy pack."""
    if isinstance(value, dict):
        return {key: sent(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [sent(item) for item in cast("list[Any]", value)]
    return UNKNOWN_STRING_VALUE if value is UNKNOWN else value


def by_server(policies: Sequence[Policy], resources: Sequence[Registered]) -> Counter[Said]:
    """Findings of the pack's gRPC server, called as the engine does: one resource at a time, then all."""
    server = _PolicyAnalyzerServicer("gpu-cluster", "0.0.0", list(policies), EnforcementLevel.ADVISORY)
    titles = {policy.name: policy.description for policy in policies}
    answers = [
        server.Analyze(
            analyzer_pb2.AnalyzeRequest(
                type=it.type,
                urn=it.urn,
                name=it.name,
                properties=_message(it.inputs),
                options=_sent_options(it),
            ),
            None,
        )
        for it in resources
    ]
    everything = [
        analyzer_pb2.AnalyzerResource(
            type=it.type,
            urn=it.urn,
            name=it.name,
            properties=_message(it.outputs),
            options=_sent_options(it),
            propertyDependencies={
                key: analyzer_pb2.AnalyzerPropertyDependencies(urns=sorted(urns))
                for key, urns in it.made_of.items()
            },
        )
        for it in resources
    ]
    answers.append(server.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=everything), None))
    told = [diagnostic for answer in answers for diagnostic in answer.diagnostics]
    return Counter(
        Said(
            it.policyName.removesuffix("-outside-production"),
            it.message.removeprefix(f"{titles[it.policyName]}\n"),
            it.urn,
        )
        for it in told
    )


def _sent_options(resource: Registered) -> Any:
    return analyzer_pb2.AnalyzerResourceOptions(protect=resource.protected)
