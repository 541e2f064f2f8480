"""Every container image that the platform runs, pinned by tag and digest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Image:
    """An image as its publisher names it; the digest is that of the index of all its architectures."""

    repository: str
    tag: str
    digest: str

    def at(self, mirror: str | None) -> str:
        """Where to pull it: from its publisher, or below a mirror that keeps the publisher in the path.

        DEVICE_PLUGIN.at("harbor.example.com/mirror")
        # harbor.example.com/mirror/nvcr.io/nvidia/k8s-device-plugin:v0.20.0@sha256:…
        """
        source = f"{mirror.rstrip('/')}/{self.repository}" if mirror else self.repository
        return f"{source}:{self.tag}@sha256:{self.digest}"


# Digests as public manifests pin them beside the same tags, read on 2026-11-21; that of the device plugin is
# also in the bundle of the GPU operator v26.7.0.
DEVICE_PLUGIN = Image(
    "nvcr.io/nvidia/k8s-device-plugin",
    "v0.20.0",
    "a61ba9fd8efb82f3a79f877f7580e02c1e8e7593f62473644bc9c79e315c3312",
)
REGISTRY = Image(
    "docker.io/library/registry",
    "3.0.0",
    "6c5666b861f3505b116bb9aa9b25175e71210414bd010d92035ff64018f9457e",
)
VLLM = Image(
    "docker.io/vllm/vllm-openai",
    "v0.26.0",
    "ffb2d59b1c059a5bd8d781320c9f5189de8293693b7d95da54befddaa54abf52",
)
# As promoted to registry.k8s.io on 2026-07-22, kubernetes/k8s.io pull request 9760.
CLUSTER_AUTOSCALER = Image(
    "registry.k8s.io/autoscaling/cluster-autoscaler",
    "v1.35.2",
    "aac369dc283927a623deb1af54696efcc722ae79255aa07788422e495bab887d",
)
# As its own chart pins it.
KARPENTER = Image(
    "public.ecr.aws/karpenter/controller",
    "1.13.0",
    "ea731b0cd813add8b2947a76bfe861c38069d85922b01d0c1647d1466279b7fe",
)

ON_EKS = (CLUSTER_AUTOSCALER, DEVICE_PLUGIN, KARPENTER, VLLM)
"""What a platform on AWS may run; its registry is ECR."""
