"""Every rule, by number."""

from collections.abc import Collection

from policies.rule import Rule
from policies.rules.gpus import gpu_limits, gpu_placement, gpu_pool_taint
from policies.rules.images import allowed_registry, digest_pinned, no_latest_tag
from policies.rules.namespaces import default_deny, gpu_quota, own_namespace, quota_and_defaults
from policies.rules.pods import no_host_access, own_service_account
from policies.rules.probes import probes
from policies.rules.requests import cpu_and_memory
from policies.rules.secrets import no_literal_secrets
from policies.rules.security_context import (
    drop_all_capabilities,
    no_privilege_escalation,
    non_root,
    not_privileged,
    read_only_root,
    seccomp_profile,
)
from policies.rules.serving import disruption_budget, two_replicas


def all_rules(registries: Collection[str]) -> tuple[Rule, ...]:
    """The rules for a stack whose images may come from these registries."""
    return (
        not_privileged,
        no_host_access,
        no_privilege_escalation,
        drop_all_capabilities,
        non_root,
        seccomp_profile,
        read_only_root,
        own_service_account,
        cpu_and_memory,
        probes,
        no_latest_tag,
        digest_pinned,
        allowed_registry(registries),
        no_literal_secrets,
        own_namespace,
        default_deny,
        quota_and_defaults,
        disruption_budget,
        two_replicas,
        gpu_limits,
        gpu_pool_taint,
        gpu_placement,
        gpu_quota,
    )


__all__ = ["all_rules"]
