"""Login at a mirror: a Secret in each namespace with pods of the platform, which their accounts name."""

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.helm import v4 as helm

from gpu_cluster.config.stack import Stack
from gpu_cluster.kubernetes.object_metadata import metadata

SECRET = "registry-login"  # noqa: S105
"""Name of the Secret in each namespace."""

_KEY = ".dockerconfigjson"


def pull_secret_of(stack: Stack) -> str | None:
    """Name of the Secret where the stack has a login, for charts that do not read it from their account."""
    return SECRET if stack.registry.login else None


def pod_pull_secrets(secret: str | None, login: str | None) -> list[core.LocalObjectReferenceArgs] | None:
    """Pull secrets of a pod: credentials of the image's registry, and the login for the mirror.

    A pod without pull secrets gets those of its service account, which include the login. A pod with its own
    gets none from its account, so it lists the login too.
    """
    named = [secret, *([login] if login else [])] if secret else []
    return [core.LocalObjectReferenceArgs(name=it) for it in named] or None


def pull_secrets(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Have the pods of each service account of a platform or a team pull with the Secret.

    The admission of service accounts writes it into each pod. Objects of extras are the user's, and stay.
    """
    if not isinstance(args.resource, core.ServiceAccount):
        return None
    props = cast(Mapping[str, Any], args.props)
    own: list[core.LocalObjectReferenceArgs] = props.get("image_pull_secrets") or []
    named = [*own, core.LocalObjectReferenceArgs(name=SECRET)]
    return pulumi.ResourceTransformationResult({**props, "image_pull_secrets": named}, args.opts)


class PullSecretUse:
    """Namespaces whose pods pull with the Secret, collected by a transformation: namespaces of the platform
    and its teams, and the namespace of a chart or manifest that names the Secret.
    """

    def __init__(self) -> None:
        self.namespaces: dict[str, list[pulumi.Resource]] = {}
        """The resources that each depends on, by name."""

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        props = cast(Mapping[str, Any], args.props)
        if isinstance(args.resource, core.Namespace):
            self._needs(props["metadata"].name).append(args.resource)
        elif isinstance(args.resource, core.ServiceAccount):
            self._needs(props["metadata"].namespace)
        elif isinstance(args.resource, helm.Chart) and _names_secret(props.get("values")):
            self._needs(str(props["namespace"])).extend(_dependencies(args.opts))
        elif type(args.resource) is pulumi.CustomResource and _names_secret(props):
            self._needs(props["metadata"].get("namespace", "default")).extend(_dependencies(args.opts))
        return pull_secrets(args)

    def _needs(self, namespace: str) -> list[pulumi.Resource]:
        return self.namespaces.setdefault(namespace, [])


class PullSecrets(pulumi.ComponentResource):
    """Image pull secrets with the same login in each namespace.

    PullSecrets("login", {"serving": [namespace]}, host="harbor.example.com", user="robot", password=…)
    """

    def __init__(
        self,
        name: str,
        namespaces: Mapping[str, list[pulumi.Resource]],
        *,
        host: str,
        user: str,
        password: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("gpu-cluster:index:PullSecrets", name, None, opts)
        login = pulumi.Output.secret(password).apply(lambda it: docker_config(host, user, it))
        for namespace, needed in sorted(namespaces.items()):
            core.Secret(
                f"{name}-{namespace}",
                metadata=metadata(SECRET, namespace),
                type="kubernetes.io/dockerconfigjson",
                string_data={_KEY: login},
                opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
            )
        self.register_outputs({"namespaces": sorted(namespaces)})


def docker_config(host: str, user: str, password: str) -> str:
    """Docker's file of logins with this one.

    Source: Kubernetes, Pull an Image from a Private Registry, "Log in to Docker Hub",
    https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/, 2026-11-30.
    """
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {host: {"username": user, "password": password, "auth": auth}}})


def _names_secret(values: Any) -> bool:
    return f'"{SECRET}"' in json.dumps(values, default=lambda _: None)


def _dependencies(opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    given: Any = opts.depends_on
    return [it for it in given if isinstance(it, pulumi.Resource)] if isinstance(given, list) else []  # pyright: ignore[reportUnknownVariableType]
