"""Container images of the platform, pinned by tag and by digest if it is public."""

from dataclasses import dataclass

from gpu_cluster.catalog import eks_images


@dataclass(frozen=True, slots=True)
class Image:
    """An image as its publisher names it; the digest is that of the index of all its architectures."""

    repository: str
    tag: str
    digest: str

    @property
    def named(self) -> str:
        """Repository and tag, without the digest."""
        return f"{self.repository}:{self.tag}"

    @property
    def source(self) -> str:
        """Publisher's address with digest."""
        return f"{self.repository}@sha256:{self.digest}"

    def at(self, mirror: str | None) -> str:
        """Pull address: the publisher's, or in a mirror with the publisher in the path.

        DEVICE_PLUGIN.at("harbor.example.com/mirror")
        # harbor.example.com/mirror/nvcr.io/nvidia/k8s-device-plugin:v0.20.0@sha256:…
        """
        source = f"{mirror.rstrip('/')}/{self.repository}" if mirror else self.repository
        return f"{source}:{self.tag}@sha256:{self.digest}"


def charts_below(publisher: str, mirror: str | None) -> str:
    """Address of Helm charts: the publisher's, or a mirror with the same path."""
    return f"oci://{mirror}/{publisher}" if mirror else f"oci://{publisher}"


@dataclass(frozen=True, slots=True)
class EksImage:
    """An image that AWS publishes for EKS alone, in each region; no public document has its digest."""

    name: str
    tag: str

    def at(self, region: str) -> str:
        """Pull address for nodes in the region.

        EFA_PLUGIN.at("us-east-2")
        # 602401143452.dkr.ecr.us-east-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20
        """
        return f"{eks_images(region)}/{self.name}:{self.tag}"


@dataclass(frozen=True, slots=True)
class TaggedImage:
    """An image of which no public list has the digest."""

    repository: str
    tag: str

    @property
    def source(self) -> str:
        """Publisher's address with tag."""
        return f"{self.repository}:{self.tag}"

    def at(self, mirror: str | None) -> str:
        """Pull address, as for `Image`."""
        source = f"{mirror.rstrip('/')}/{self.repository}" if mirror else self.repository
        return f"{source}:{self.tag}"


