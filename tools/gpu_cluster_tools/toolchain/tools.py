"""Every tool that can be built from the pinned Go modules beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MODULES = Path(__file__).parent / "modules"

PULUMI_VERSION = "v3.246.0"
PROVIDER_VERSION = "v4.25.0"  # of pulumi-kubernetes, the SDK in requirements.txt and the plugin alike
KUBERNETES_VERSION = "v1.35.4"
KWOK_VERSION = "v0.8.0"
KARPENTER_VERSION = "v1.13.0"  # of the image that the platform runs, and of the charts

ENVOY_GATEWAY_VERSION = "v1.6.0"  # of the image that the platform runs, and of the charts


@dataclass(frozen=True)
class ModuleFiles:
    """Files and folders that a Go module carries beside its packages, by their path in the module."""

    module: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class SourcePatch:
    """A regular expression (multi-line, dot matches newlines) and its replacement in one file of a tree."""

    file: str
    pattern: str
    replacement: str
    times: int | None = 1
    """Number of matches that the build expects; None for one or more."""


@dataclass(frozen=True)
class ModuleTree:
    """A Go module whose sources are copied into `folder` and edited before the build."""

    module: str
    version: str
    folder: str
    paths: tuple[str, ...]
    edits: tuple[SourcePatch, ...]


@dataclass(frozen=True)
class Tool:
    """One executable and its sources.

    `module` is a folder of `modules/`; `package` the Go package compiled there, or None where the
    executable is itself one of `files`, which are copied beside the module's own sources.
    `variables` are Go string variables set by the linker. `trees` are modules that the build replaces by
    edited copies. `generates` are arguments with which the executable writes files into the module's
    sources, after which it is built once more. `tags` are Go build tags. `compiler` is the C compiler
    of a Go package that needs one, or of the C sources in `module` that become a shared library.
    """

    name: str
    version: str
    module: str
    package: str | None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    files: ModuleFiles | None = None
    trees: tuple[ModuleTree, ...] = ()
    generates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    compiler: tuple[str, ...] = ()


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


def _prometheus(name: str) -> Tool:
    return Tool(
        name=name,
        version="v0.312.0",  # of Prometheus 3.12.0, whose image the platform runs
        module="prometheus",
        package=f"github.com/prometheus/prometheus/cmd/{name}",
        # Discovery of targets in clusters alone: each other kind brings the SDK of a cloud.
        tags=("remove_all_sd", "enable_kubernetes_sd"),
    )


PROMTOOL = _prometheus("promtool")
PROMETHEUS = _prometheus("prometheus")

METRICS_ADAPTER = Tool(
    name="prometheus-adapter",
    version="v0.12.0",  # of the image that the platform runs
    module="prometheus-adapter",
    package="sigs.k8s.io/prometheus-adapter/cmd/adapter",
)

KUBE_STATE_METRICS = Tool(
    name="kube-state-metrics",
    version="v2.18.0",  # of the image that the platform runs, as are node-exporter's
    module="kube-state-metrics",
    package="k8s.io/kube-state-metrics/v2",
)

NODE_EXPORTER = Tool(
    name="node-exporter",
    version="v1.11.1",
    module="node-exporter",
    package="github.com/prometheus/node_exporter",
)

_ALERTMANAGER_MODULE = "github.com/prometheus/alertmanager"
_ALERTMANAGER = "v0.32.1"

ALERTMANAGER = Tool(
    name="alertmanager",
    version=_ALERTMANAGER,  # of the image that the platform runs
    module="alertmanager",
    package=f"{_ALERTMANAGER_MODULE}/cmd/alertmanager",
    variables={"github.com/prometheus/common/version.Version": _ALERTMANAGER.removeprefix("v")},
    trees=(
        ModuleTree(
            module=_ALERTMANAGER_MODULE,
            version=_ALERTMANAGER,
            folder="alertmanager",
            paths=(
                *("go.mod", "alert", "api", "cluster", "cmd", "config", "dispatch", "featurecontrol"),
                *("httpserver", "inhibit", "limit", "matcher", "nflog", "notify", "pkg", "provider"),
                *("silence", "store", "template", "timeinterval", "tracing", "types", "ui"),
            ),
            # The module lacks the built files of the web interface, which nothing here opens.
            edits=(SourcePatch("ui/web.go", r"^//go:embed app/dist$", "//go:embed web.go"),),
        ),
    ),
)

OTEL_COLLECTOR = Tool(
    name="otel-collector",
    version="v0.156.0",  # of the image that the platform runs, with the components that it uses
    module="otel-collector",
    package=".",
    variables={"main.version": "v0.156.0"},
)

LWS_CONTROLLER = Tool(
    name="lws-controller",
    version="v0.7.0",  # of the image that the platform runs
    module="lws",
    package="sigs.k8s.io/lws/cmd",
)

NODE_PROBLEM_DETECTOR = Tool(
    name="node-problem-detector",
    version="v1.36.0",  # of the image that the platform runs
    module="node-problem-detector",
    package="k8s.io/node-problem-detector/cmd/nodeproblemdetector",
    variables={"k8s.io/node-problem-detector/pkg/version.version": "v1.36.0"},
    tags=("disable_stackdriver_exporter",),  # it reports to the API server alone
)

ENVOY_GATEWAY = Tool(
    name="envoy-gateway",
    version=ENVOY_GATEWAY_VERSION,
    module="envoy-gateway",
    package="github.com/envoyproxy/gateway/cmd/envoy-gateway",
)

RATE_LIMIT = Tool(
    name="ratelimit",
    version="v1.4.1-0.20260122083618-3fb702589d36",  # the commit that names the image's tag
    module="ratelimit",
    package="github.com/envoyproxy/ratelimit/src/service_cmd",
)

ENDPOINT_PICKER = Tool(
    name="endpoint-picker",
    version="v1.5.0",  # of the image that the platform runs
    module="endpoint-picker",
    package="sigs.k8s.io/gateway-api-inference-extension/cmd/epp",
    variables={"sigs.k8s.io/gateway-api-inference-extension/version.BuildRef": "v1.5.0"},
)

ENVOY_GATEWAY_CHARTS = Tool(
    name="envoy-gateway-charts",
    version=ENVOY_GATEWAY_VERSION,
    module="envoy-gateway-charts",
    package=".",
    variables={"main.release": ENVOY_GATEWAY_VERSION},
    files=ModuleFiles(
        module="github.com/envoyproxy/gateway",
        paths=("charts/gateway-helm", "charts/gateway-crds-helm"),
    ),
)

KUEUE = Tool(
    name="kueue",
    version="v0.17.0",  # of the chart in docs/guides/training.md
    module="kueue",
    package="sigs.k8s.io/kueue/cmd/kueue",
    variables={"sigs.k8s.io/kueue/pkg/version.GitVersion": "v0.17.0"},
)

KUEUE_CHARTS = Tool(
    name="kueue-charts",
    version=KUEUE.version,
    module="kueue-charts",
    package=".",
    files=ModuleFiles(module="sigs.k8s.io/kueue", paths=("charts/kueue",)),
)

CERT_MANAGER = Tool(
    name="cert-manager",
    version="v1.19.1",
    module="cert-manager",
    package=".",
    files=ModuleFiles(module="github.com/cert-manager/cert-manager", paths=("deploy/crds",)),
)

AWS_LOAD_BALANCER_CONTROLLER = Tool(
    name="aws-load-balancer-controller",
    version="v0.0.0-20260109171550-3b9bdb1e3fb2",  # the commit of its tag v2.17.1
    module="aws-load-balancer-controller",
    package="sigs.k8s.io/aws-load-balancer-controller",
)

OCI_REGISTRY = Tool(
    name="oci-registry",
    version="v3.0.0",  # of the image that the platform runs
    module="oci-registry",
    package=".",
    variables={"github.com/distribution/distribution/v3/version.version": "v3.0.0"},
)

CRANE = Tool(
    name="crane",
    version="v0.20.7",
    module="crane",
    package="github.com/google/go-containerregistry/cmd/crane",
    variables={"github.com/google/go-containerregistry/cmd/crane/cmd.Version": "v0.20.7"},
)

WITNESSES = (DEVICE_PLUGIN_CONFIG, NODEADM)
"""Parsers of what the platform writes, from the programs that read it: for tests that ask for them."""
