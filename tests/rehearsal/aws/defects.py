"""Defects found in a review on 2026-11-28: the code before the fix, and a stack that has each defect."""

from dataclasses import dataclass

BASE = """\
config:
  aws:region: us-east-2
  gpu-cluster:cluster:
    provider: eks
    account: "123456789012"
    version: "1.35"
    access: {platform: {principal: "arn:aws:iam::123456789012:role/platform", policy: cluster-admin}}
  gpu-cluster:network: {cidr: 10.40.0.0/16, zones: [us-east-2a, us-east-2b], nat: single}
  gpu-cluster:telemetry: {enabled: false}
  gpu-cluster:protect: false
"""
SYSTEM = """\
  gpu-cluster:pools:
    system: {instance: m7i.xlarge, nodes: 2}
"""
_TEAM = """\
  gpu-cluster:teams: {vision: {gpus: {}, members: ["arn:aws:iam::123456789012:role/vision"]}}
"""
DISK = "  gpu-cluster:storage: {disk: {kind: ebs, default: true, reclaim: delete}}\n"


@dataclass(frozen=True)
class Change:
    """Text of a file of components, and the text before the fix."""

    file: str
    text: str
    before: str = ""


@dataclass(frozen=True)
class Defect:
    number: str
    """Number in that review; with a letter if it has two causes."""

    name: str
    stack: str
    words: tuple[str, ...]
    """Expected parts of the report."""

    changes: tuple[Change, ...] = ()
    """Changes of the code; none if the stack file itself was wrong, and is now refused."""

    code: int = 1
    quick: bool = False


def _model(pool: str, *, more: str = "") -> str:
    return (
        "  gpu-cluster:serving: {models: {chat: {model: Qwen/Qwen2.5-7B-Instruct, "
        f"pool: {pool}, replicas: 1, context: 4096, cache: {{size: 30Gi}}{more}}}}}}}\n"
    )


def _karpenter(instance: str, *, capacity: str = "on-demand") -> str:
    return (
        f"    gpu: {{instance: {instance}, nodes: {{min: 0, max: 2}}, capacity: {capacity}, "
        "provisioner: karpenter}\n"
    )


_CONTROLLER = "gpu_cluster/aws/karpenter/controller_policy.py"
_KEYS = "gpu_cluster/aws/keys/policies.py"