# Digests as public manifests pin them beside the same tags, read on 2026-11-21; those of device plugin and
# MIG manager are in the bundle of the GPU operator v26.7.0.
DEVICE_PLUGIN = Image(
    "nvcr.io/nvidia/k8s-device-plugin",
    "v0.20.0",
    "a61ba9fd8efb82f3a79f877f7580e02c1e8e7593f62473644bc9c79e315c3312",
)
MIG_MANAGER = Image(
    "nvcr.io/nvidia/cloud-native/k8s-mig-manager",
    "v0.15.0",
    "cab2cf9deafc9602da69d0832a82958a7687f22f4a2f19674099dc9a5c4ea8e2",
)
# As the chart aws-efa-k8s-device-plugin v0.5.30 of aws/eks-charts has it, 2026-08-03.
EFA_PLUGIN = EksImage("aws-efa-k8s-device-plugin", "v0.5.20")
REGISTRY = Image(
    "docker.io/library/registry",
    "3.0.0",
    "6c5666b861f3505b116bb9aa9b25175e71210414bd010d92035ff64018f9457e",
)
# Digest as public build files pin it beside the same tag, read on 2026-11-30.
PYTHON = Image(
    "docker.io/library/python",
    "3.13.11-slim-trixie",
    "2b9c9803c6a287cafa0a8c917211dddd23dcd2016f049690ee5219f5d3f1636e",
)
# Digest as public deployments pin it beside the same tag, read on 2026-11-30.
PAUSE = Image(
    "registry.k8s.io/pause",
    "3.10.1",
    "278fb9dbcca9518083ad1e11276933a2e96f23de604a3a08cc3c80002767d24c",
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
# Digest as promoted to registry.k8s.io, k8s-staging-lws/images.yaml in kubernetes/k8s.io, read 2026-11-29.
LWS = Image(
    "registry.k8s.io/lws/lws", "v0.7.0", "7f60e6ac66ff79564a5f1b5b0078e29d839d007461131b63d11845da49d6a50c"
)
# Digests as public deployments pin them beside the same tags, read on 2026-11-29.
ALERTMANAGER = Image(
    "quay.io/prometheus/alertmanager",
    "v0.32.1",
    "51a825c2a40acc3e338fdd00d622e01ec090f72be2b3ea46be0839cd47a4d286",
)
DCGM_EXPORTER = Image(
    "nvcr.io/nvidia/k8s/dcgm-exporter",
    "4.6.0-4.8.3-distroless",
    "613ab03c11d442fd960ff515f547e9921537454a712d08160bc8f677f89f1c35",
)
KUBE_STATE_METRICS = Image(
    "registry.k8s.io/kube-state-metrics/kube-state-metrics",
    "v2.18.0",
    "1545919b72e3ae035454fc054131e8d0f14b42ef6fc5b2ad5c751cafa6b2130e",
)
NODE_EXPORTER = Image(
    "quay.io/prometheus/node-exporter",
    "v1.11.1",
    "0f422f62c15f154af8d8572b23d623aebfb10cec73a5c654d18f911f3f9df241",
)
PROMETHEUS = Image(
    "quay.io/prometheus/prometheus",
    "v3.12.0",
    "69f5241418838263316593f7274a304b095c40bcf22e57272865da91bd60a8ac",
)
# Digest in registry.k8s.io: kubernetes/k8s.io pull request 9707, 2026-07-11.
NODE_PROBLEM_DETECTOR = Image(
    "registry.k8s.io/node-problem-detector/node-problem-detector",
    "v1.36.0",
    "b4db5a168c5f6192c3fb3d650920d192d83776598fcdfcc092d16ca8dc9213ff",
)
# Digest as the bundle of the GPU operator has it, NVIDIA/gpu-operator, 2026-08-21.
DCGM = Image(
    "nvcr.io/nvidia/cloud-native/dcgm",
    "4.6.0-1-ubi10",
    "92080d86d04c265f7fc0b8e1cd95dff94d3ab57de6a6474c3c483e4c2ada5dea",
)
# Digest as public deployments pin it beside the same tag, read on 2026-11-30.
BUSYBOX = Image(
    "docker.io/library/busybox",
    "1.38.0",
    "fd7dc98638c8e305f4dc34e979f1c0fdfdcaeb0fbf8fcff77ae834b6da3d7e6e",
)
# AWS publishes it with the EFA plugin of NCCL; no public list has its digest, 2026-11-30.
NCCL_TESTS = TaggedImage(
    "public.ecr.aws/hpc-cloud/nccl-tests", "cuda13.0.2-efa1.48.0-ofiv1.19.0-ncclv2.30.4-1-testsv2.18.3"
)
# Digest of the index beside its tag as public deployments pin it, read on 2026-11-30.
LOG_COLLECTOR = Image(
    "docker.io/otel/opentelemetry-collector-contrib",
    "0.156.0",
    "125bdbeb7590cc1952c5b3430ecf14063568980c2c93d5b38676cc0446ed8108",
)
# No public list has digests of Docker Hub, 2026-11-30. The proxy is the one of the controller's release:
# DefaultEnvoyProxyImage, api/v1alpha1/shared_types.go of envoyproxy/gateway v1.6.0.
ENVOY_GATEWAY = TaggedImage("docker.io/envoyproxy/gateway", "v1.6.0")
ENVOY = TaggedImage("docker.io/envoyproxy/envoy", "distroless-v1.36.2")
# The service's release is the one that Envoy Gateway names for its releases 1.6 (gateway.envoyproxy.io,
# compatibility matrix, 2026-11-30).
RATE_LIMIT = TaggedImage("docker.io/envoyproxy/ratelimit", "3fb70258")
# Digest of the index as public deployments pin it beside the same tag, read on 2026-11-30.
VALKEY = Image(
    "docker.io/valkey/valkey",
    "8.1.8-alpine",
    "77643d152547b446fc15cbafaff22004545663fcd40c6b28038ad283837baa75",
)
# Digest as public deployments pin it for v1.5.0, read on 2026-11-30.
ENDPOINT_PICKER = Image(
    "registry.k8s.io/gateway-api-inference-extension/epp",
    "v1.5.0",
    "86c679b057298e68c6e65ff5603e92066d432e77b11f1f81f0a06399694810bc",
)
# The list of promoted images, registry.k8s.io in kubernetes/k8s.io, was seen up to v0.10.0 only; 2026-11-29.
METRICS_ADAPTER = TaggedImage("registry.k8s.io/prometheus-adapter/prometheus-adapter", "v0.12.0")

ON_EKS = (CLUSTER_AUTOSCALER, DEVICE_PLUGIN, KARPENTER, MIG_MANAGER, VLLM)
"""Images that a platform on AWS may run from its own registry, ECR."""

OF_TELEMETRY = (ALERTMANAGER, DCGM_EXPORTER, KUBE_STATE_METRICS, NODE_EXPORTER, PROMETHEUS)
"""Images that telemetry adds to them."""
