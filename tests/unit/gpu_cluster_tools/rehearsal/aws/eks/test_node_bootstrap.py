"""User data in the form of Karpenter 1.13, around the user data of the platform."""

from gpu_cluster_tools.rehearsal.aws.eks.node_bootstrap import bootstrap_of

NODEADM = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

{"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec":
  {"instance": {"localStorage": {"strategy": "RAID0"}}, "kubelet": {"config": {"maxPods": 29}}}}
--//
Content-Type: application/node.eks.aws

# Karpenter Generated NodeConfig
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: ml-1a2b3c4
  kubelet:
    config:
      maxPods: 58
      registerWithTaints:
      - effect: NoExecute
        key: karpenter.sh/unregistered
      - effect: NoSchedule
        key: nvidia.com/gpu
        value: present
    flags:
    - --node-labels="gpu-cluster/pool=l4,karpenter.sh/capacity-type=spot"
--//--
"""

BOTTLEROCKET = """
[settings.kubernetes]
cluster-name = 'ml-1a2b3c4'
max-pods = 29

[settings.kubernetes.node-labels]
'karpenter.sh/capacity-type' = 'on-demand'

[settings.kubernetes.node-taints]
'karpenter.sh/unregistered' = [':NoExecute']
'nvidia.com/gpu' = ['present:NoSchedule']
"""


def test_later_nodeadm_part_overrides_earlier_ones() -> None:
    found = bootstrap_of(NODEADM)
    assert (found.cluster, found.max_pods, found.joins_disks) == ("ml-1a2b3c4", 58, True)
    assert found.labels == {"gpu-cluster/pool": "l4", "karpenter.sh/capacity-type": "spot"}
    assert [(it.key, it.value, it.effect) for it in found.taints] == [
        ("karpenter.sh/unregistered", None, "NoExecute"),
        ("nvidia.com/gpu", "present", "NoSchedule"),
    ]


def test_bottlerocket_settings_have_cluster_labels_and_taints() -> None:
    found = bootstrap_of(BOTTLEROCKET)
    assert (found.cluster, found.max_pods, found.joins_disks) == ("ml-1a2b3c4", 29, False)
    assert found.labels == {"karpenter.sh/capacity-type": "on-demand"}
    assert [(it.key, it.value or None, it.effect) for it in found.taints] == [
        ("karpenter.sh/unregistered", None, "NoExecute"),
        ("nvidia.com/gpu", "present", "NoSchedule"),
    ]
