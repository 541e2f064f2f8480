"""Plan resources with only the inputs that determine their price."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gpu_cluster.cost import Item, priced
from tests.today import TODAY

REGION = "us-east-2"
UNPRICED_REGION = "us-gov-west-1"
"""A region without prices in the catalog."""


def missing(*items: Item, day: date = TODAY) -> list[str]:
    """Reasons why the cost of these items is incomplete."""
    return [str(each) for each in priced(items, REGION, day=day).missing]


def node_group(
    pool: str = "l4",
    instance: str = "g6.4xlarge",
    nodes: tuple[int, int] = (3, 12),
    market: str = "ON_DEMAND",
) -> Item:
    inputs: dict[str, Any] = {
        "labels": {"gpu-cluster/pool": pool},
        "instanceTypes": [instance],
        "capacityType": market,
        "scalingConfig": {"minSize": nodes[0], "maxSize": nodes[1]},
    }
    return Item("aws:eks/nodeGroup:NodeGroup", f"nodes-{pool}", inputs)


def launch_template(
    pool: str = "l4", *, gib: int = 100, iops: int = 3000, throughput: int = 125, **more: Any
) -> Item:
    ebs = {"volumeType": "gp3", "volumeSize": gib, "iops": iops, "throughput": throughput}
    inputs: dict[str, Any] = {
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": ebs}],
        "tagSpecifications": [{"resourceType": "instance", "tags": {"gpu-cluster/pool": pool}}],
        **more,
    }
    return Item("aws:ec2/launchTemplate:LaunchTemplate", f"nodes-{pool}-template", inputs)


def node_pool(instance: str = "g6.2xlarge", cpus: int = 16, market: str = "spot") -> list[Item]:
    """NodePool and EC2NodeClass of Karpenter, with disks."""
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "values": [instance]},
        {"key": "karpenter.sh/capacity-type", "values": [market]},
    ]
    spec = {"nodeClassRef": {"name": "l4"}, "requirements": requirements}
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi", "iops": 3000, "throughput": 125}}
    return [
        kubernetes("NodePool", "l4", {"limits": {"cpu": str(cpus)}, "template": {"spec": spec}}),
        kubernetes("EC2NodeClass", "l4", {"blockDeviceMappings": [disk]}),
    ]


def aws(token: str, name: str = "it", /, **inputs: Any) -> Item:
    return Item(f"aws:{token}", name, inputs)


def kubernetes(kind: str, name: str, spec: Mapping[str, Any] | None = None, **more: Any) -> Item:
    inputs: dict[str, Any] = {"metadata": {"name": name, "namespace": "serving"}, "spec": spec or {}, **more}
    return Item(kind, name, inputs)


def storage_class(name: str = "fast", provisioner: str = "ebs.csi.aws.com", **parameters: str) -> Item:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    return Item(
        "StorageClass",
        name,
        {
            "metadata": {"name": name, "annotations": annotations},
            "provisioner": provisioner,
            "parameters": parameters,
        },
    )


def model(
    name: str = "chat", *, size: str = "40Gi", replicas: int = 3, storage_class: str | None = None
) -> Item:
    claim: dict[str, Any] = {"resources": {"requests": {"storage": size}}}
    if storage_class is not None:
        claim["storageClassName"] = storage_class
    pod = {
        "nodeSelector": {"gpu-cluster/pool": "l4"},
        "volumes": [{"name": "cache", "ephemeral": {"volumeClaimTemplate": {"spec": claim}}}],
    }
    return kubernetes("Deployment", name, {"replicas": replicas, "template": {"spec": pod}})


def scaler(name: str = "chat", least: int = 3, most: int = 12) -> Item:
    spec = {"scaleTargetRef": {"name": name}, "minReplicas": least, "maxReplicas": most}
    return kubernetes("HorizontalPodAutoscaler", name, spec)
