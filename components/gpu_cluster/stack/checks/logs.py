"""Logs: supported destinations, and an existing storage class."""

from collections.abc import Iterator

from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import on_aws
from gpu_cluster.stack.checks.storage import unknown_class
from gpu_cluster.stack.diagnostic import Diagnostic, Keys


def logs(stack: Stack, broken: frozenset[Keys]) -> Iterator[Diagnostic]:
    settings = stack.logs
    if settings is None:
        return
    if settings.cloudwatch and not on_aws(stack):
        message = f"only with provider eks, got {stack.cluster.provider}; expected otlp or files"
        yield Diagnostic(("logs", "cloudwatch"), message)
    if settings.files and (problem := unknown_class(settings.files.storage_class, stack, broken)):
        yield Diagnostic(("logs", "files", "storageClass"), problem)
