"""All rules, by number."""

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.rule import Rule
from gpu_cluster_policies.rules.access_policies import access_to_all_namespaces
from gpu_cluster_policies.rules.api_extensions import api_extensions
from gpu_cluster_policies.rules.backups import backup_plan, backups_copied, backups_encrypted
from gpu_cluster_policies.rules.buckets import (
    bucket_encrypted,
    bucket_lifecycle,
    bucket_tls_only,
    bucket_versioned,
    model_store,
    public_access_blocked,
)
from gpu_cluster_policies.rules.capacity import allowed_instances, capacity_blocks, gpu_budget, pinned_images
from gpu_cluster_policies.rules.charts import objects_seen
from gpu_cluster_policies.rules.cluster_network import network_policies_enforced, private_subnets
from gpu_cluster_policies.rules.clusters import (
    access_entries,
    control_plane_logs,
    deletion_protection,
    no_public_endpoint,
    private_endpoint,
    public_cidrs,
    secrets_encrypted,
    supported_version,
)
from gpu_cluster_policies.rules.container_runtime import runtime_isolation
from gpu_cluster_policies.rules.copies import copies_in_account
from gpu_cluster_policies.rules.device_claims import no_admin_access
from gpu_cluster_policies.rules.devices import gpus_from_the_scheduler
from gpu_cluster_policies.rules.egress import aws_endpoints_reached
from gpu_cluster_policies.rules.endpoint_policies import endpoint_policies
from gpu_cluster_policies.rules.escalation import no_iam_escalation, no_reading_of_all_data
from gpu_cluster_policies.rules.exposure import no_exposed_services, tls_at_entrances
from gpu_cluster_policies.rules.file_systems import (
    access_points,
    efs_across_zones,
    efs_encrypted,
    fsx_encrypted,
)
from gpu_cluster_policies.rules.gpus import gpu_limits, gpu_placement, gpu_pool_taint
from gpu_cluster_policies.rules.images import allowed_registry, digest_pinned, no_latest_tag
from gpu_cluster_policies.rules.isolation import (
    apparmor_profile,
    default_proc_mount,
    no_host_process,
    safe_sysctls,
    selinux_options,
)
from gpu_cluster_policies.rules.keys import (
    cluster_key_grants,
    key_deletion_window,
    key_rotation,
    no_wildcard_key_principal,
)
from gpu_cluster_policies.rules.kubelet import kubelet_settings
from gpu_cluster_policies.rules.metadata_service import imds_hop_limit, imdsv2
from gpu_cluster_policies.rules.models import model_sources
from gpu_cluster_policies.rules.namespaces import default_deny, gpu_quota, own_namespace, quota_and_defaults
from gpu_cluster_policies.rules.nodes import no_credentials_in_user_data, no_open_ssh, no_public_nodes
from gpu_cluster_policies.rules.operations import nothing_lost, secrets_encrypted_in_state
from gpu_cluster_policies.rules.permissions import (
    no_administrator_access,
    no_decrypt_on_all_keys,
    no_wildcard_permissions,
    pass_role_scoped,
)
from gpu_cluster_policies.rules.pods import no_host_access, no_probe_hosts, own_service_account, volume_types
from gpu_cluster_policies.rules.priorities import no_system_priority
from gpu_cluster_policies.rules.probes import probes
from gpu_cluster_policies.rules.production import production_stated
from gpu_cluster_policies.rules.property_types import api_types
from gpu_cluster_policies.rules.protection import protected
from gpu_cluster_policies.rules.rbac import (
    named_subjects,
    no_cluster_admin,
    no_dangerous_permissions,
    no_rbac_wildcards,
)
from gpu_cluster_policies.rules.registry import (
    image_lifecycle,
    images_encrypted,
    immutable_tags,
    no_force_delete,
    repository_not_public,
    scan_on_push,
)
from gpu_cluster_policies.rules.requests import cpu_and_memory
from gpu_cluster_policies.rules.residency import allowed_regions
from gpu_cluster_policies.rules.resource_policies import resource_policies_not_public
from gpu_cluster_policies.rules.roles import nodes_only_read_images, trust_bound
from gpu_cluster_policies.rules.secrets import no_literal_secrets
from gpu_cluster_policies.rules.security_context import (
    drop_all_capabilities,
    no_privilege_escalation,
    non_root,
    not_privileged,
    read_only_root,
    seccomp_profile,
)
from gpu_cluster_policies.rules.security_groups import no_ingress_from_the_world, restricted_egress
from gpu_cluster_policies.rules.serving import disruption_budget, no_spot, spare_gpus, two_replicas
from gpu_cluster_policies.rules.spending import worst_case_cost
from gpu_cluster_policies.rules.tags import tags
from gpu_cluster_policies.rules.volumes import storage_class, volumes_encrypted
from gpu_cluster_policies.rules.vpc import (
    default_group_closed,
    flow_logs,
    no_automatic_public_ip,
    vpc_endpoints,
)


