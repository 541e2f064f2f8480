"""User data and kubelet settings: supported by the operating system, and not set by the platform."""

from collections.abc import Iterator

from gpu_cluster.config.node_settings import SET_ELSEWHERE
from gpu_cluster.config.pools import AmiFamily, PoolSettings
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def node_settings(name: str, settings: PoolSettings) -> Iterator[Diagnostic]:
    keys: Keys = ("pools", name)
    bottlerocket = settings.ami.family is AmiFamily.BOTTLEROCKET
    given = settings.user_data
    if bottlerocket and settings.kubelet:
        message = "not with bottlerocket; use userData.settings.kubernetes"
        yield Diagnostic((*keys, "kubelet"), message)
    for key, value in {"script": given.script, "nodeConfig": given.node_config}.items():
        if bottlerocket and value:
            message = "only with ami.family al2023; expected userData.settings"
            yield Diagnostic((*keys, "userData", key), message)
    if given.settings and not bottlerocket:
        message = "only with ami.family bottlerocket; expected userData.script or userData.nodeConfig"
        yield Diagnostic((*keys, "userData", "settings"), message)
    if given.script and not given.script.startswith("#!"):
        message = "expected a script that starts with #!, such as #!/bin/bash"
        yield Diagnostic((*keys, "userData", "script"), message)
    yield from _kubelet(keys, settings)


def _kubelet(keys: Keys, settings: PoolSettings) -> Iterator[Diagnostic]:
    for field, reason in SET_ELSEWHERE.items():
        if field in settings.kubelet:
            yield Diagnostic((*keys, "kubelet", field), reason)
