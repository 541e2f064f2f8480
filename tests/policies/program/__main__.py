"""The program of the engine tests: one case of objects, rendered and never applied."""

import json
from pathlib import Path

import pulumi
from account import wrong_account  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
from pulumi_kubernetes import Provider
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

IMAGE = "nvcr.io/nvidia/tritonserver:26.06-py3"
DIGEST = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def pod(image: pulumi.Input[str], *, privileged: bool = False) -> core.PodSpecArgs:
    return core.PodSpecArgs(
        restart_policy="Never",
        service_account_name="work",
        automount_service_account_token=False,
        security_context=core.PodSecurityContextArgs(
            run_as_non_root=True, seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault")
        ),
        containers=[
            core.ContainerArgs(
                name="work",
                image=image,
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "128Mi"}, limits={"memory": "128Mi"}
                ),
                security_context=core.SecurityContextArgs(
                    privileged=privileged,
                    allow_privilege_escalation=False,
                    capabilities=core.CapabilitiesArgs(drop=["ALL"]),
                    read_only_root_filesystem=True,
                ),
            )
        ],
    )


def main() -> None:
    rendered = Provider("rendered", render_yaml_to_directory=str(Path.cwd() / "rendered"))
    options = pulumi.ResourceOptions(provider=rendered)
    work = ObjectMetaArgs(name="work", namespace="team")
    match pulumi.Config().require("case"):
        case "good":
            core.Pod("work", metadata=work, spec=pod(f"{IMAGE}@{DIGEST}"), opts=options)
        case "privileged":
            core.Pod("work", metadata=work, spec=pod(f"{IMAGE}@{DIGEST}", privileged=True), opts=options)
        case "tag":
            core.Pod("work", metadata=work, spec=pod(IMAGE), opts=options)
        case "unknown":
            release = core.ConfigMap("release", metadata=work, data={"tag": "26.06-py3"}, opts=options)
            image = pulumi.Output.concat("nvcr.io/nvidia/tritonserver:", release.id)
            core.Pod("work", metadata=work, spec=pod(image), opts=options)
        case "open-namespace":
            level = {"pod-security.kubernetes.io/enforce": "restricted"}
            core.Namespace("team", metadata=ObjectMetaArgs(name="team", labels=level), opts=options)
        case "account":
            wrong_account()
        case "given":
            for each in json.loads(Path("objects.json").read_text()):
                pulumi.CustomResource(each["type"], each["name"], each["inputs"], options)
        case case:
            raise LookupError(case)


main()