def all_rules(context: EvaluationContext) -> tuple[Rule, ...]:
    """Rules for a stack with this context."""
    return (
        no_public_endpoint,
        public_cidrs,
        private_endpoint,
        secrets_encrypted,
        control_plane_logs,
        supported_version,
        deletion_protection,
        access_entries,
        private_subnets(context),
        network_policies_enforced,
        no_open_ssh,
        imdsv2,
        imds_hop_limit,
        no_public_nodes,
        volumes_encrypted,
        no_credentials_in_user_data,
        immutable_tags,
        scan_on_push,
        images_encrypted,
        repository_not_public,
        image_lifecycle,
        nodes_only_read_images,
        no_force_delete,
        flow_logs(context),
        default_group_closed(context),
        no_automatic_public_ip,
        no_ingress_from_the_world,
        restricted_egress,
        vpc_endpoints(context),
        efs_encrypted,
        access_points,
        efs_across_zones,
        backup_plan,
        fsx_encrypted,
        public_access_blocked,
        bucket_encrypted,
        bucket_versioned,
        bucket_tls_only,
        bucket_lifecycle,
        key_rotation,
        no_wildcard_key_principal,
        key_deletion_window,
        storage_class,
        no_wildcard_permissions,
        no_administrator_access,
        trust_bound,
        pass_role_scoped,
        no_decrypt_on_all_keys,
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
        allowed_registry(context.registries),
        no_literal_secrets,
        own_namespace,
        default_deny,
        quota_and_defaults,
        no_rbac_wildcards,
        no_dangerous_permissions,
        no_cluster_admin,
        no_exposed_services(context.settings.exposed_services),
        tls_at_entrances,
        disruption_budget,
        two_replicas,
        gpu_limits,
        gpu_pool_taint,
        gpu_placement,
        gpu_quota,
        gpu_budget(context),
        worst_case_cost(context),
        allowed_instances(context),
        allowed_regions(context),
        model_store,
        model_sources(context),
        no_spot(context),
        capacity_blocks(context),
        pinned_images,
        spare_gpus(context),
        tags,
        protected,
        nothing_lost,
        secrets_encrypted_in_state,
        objects_seen,
        backups_encrypted,
        backups_copied(context),
        cluster_key_grants,
        aws_endpoints_reached,
        gpus_from_the_scheduler,
        production_stated(context),
        apparmor_profile,
        selinux_options,
        default_proc_mount,
        safe_sysctls,
        no_host_process,
        no_probe_hosts,
        volume_types,
        named_subjects,
        api_types,
        kubelet_settings,
        runtime_isolation,
        resource_policies_not_public,
        no_iam_escalation,
        api_extensions,
        no_admin_access,
        no_system_priority,
        no_reading_of_all_data,
        copies_in_account,
        endpoint_policies,
        access_to_all_namespaces,
    )


__all__ = ["all_rules"]
