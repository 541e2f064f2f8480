"""The cluster autoscaler: starts nodes of managed node groups for pending pods, and ends idle ones."""

from collections.abc import Sequence
from typing import ClassVar

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.policy import v1 as policy

from gpu_cluster.aws.identity import PodIdentity, policy_document
from gpu_cluster.aws.nodes.cluster_autoscaler_access import cluster_autoscaler_access
from gpu_cluster.exemption import Exemption
from gpu_cluster.kubernetes.object_metadata import metadata
from gpu_cluster.kubernetes.security import (
    Namespace,
    PodSecurity,
    api_token_mount,
    api_token_volume,
    restricted_container,
    restricted_pod,
    to_anywhere,
    to_dns,
    to_pod_identity,
)
from gpu_cluster.kubernetes.security.service_account import service_account

NAME = "cluster-autoscaler"
"""Name of the controller and of its namespace."""

_USER = 65534
_METRICS = 8085
_REPLICAS = 2
_LABELS = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "gpu-cluster"}
# While one replica is replaced, its successor starts.
_QUOTA = {"pods": str(_REPLICAS + 1), "services.loadbalancers": "0", "services.nodeports": "0"}


class ClusterAutoscaler(pulumi.ComponentResource):
    """Cluster autoscaler, limited to the managed node groups of the cluster.

    ClusterAutoscaler("platform-autoscaler", cluster_name=eks.cluster_name, region="eu-central-1",
                      image=CLUSTER_AUTOSCALER.at(mirror))
    """

    EXEMPT: ClassVar = (
        Exemption(
            "113-no-system-priority",
            "Deployment",
            "Without the autoscaler, pods of all teams wait for nodes.",
        ),
    )

    def __init__(
        self,
        name: str,
        *,
        cluster_name: pulumi.Input[str],
        region: str,
        image: str,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`after`: what its objects wait for, such as nodes. Its role does not wait: a pod that starts within
        seconds of its association may get no credentials (EKS API, CreatePodIdentityAssociation)."""
        super().__init__("gpu-cluster:index:ClusterAutoscaler", name, None, opts)
        namespace = Namespace(
            name,
            NAME,
            PodSecurity.RESTRICTED,
            quota=_QUOTA,
            allowances={"dns": to_dns(), "apis": to_anywhere(443), "role": to_pod_identity()},
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
        identity = PodIdentity(
            f"{name}-identity",
            cluster=cluster_name,
            namespace=NAME,
            service_account=NAME,
            policies={"scale": _permissions(cluster_name)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        child = pulumi.ResourceOptions(parent=self, depends_on=[namespace, identity])
        named = metadata(NAME, NAME, labels=_LABELS)
        account = service_account(f"{name}-account", named, child)
        access = cluster_autoscaler_access(name, NAME, opts=child)
        policy.PodDisruptionBudget(
            f"{name}-disruptions",
            metadata=named,
            spec=policy.PodDisruptionBudgetSpecArgs(
                max_unavailable=1, selector=meta.LabelSelectorArgs(match_labels=_LABELS)
            ),
            opts=child,
        )
        apps.Deployment(
            f"{name}-deployment",
            metadata=named,
            spec=apps.DeploymentSpecArgs(
                replicas=_REPLICAS,
                selector=meta.LabelSelectorArgs(match_labels=_LABELS),
                template=core.PodTemplateSpecArgs(
                    metadata=meta.ObjectMetaArgs(labels=_LABELS), spec=_pod(image, cluster_name, region)
                ),
            ),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[account, *access])),
        )
        self.register_outputs({})


def _permissions(cluster_name: pulumi.Input[str]) -> pulumi.Output[str]:
    """Look at groups and instance types; change the size of this cluster's groups.

    Source: kubernetes/autoscaler, cloudprovider/aws/README.md, 2026-08-22. EKS tags the groups it makes.
    """
    look = [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
        "eks:DescribeNodegroup",
    ]
    change = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    return policy_document(
        {"Effect": "Allow", "Action": look, "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": change,
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/eks:cluster-name": cluster_name}},
        },
    )


def _pod(image: str, cluster_name: pulumi.Input[str], region: str) -> core.PodSpecArgs:
    answers = core.HTTPGetActionArgs(path="/health-check", port="metrics")
    return core.PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        priority_class_name="system-cluster-critical",
        security_context=restricted_pod(_USER),
        topology_spread_constraints=[
            core.TopologySpreadConstraintArgs(
                max_skew=1,
                topology_key="kubernetes.io/hostname",
                when_unsatisfiable="ScheduleAnyway",
                label_selector=meta.LabelSelectorArgs(match_labels=_LABELS),
            )
        ],
        containers=[
            core.ContainerArgs(
                name=NAME,
                image=image,
                command=["./cluster-autoscaler"],
                args=_arguments(cluster_name),
                env=[core.EnvVarArgs(name="AWS_REGION", value=region)],
                ports=[core.ContainerPortArgs(name="metrics", container_port=_METRICS)],
                startup_probe=core.ProbeArgs(http_get=answers, period_seconds=5, failure_threshold=24),
                readiness_probe=core.ProbeArgs(http_get=answers, period_seconds=10),
                liveness_probe=core.ProbeArgs(http_get=answers, period_seconds=30, failure_threshold=6),
                resources=core.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "600Mi"}, limits={"memory": "1Gi"}
                ),
                security_context=restricted_container(),
                volume_mounts=[api_token_mount()],
            )
        ],
        volumes=[api_token_volume()],
    )


def _arguments(cluster_name: pulumi.Input[str]) -> list[pulumi.Input[str]]:
    found_by = "asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/"
    return [
        "--cloud-provider=aws",
        pulumi.Output.concat("--node-group-auto-discovery=", found_by, cluster_name),
        f"--namespace={NAME}",
        # Of the pools that would do, the one that leaves the least idle.
        "--expander=least-waste",
        # Model servers have their shared memory in an emptyDir; their nodes must go all the same.
        "--skip-nodes-with-local-storage=false",
        # Large servers take longer than the 15 minutes after which it looks for others.
        "--max-node-provision-time=30m",
        "--v=2",
    ]
