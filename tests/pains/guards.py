"""The guard of each pain: its place in the code, and the code without it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    test: str
    """The file of the pain's tests, less `test_` and `.py`."""

    file: str
    """File that contains the guard."""

    text: str
    """The guard; occurs once in the file."""

    without: str = ""
    """The text without it."""


GUARDS = (
    Guard(
        "01_network_plugin",
        "components/gpu_cluster/aws/environment.py",
        "vpc, *cluster.bootstrap_addons",
        "vpc",
    ),
    Guard(
        "01_network_plugin", "components/gpu_cluster/aws/eks/bootstrap_addons.py", ", depends_on=[identity]"
    ),
    Guard("02_dns", "components/gpu_cluster/stack/checks/pools.py", "yield from _system(offered)", "return"),
    Guard("02_dns", "components/gpu_cluster/aws/environment.py", "after=[nodes],", "after=[],"),
    Guard(
        "03_tolerations",
        "components/gpu_cluster/kubernetes/daemon_sets.py",
        "tolerations=[*tolerations(pool), *tolerated],",
    ),
    Guard("03_tolerations", "components/gpu_cluster/aws/eks/csi.py", '{"tolerateAllTaints": True}', "{}"),
    Guard(
        "03_tolerations",
        "components/gpu_cluster/aws/eks/cluster_addons.py",
        "for it in pool.tolerations}",
        "for it in pool.tolerations[:1]}",
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/kubernetes/daemon_sets.py",
        'operator="In"',
        'operator="Exists"',
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/kubernetes/gpu/device_plugin.py",
        " and it.handover is not Handover.SYSTEM",
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/kubernetes/gpu/device_plugin_pods.py",
        "if mig or cdi else None",
        "if mig else None",
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/capacity/gpu_assignment.py",
        "AmiFamily.BOTTLEROCKET else Handover.CDI",
        "AmiFamily.BOTTLEROCKET else Handover.VARIABLE",
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/aws/nodes/user_data.py",
        "lines += _shared_gpus(pool.sharing)",
        'lines += ["[settings.kubelet-device-plugins.nvidia]", "enabled = false"]',
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/catalog/device_variables.py",
        '    VISIBLE_DEVICES,\n    "NVIDIA_GDRCOPY",',
        '    "NVIDIA_GDRCOPY",',
    ),
    Guard(
        "04_device_plugin",
        "components/gpu_cluster/kubernetes/teams/pod_admission.py",
        "!(each.name in variables.choosing) || ",
        "true || ",
    ),
    Guard(
        "04_device_plugin",
        "policies/gpu_cluster_policies/rules/devices.py",
        "if allowed is None or",
        "if True or",
    ),
    Guard(
        "05_efa",
        "components/gpu_cluster/aws/nodes/launch_template.py",
        "efa_interfaces(pool.server)",
        "_ONE",
    ),
    Guard(
        "05_efa", "components/gpu_cluster/stack/checks/nodes.py", "elif len(pool.zones) > 1:", "elif False:"
    ),
    Guard(
        "05_efa",
        "components/gpu_cluster/aws/nodes/launch_template.py",
        '"update_default_version": True,',
        '"update_default_version": True, "placement": {"group_name": "efa"},',
    ),
    Guard(
        "06_capacity_blocks",
        "components/gpu_cluster/aws/nodes/launch_template.py",
        '"instance_market_options": {"market_type": "capacity-block"},',
    ),
    Guard(
        "06_capacity_blocks",
        "components/gpu_cluster/stack/checks/reservations.py",
        "if found.count < settings.nodes.max:",
        "if False:",
    ),
    Guard(
        "06_capacity_blocks",
        "components/gpu_cluster/stack/checks/reservations.py",
        "if minutes < _ULTRASERVER_DRAIN_MINUTES:",
        "if False:",
    ),
    Guard(
        "07_destroy",
        "components/gpu_cluster/aws/eks/control_plane.py",
        "depends_on=[*allowed, logs]",
        "depends_on=[logs]",
    ),
    Guard(
        "07_destroy",
        "components/gpu_cluster/aws/environment.py",
        "protect=stack.protect,\n        opts=_after(on_aws, *vpc.ready),\n    )\n    nodes",
        "protect=stack.protect,\n        opts=on_aws,\n    )\n    nodes",
    ),
    Guard("08_finalizers", "components/gpu_cluster/aws/environment.py", "addons, *started, "),
    Guard("08_finalizers", "components/gpu_cluster/kubernetes/storage/classes.py", ", depends_on=behind"),
    Guard("08_finalizers", "components/gpu_cluster/aws/karpenter/karpenter.py", ", depends_on=[after]"),
    Guard(
        "08_finalizers",
        "components/gpu_cluster/aws/karpenter/controller_policy.py",
        '["iam:ListInstanceProfiles"]',
        "[]",
    ),
    Guard(
        "08_finalizers",
        "components/gpu_cluster/aws/karpenter/controller_policy.py",
        ":instance-profile/*",
        ":instance-profile/own",
    ),
    Guard("08_finalizers", "components/gpu_cluster/aws/eks/cluster.py", ", depends_on=entries"),
    Guard(
        "09_names",
        "components/gpu_cluster/aws/eks/control_plane.py",
        "name=role.name,\n            role_arn",
        'name="platform",\n            role_arn',
    ),
    Guard(
        "09_names",
        "components/gpu_cluster/aws/stores/bucket.py",
        "force_destroy=not protect,",
        'force_destroy=not protect, bucket="models",',
    ),
    Guard("09_names", "components/gpu_cluster/platform.py", "[delete_before_replace, *login]", "list(login)"),
    Guard("09_names", "components/gpu_cluster/aws/logical_name.py", "fitted(resource_type, name)", "name"),
    Guard(
        "10_kubeconfig",
        "components/gpu_cluster/aws/eks/cluster.py",
        "cluster_identifier=cluster.arn,",
        "cluster_identifier=self.endpoint,",
    ),
    Guard("10_kubeconfig", "components/gpu_cluster/aws/eks/kubeconfig.py", "indent=2", "indent=None"),
    Guard(
        "11_images",
        "components/gpu_cluster/aws/nodes/node_group.py",
        '"release_version": ami_release(settings, version),',
    ),
    Guard("11_images", "components/gpu_cluster/aws/karpenter/node_class.py", "@v{day}", "@latest"),
    Guard(
        "12_sizes",
        "components/gpu_cluster/aws/nodes/node_group.py",
        '"desired_size": nodes.min',
        '"desired_size": nodes.min or 1',
    ),
    Guard(
        "12_sizes",
        "components/gpu_cluster/aws/nodes/node_group.py",
        'ignore_changes=["scalingConfig.desiredSize"] if',
        'ignore_changes=["scalingConfig"] if',
    ),
    Guard("13_upgrades", "components/gpu_cluster/aws/environment.py", '"{name}-cluster"', '"{name}-eks"'),
    Guard(
        "14_keys",
        "components/gpu_cluster/aws/nodes/node_group.py",
        "_drain(name, self.group, block, self)",
        "self.group.arn.apply(lambda _: _drain(name, self.group, block, self))",
    ),
    Guard(
        "15_offline_plan",
        "components/gpu_cluster/aws/environment.py",
        "allowed_account_ids=[settings.account]",
        "allowed_account_ids=[aws.get_caller_identity().account_id]",
    ),
    Guard(
        "16_policies",
        "policies/gpu_cluster_policies/resources/property.py",
        "if self.content is UNKNOWN:",
        "if False:",
    ),
    Guard("16_policies", "components/gpu_cluster/aws/budget.py", "self.register_outputs({})"),
    Guard(
        "17_karpenter_and_sharing",
        "components/gpu_cluster/stack/checks/nodes.py",
        "if settings.sharing:",
        "if False:",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/checks/memory.py",
        "if settings.cache and amount(settings.cache.size) < model.download:",
        "if False:",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/checks/capacity.py",
        "if needed is None or needed <= nodes:",
        "if True:",
    ),
    Guard("18_late_failures", "components/gpu_cluster/stack/checks/pools.py", "not is_said and", "False and"),
    Guard("18_late_failures", "components/gpu_cluster/stack/checks/pools.py", "(len(pool.taints))", "(0)"),
    Guard(
        "18_late_failures", "components/gpu_cluster/stack/checks/cluster.py", ".problem(count)", ".problem(0)"
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/checks/mounts.py",
        'LIMITS["iam-inline-policies"].problem(together)',
        'LIMITS["iam-inline-policies"].problem(0)',
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/aws/karpenter/node_class.py",
        ", _VOLUMES_OF: context.cluster_name",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/aws/keys/policies.py",
        '"Sid": "GrantToCluster",',
        '"Sid": "GrantToCluster", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},',
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/kubernetes/teams/network_policies.py",
        '**({"aws-endpoints": to_networks(endpoints, 443)} if endpoints else {}),',
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/aws/keys/policies.py",
        'f"{linked}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",',
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/aws/autoscalers.py",
        "charts_below(CHARTS, stack.registry.mirror)",
        "charts_below(CHARTS, mirror)",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/kubernetes/storage/volumes.py",
        "[*options, *source.mount_options]",
        "options",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/kubernetes/serving/vllm.py",
        "if options.gpus > 1:",
        "if False:",
    ),
    Guard("18_late_failures", "components/gpu_cluster/stack/checks/__init__.py", "*updates(stack, offered),"),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/checks/__init__.py",
        "*load_times(stack, offered, broken),",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/checks/gated_models.py",
        "not (model and model.gated)",
        "True",
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/capacity/node_hardware.py",
        "reserved_pods=pods if capped else hardware.reserved_pods",
        "reserved_pods=pods",
    ),
    Guard(
        "18_late_failures", "components/gpu_cluster/capacity/pool.py", "isinstance(store, FsxLustre)", "False"
    ),
    Guard(
        "18_late_failures", "components/gpu_cluster/stack/checks/versions.py", "_ended(settings.version) or "
    ),
    Guard(
        "18_late_failures",
        "components/gpu_cluster/stack/notes.py",
        "pool.capacity.market is Market.SPOT",
        "not pool",
    ),
    Guard(
        "18_late_failures",
        "tools/gpu_cluster_tools/doctor/addons.py",
        "if version not in offered:",
        "if False:",
    ),
    Guard(
        "18_late_failures",
        "tools/gpu_cluster_tools/doctor/quotas.py",
        "if need.amount > need.quota.default:",
        "if False:",
    ),
    Guard(
        "18_late_failures",
        "tools/gpu_cluster_tools/doctor/quota_requirements.py",
        "pool.nodes.max * cpus",
        "pool.nodes.min * cpus",
    ),
    Guard(
        "19_defaults",
        "components/gpu_cluster/aws/nodes/launch_template.py",
        '"volume_type": "gp3",',
        '"volume_type": "gp2",',
    ),
    Guard(
        "19_defaults",
        "components/gpu_cluster/aws/nodes/launch_template.py",
        '"http_tokens": "required"',
        '"http_tokens": "optional"',
    ),
    Guard(
        "19_defaults",
        "components/gpu_cluster/catalog/xid_repair_actions.py",
        "48, 54, 63, 74, 79",
        "48, 54, 74, 79",
    ),
    Guard(
        "19_defaults", "components/gpu_cluster/config/pools.py", "repair: bool = True", "repair: bool = False"
    ),
    Guard(
        "20_existing_gpus",
        "components/gpu_cluster/kubernetes/daemon_sets.py",
        "{**pool.selector, **(nodes or {})}",
        '{"gpu-cluster/pool": pool.name}',
    ),
    Guard(
        "20_existing_gpus",
        "components/gpu_cluster/kubernetes/security/network_policy.py",
        "[pods, *_blocks(resolvers)]",
        "[pods]",
    ),
    Guard(
        "20_existing_gpus",
        "components/gpu_cluster/kubernetes/cluster/kubeconfig.py",
        "if is_file(in_home(Path(path))):",
        "if True:",
    ),
    Guard(
        "20_existing_gpus",
        "tools/gpu_cluster_tools/doctor/node_facts.py",
        "labels_of(node).items() >= pool.selector.items()",
        "node",
    ),
    Guard(
        "20_existing_gpus",
        "tools/gpu_cluster_tools/doctor/nodes.py",
        "if foreign and stack.gpu.device_plugin:",
        "if False:",
    ),
    Guard(
        "22_replacement", "components/gpu_cluster/aws/eks/control_plane.py", "deletion_protection=protect,"
    ),
    Guard(
        "22_replacement",
        "components/gpu_cluster/aws/eks/control_plane.py",
        "protect=protect, depends_on=[*allowed, logs]",
        "depends_on=[*allowed, logs]",
    ),
    Guard("22_replacement", "components/gpu_cluster/aws/keys/keys.py", ", retain_on_delete=protect"),
    Guard(
        "23_secrets",
        "components/gpu_cluster/kubernetes/security/secret.py",
        "named = metadata(object_name, namespace)",
        "named = metadata(object_name, namespace, annotations=dict(data))",
    ),
    Guard(
        "23_secrets",
        "components/gpu_cluster/config/serving.py",
        "hub_token: Secret | None",
        "hub_token: Secret | str | None",
    ),
    Guard(
        "24_outages",
        "components/gpu_cluster/aws/nodes/node_group.py",
        "delete_before_replace=not surges(settings)",
        "delete_before_replace=True",
    ),
    Guard(
        "24_outages",
        "components/gpu_cluster/kubernetes/disruption_budget.py",
        "max_unavailable=1,",
        'max_unavailable="100%",',
    ),
)
