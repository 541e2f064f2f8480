"""Programs of images that the platform runs or that users install, and charts: for real nodes and tests."""

from gpu_cluster_tools.toolchain.tool import ModuleFiles, ModuleTree, SourcePatch, Tool

ENVOY_GATEWAY_VERSION = "v1.6.0"  # of the image that the platform runs, and of the charts


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
