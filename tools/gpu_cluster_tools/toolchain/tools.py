"""Pinned tools: the engine, its provider, the control plane, and parsers that tests ask."""

from pathlib import Path

from gpu_cluster_tools.toolchain.tool import ModuleFiles, Tool

MODULES = Path(__file__).parent / "modules"

PULUMI_VERSION = "v3.246.0"
PROVIDER_VERSION = "v4.25.0"  # of pulumi-kubernetes, the SDK in requirements.txt and the plugin alike
KUBERNETES_VERSION = "v1.35.4"
KWOK_VERSION = "v0.8.0"
KARPENTER_VERSION = "v1.13.0"  # of the image that the platform runs, and of the charts


def kubernetes(name: str, *, module: str) -> Tool:
    """A program of Kubernetes itself, such as kube-apiserver."""
    version = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES_VERSION.removeprefix("v").split(".")
    return Tool(
        name=name,
        version=KUBERNETES_VERSION,
        module=module,
        package=f"k8s.io/kubernetes/cmd/{name}",
        variables={
            f"{version}.gitVersion": KUBERNETES_VERSION,
            f"{version}.gitMajor": major,
            f"{version}.gitMinor": minor,
        },
    )


def _kwok(name: str) -> Tool:
    return Tool(
        name=name,
        version=KWOK_VERSION,
        module=name,
        package=f"sigs.k8s.io/kwok/cmd/{name}",
        variables={"sigs.k8s.io/kwok/pkg/consts.Version": KWOK_VERSION},
    )


PULUMI = Tool(
    name="pulumi",
    version=PULUMI_VERSION,
    module="pulumi",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": PULUMI_VERSION},
)

LANGUAGE_EXEC = Tool(
    name="pulumi-language-python-exec",
    version=PULUMI_VERSION,
    module="pulumi",
    package=None,
    files=ModuleFiles(
        module="github.com/pulumi/pulumi/sdk/v3",
        paths=("python/cmd/pulumi-language-python-exec",),
    ),
)

KUBERNETES_PROVIDER = Tool(
    name="pulumi-resource-kubernetes",
    version=PROVIDER_VERSION,
    module="kubernetes-provider",
    package=".",
    variables={"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": PROVIDER_VERSION},
    files=ModuleFiles(
        module="github.com/pulumi/pulumi-kubernetes/provider/v4",
        paths=(
            "cmd/pulumi-resource-kubernetes/schema.json",
            "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
        ),
    ),
)

KARPENTER_CHARTS = Tool(
    name="karpenter-charts",
    version=KARPENTER_VERSION,
    module="karpenter-charts",
    package=".",
    variables={"main.release": KARPENTER_VERSION.removeprefix("v")},
    files=ModuleFiles(
        module="github.com/aws/karpenter-provider-aws",
        paths=("charts/karpenter", "charts/karpenter-crd"),
    ),
)

NODEADM = Tool(
    name="nodeadm-reader",
    version="v0.0.0-20260213141146-147b13ea3f4a",  # of 2026-02-13
    module="nodeadm",
    package="./cmd/read-user-data",
    files=ModuleFiles(
        module="github.com/awslabs/amazon-eks-ami/nodeadm",
        # Replaced by its own go.mod and go.sum, verified by ours: the build is that of nodeadm itself.
        paths=("api", "internal", "go.mod", "go.sum"),
    ),
)

PINNED = (
    Tool(name="etcd", version="v3.6.5", module="etcd", package="go.etcd.io/etcd/server/v3"),
    _kwok("kwokctl"),
    _kwok("kwok"),
    kubernetes("kube-apiserver", module="control-plane"),
    kubernetes("kube-controller-manager", module="control-plane"),
    kubernetes("kube-scheduler", module="control-plane"),
    KARPENTER_CHARTS,
)
"""Pinned tools of a rehearsal, used even if the machine has others: results are the same everywhere."""

DEVICE_PLUGIN_VERSION = "v0.19.3"  # the newest release of NVIDIA's that is there as a Go module

DEVICE_PLUGIN_CONFIG = Tool(
    name="device-plugin-config",
    version=DEVICE_PLUGIN_VERSION,
    module="device-plugin-config",
    package=".",
)

YAML_HOST = Tool(
    name="pulumi-language-yaml",
    version="v1.25.0",
    module="language-yaml",
    package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    variables={"github.com/pulumi/pulumi-yaml/pkg/version.Version": "v1.25.0"},
)

SDK_HOSTS = Tool(
    name="language-hosts",
    version=PULUMI_VERSION,  # of the generators of SDKs, which Pulumi's hosts of that version call
    module="language-hosts",
    package=".",
    variables={"main.version": PULUMI_VERSION},
)

WITNESSES = (DEVICE_PLUGIN_CONFIG, NODEADM)
"""Parsers of what the platform writes, from the programs that read it: for tests that ask for them."""
