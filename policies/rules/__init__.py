"""Every rule, by number."""

from policies.rule import Rule
from policies.rules.exposure import no_exposed_services, tls_at_entrances
from policies.rules.gpus import gpu_limits, gpu_placement, gpu_pool_taint
from policies.rules.images import allowed_registry, digest_pinned, no_latest_tag
from policies.rules.namespaces import default_deny, gpu_quota, own_namespace, quota_and_defaults
from policies.rules.pods import no_host_access, own_service_account
from policies.rules.probes import probes
from policies.rules.rbac import no_cluster_admin, no_dangerous_permissions, no_rbac_wildcards
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
from policies.terms import Terms


def all_rules(terms: Terms) -> tuple[Rule, ...]:
    """The rules for a stack that is held to these terms."""
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
        allowed_registry(terms.registries),
        no_literal_secrets,
        own_namespace,
        default_deny,
        quota_and_defaults,
        no_rbac_wildcards,
        no_dangerous_permissions,
        no_cluster_admin,
        no_exposed_services(terms.settings.exposed_services),
        tls_at_entrances,
        disruption_budget,
        two_replicas,
        gpu_limits,
        gpu_pool_taint,
        gpu_placement,
        gpu_quota,
    )


__all__ = ["all_rules"]