DEFECTS = (
    Defect(
        "1",
        "the key of the cluster takes grants for AWS resources alone",
        BASE + SYSTEM,
        ("is not authorized to perform: kms:CreateGrant", "kms:GrantIsForAWSResource"),
        (
            Change(
                _KEYS,
                '"Sid": "GrantToCluster",',
                '"Sid": "GrantToCluster", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},',
            ),
        ),
    ),
    Defect(
        "2",
        "the automatic name of a role is too long",
        BASE + SYSTEM + "  gpu-cluster:storage: {models: {kind: s3}, disk: {kind: ebs, default: true}}\n",
        ("mountpoint-s3-csi-driver-identity", "longer than maximum length 64"),
        (Change("gpu_cluster/aws/logical_name.py", "fitted(resource_type, name)", "name"),),
    ),
    Defect(
        "3",
        "Karpenter may not list instance profiles",
        BASE + SYSTEM + _karpenter("g6.2xlarge"),
        ("is not authorized to perform: iam:ListInstanceProfiles",),
        (Change(_CONTROLLER, '["iam:ListInstanceProfiles"]', '["iam:ListRoles"]'),),
    ),
    Defect(
        "4",
        "servers of Karpenter lack the tag by which the EBS driver may attach volumes",
        BASE + SYSTEM + _karpenter("g6.2xlarge") + DISK + _model("gpu"),
        ("all steps passed",),
        (Change("gpu_cluster/aws/karpenter/node_class.py", ", _VOLUMES_OF: context.cluster_name"),),
        code=0,
    ),
    Defect(
        "5",
        "the kubelet's reserve is planned for the pods that a node is set up for",
        BASE + SYSTEM + _karpenter("g6.4xlarge") + DISK + _model("gpu"),
        ("Deployment serving/chat: 0 of 1 pods ready",),
        (
            Change(
                "gpu_cluster/capacity/node_hardware.py",
                "reserved_pods=pods if capped else hardware.reserved_pods",
                "reserved_pods=pods",
            ),
        ),
    ),
    Defect(
        "6",
        "on Bottlerocket the system's device plugin is off, and ours has no rights",
        BASE
        + SYSTEM
        + "    gpu: {instance: g6.xlarge, nodes: 1, ami: {family: bottlerocket, release: 1.63.0-0a1b2c3d}}\n"
        + DISK
        + _model("gpu"),
        ("Deployment serving/chat: 0 of 1 pods ready", "the device plugin has no SYS_ADMIN"),
        (
            Change(
                "gpu_cluster/aws/nodes/user_data.py",
                "lines += _shared_gpus(pool.sharing)",
                'lines += ["[settings.kubelet-device-plugins.nvidia]", "enabled = false"]',
            ),
            Change(
                "gpu_cluster/capacity/gpu_assignment.py",
                "return Handover.SYSTEM if family is AmiFamily.BOTTLEROCKET else Handover.CDI",
                "return Handover.VARIABLE",
            ),
        ),
    ),
    Defect(
        "7",
        "a gated model without a token",
        BASE
        + SYSTEM
        + "    gpu: {instance: g6.xlarge, nodes: 1}\n"
        + DISK
        + _model("gpu").replace("Qwen/Qwen2.5-7B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("meta-llama/Llama-3.1-8B-Instruct", "hubToken"),
        code=2,
        quick=True,
    ),
    Defect(
        "8",
        "Karpenter may not create the role of EC2 Spot",
        BASE + SYSTEM + _karpenter("g6.2xlarge", capacity="spot") + DISK + _model("gpu"),
        ("is not authorized to perform: iam:CreateServiceLinkedRole", "spot.amazonaws.com"),
        (Change(_CONTROLLER, '*([_spot_role(f"{aws}:iam::{account}")] if spot else []),'),),
    ),
    Defect(
        "8b",
        "the key of volumes does not know the role of EC2 Spot",
        BASE + SYSTEM + "    gpu: {instance: g6.2xlarge, nodes: 1, capacity: spot}\n",
        ("AWSServiceRoleForEC2Spot", "kms:CreateGrant"),
        (Change(_KEYS, 'f"{linked}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",'),),
    ),
    Defect(
        "9",
        "pods of teams may not reach the endpoints of AWS",
        BASE + SYSTEM + _TEAM,
        ("no network policy allows egress to the VPC endpoints", "vision/aws"),
        (
            Change(
                "gpu_cluster/kubernetes/teams/network_policies.py",
                '**({"aws-endpoints": to_networks(endpoints, 443)} if endpoints else {}),',
            ),
        ),
    ),
    Defect(
        "10",
        "a pod of a team chooses the GPUs that it sees",
        BASE
        + SYSTEM
        + "    gpu: {instance: g6.xlarge, nodes: 1}\n"
        + _TEAM.replace("gpus: {}", "gpus: {gpu: 1}"),
        ("a pod may set NVIDIA_VISIBLE_DEVICES to all and access every GPU of its node",),
        (
            Change(
                "gpu_cluster/kubernetes/teams/pod_admission.py",
                "!(each.name in variables.choosing) || ",
                "true || ",
            ),
        ),
    ),
    Defect(
        "11",
        "an update without surge where all GPUs are taken",
        BASE
        + SYSTEM
        + "    gpu: {instance: g6.12xlarge, nodes: 2, update: {surge: false}}\n"
        + DISK
        + _model("gpu").replace("replicas: 1", "replicas: 8"),
        ("PodEvictionFailure", "Reached max retries while trying to evict pods"),
        (Change("gpu_cluster/stack/checks/__init__.py", "*updates(stack, offered),"),),
    ),
    Defect(
        "13",
        "pods may not ask NodeLocal DNSCache",
        """\
config:
  gpu-cluster:cluster: {provider: existing, kubeconfig: /nowhere/kubeconfig}
  gpu-cluster:pools:
    gpu:
      machine: {cpus: 64, memory: 512Gi, gpu: L40S, gpus: 4}
      nodes: 1
      labels: {site.example/role: gpu}
  gpu-cluster:storage:
    disks: {kind: csi, provisioner: csi.site.example, default: true, shared: true}
  gpu-cluster:telemetry: {enabled: false}
"""
        + _model("gpu"),
        ("no network policy allows egress to NodeLocal DNSCache at 169.254.20.10",),
        (
            Change(
                "gpu_cluster/kubernetes/security/network_policy.py",
                "[pods, *_blocks(resolvers)]",
                "[pods]",
            ),
        ),
    ),
)
