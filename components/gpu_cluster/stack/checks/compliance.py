"""Guardrails: only with provider eks, and the requirements of compliance frameworks."""

from collections.abc import Iterator

from gpu_cluster.config.compliance import Framework
from gpu_cluster.config.eks import EksSettings
from gpu_cluster.config.stack import Stack
from gpu_cluster.stack.checks.region import KEY, unknown_region
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import one_of

OF_AWS = ("backups", "budget", "compliance", "tags", "protect")
"""Sections for data, cost and compliance, which apply only to AWS."""

_PCI_DAYS = 365
"""Twelve months of audit logs (PCI DSS 4.0.1, requirement 10.5.1)."""


def compliance(stack: Stack) -> Iterator[Diagnostic]:
    if not isinstance(stack.cluster, EksSettings):
        for section in OF_AWS:
            if section in stack.model_fields_set:
                yield Diagnostic((section,), f"only with provider eks, got {stack.cluster.provider}")
        return
    yield from _residency(stack)
    frameworks = stack.compliance.frameworks
    if Framework.CIS_EKS in frameworks:
        yield from _cis_eks(stack.cluster)
    if Framework.GDPR in frameworks and not stack.compliance.data_residency:
        message = "required key is missing with gdpr (article 44); regions where data may be stored"
        yield Diagnostic(("compliance", "dataResidency"), message)
    if Framework.PCI_DSS in frameworks:
        yield from _pci_dss(stack, stack.cluster)


def _residency(stack: Stack) -> Iterator[Diagnostic]:
    """Data residency: the platform and all copies are in allowed regions."""
    allowed = stack.compliance.data_residency
    for name in sorted(allowed):
        if name != stack.region and (problem := unknown_region(name)):
            yield Diagnostic(("compliance", "dataResidency"), problem)
    if not allowed:
        return
    for name in sorted(stack.registry.replicate - allowed):
        yield Diagnostic(("registry", "replicate"), _elsewhere(name, allowed))
    if stack.backups.copy_to and stack.backups.copy_to not in allowed:
        yield Diagnostic(("backups", "copyTo"), _elsewhere(stack.backups.copy_to, allowed))
    if stack.region and stack.region not in allowed:
        yield Diagnostic((KEY,), _elsewhere(stack.region, allowed))


def _elsewhere(name: str, allowed: frozenset[str]) -> str:
    return f"data may only be in {one_of(sorted(allowed))}, got '{name}'"


def _cis_eks(cluster: EksSettings) -> Iterator[Diagnostic]:
    """CIS Amazon EKS Benchmark 1.8.0, beyond the settings of every cluster."""
    if cluster.endpoint.public:
        yield Diagnostic(
            ("cluster", "endpoint", "public"), "5.4.2 of cis-eks requires a private endpoint only"
        )


def _pci_dss(stack: Stack, cluster: EksSettings) -> Iterator[Diagnostic]:
    kept: dict[Keys, int] = {("cluster", "logs", "retentionDays"): cluster.logs.retention_days}
    if stack.logs and stack.logs.cloudwatch:
        kept["logs", "cloudwatch", "retentionDays"] = stack.logs.cloudwatch.retention_days
    if stack.logs and stack.logs.files:
        kept["logs", "files", "retentionDays"] = stack.logs.files.retention_days
    if stack.network:
        kept["network", "flowLogs", "retentionDays"] = stack.network.flow_logs.retention_days
    for keys, days in kept.items():
        if days < _PCI_DAYS:
            yield Diagnostic(keys, f"10.5.1 of pci-dss requires at least {_PCI_DAYS} days, got {days}")
