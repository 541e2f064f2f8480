import importlib.metadata
import re
from pathlib import Path

import pytest

from gpu_cluster.images import ALERTMANAGER as ALERTMANAGER_IMAGE
from gpu_cluster.images import ENDPOINT_PICKER as ENDPOINT_PICKER_IMAGE
from gpu_cluster.images import ENVOY_GATEWAY as ENVOY_GATEWAY_IMAGE
from gpu_cluster.images import KARPENTER as KARPENTER_IMAGE
from gpu_cluster.images import KUBE_STATE_METRICS as KUBE_STATE_METRICS_IMAGE
from gpu_cluster.images import LOG_COLLECTOR as COLLECTOR_IMAGE
from gpu_cluster.images import LWS as LWS_IMAGE
from gpu_cluster.images import METRICS_ADAPTER as ADAPTER_IMAGE
from gpu_cluster.images import NODE_EXPORTER as NODE_EXPORTER_IMAGE
from gpu_cluster.images import NODE_PROBLEM_DETECTOR as DETECTOR_IMAGE
from gpu_cluster.images import PROMETHEUS as PROMETHEUS_IMAGE
from gpu_cluster.images import RATE_LIMIT as RATE_LIMIT_IMAGE
from gpu_cluster.images import REGISTRY as REGISTRY_IMAGE
from gpu_cluster.images import VALKEY as VALKEY_IMAGE
from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.envoy import VALKEY
from gpu_cluster_tools.toolchain.image_programs import (
    ALERTMANAGER,
    AWS_LOAD_BALANCER_CONTROLLER,
    CERT_MANAGER,
    CRANE,
    ENDPOINT_PICKER,
    ENVOY_GATEWAY,
    ENVOY_GATEWAY_CHARTS,
    KUBE_STATE_METRICS,
    KUEUE,
    KUEUE_CHARTS,
    LWS_CONTROLLER,
    METRICS_ADAPTER,
    NODE_EXPORTER,
    NODE_PROBLEM_DETECTOR,
    OCI_REGISTRY,
    OTEL_COLLECTOR,
    PROMETHEUS,
    PROMTOOL,
    RATE_LIMIT,
)
from gpu_cluster_tools.toolchain.karpenter import KARPENTER
from gpu_cluster_tools.toolchain.nvidia import (
    GPU_FEATURE_DISCOVERY,
    NVIDIA,
    NVIDIA_CTK,
    NVIDIA_DEVICE_PLUGIN,
)
from gpu_cluster_tools.toolchain.real_node import (
    CLIENT,
    CNI_PLUGINS,
    CONTAINERD,
    COREDNS,
    KUBE_PROXY,
    KUBELET,
    NETWORK_POLICIES,
    NO_METRICS,
    REAL_NODE,
)
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.tools import (
    DEVICE_PLUGIN_CONFIG,
    KARPENTER_CHARTS,
    KUBERNETES_PROVIDER,
    LANGUAGE_EXEC,
    MODULES,
    PINNED,
    PULUMI,
    SDK_HOSTS,
    WITNESSES,
    YAML_HOST,
)


@pytest.mark.parametrize(
    "tool",
    [
        PULUMI,
        LANGUAGE_EXEC,
        METRICS_ADAPTER,
        KUBE_STATE_METRICS,
        NODE_EXPORTER,
        PROMETHEUS,
        PROMTOOL,
        LWS_CONTROLLER,
        NODE_PROBLEM_DETECTOR,
        ENDPOINT_PICKER,
        ENVOY_GATEWAY,
        ENVOY_GATEWAY_CHARTS,
        CRANE,
        KUEUE,
        KUEUE_CHARTS,
        RATE_LIMIT,
        CERT_MANAGER,
        AWS_LOAD_BALANCER_CONTROLLER,
        YAML_HOST,
        *PINNED,
        KUBELET,
        KUBE_PROXY,
        *CONTAINERD,
        *CNI_PLUGINS,
        NVIDIA_CTK,
        NVIDIA_DEVICE_PLUGIN,
        GPU_FEATURE_DISCOVERY,
    ],
    ids=lambda tool: tool.name,
)
def test_tool_version_matches_its_module(tool: Tool) -> None:
    source = tool.files.module if tool.files else tool.package or ""
    pinned = dict(
        re.findall(
            r"^(?:require)?\s+(\S+) (v\S+)", (MODULES / tool.module / "go.mod").read_text(), re.MULTILINE
        )
    )
    module = max((each for each in pinned if f"{source}/".startswith(f"{each}/")), key=len)

    assert pinned[module] == tool.version


def test_device_plugin_parser_version_matches_its_module() -> None:
    pins = (MODULES / "device-plugin-config/go.mod").read_text()
    assert f"github.com/NVIDIA/k8s-device-plugin {DEVICE_PLUGIN_CONFIG.version}\n" in pins


@pytest.mark.parametrize(
    ("tool", "sdk"),
    [(PULUMI, "pulumi"), (KUBERNETES_PROVIDER, "pulumi-kubernetes"), (AWS_PROVIDER, "pulumi-aws")],
)
def test_python_sdk_has_the_version_of_its_tool(tool: Tool, sdk: str) -> None:
    assert importlib.metadata.version(sdk) == tool.version.removeprefix("v")


def test_sdk_generators_have_the_engine_version() -> None:
    pins = _pins(MODULES / "language-hosts/go.mod")
    assert SDK_HOSTS.version == PULUMI.version == pins["github.com/pulumi/pulumi/pkg/v3"]


def test_karpenter_charts_have_the_version_of_its_image() -> None:
    """A tag of the module has CRDs and roles of its own version, whatever its Chart.yaml says."""
    assert KARPENTER_CHARTS.version == f"v{KARPENTER_IMAGE.tag}"
    assert KARPENTER_CHARTS.variables == {"main.release": KARPENTER_IMAGE.tag}


def test_lws_controller_has_the_version_of_its_image() -> None:
    assert LWS_CONTROLLER.version == LWS_IMAGE.tag


def test_envoy_gateway_and_charts_have_the_version_of_its_image() -> None:
    assert ENVOY_GATEWAY.version == ENVOY_GATEWAY_CHARTS.version == ENVOY_GATEWAY_IMAGE.tag
    assert ENVOY_GATEWAY_CHARTS.variables == {"main.release": ENVOY_GATEWAY_IMAGE.tag}


def test_endpoint_picker_has_the_version_of_its_image() -> None:
    assert ENDPOINT_PICKER.version == ENDPOINT_PICKER_IMAGE.tag


def test_rate_limit_and_valkey_have_the_versions_of_their_images() -> None:
    assert RATE_LIMIT.version.rpartition("-")[2].startswith(RATE_LIMIT_IMAGE.tag)
    assert VALKEY_IMAGE.tag == f"{VALKEY.version}-alpine"


def test_karpenter_has_the_version_of_its_image_and_published_hashes() -> None:
    hashes = (MODULES / "karpenter/go.sum").read_text()
    assert KARPENTER.version == f"v{KARPENTER_IMAGE.tag}"
    for tree in KARPENTER.trees:
        assert f"{tree.module} {tree.version} h1:" in hashes
        assert tree.version == KARPENTER.version


def test_coredns_version_matches_its_module() -> None:
    pins = (MODULES / "coredns/go.mod").read_text()
    assert f"github.com/coredns/coredns {COREDNS.version}\n" in pins


def test_network_policy_controller_has_the_pinned_version_and_hash() -> None:
    [tree] = NETWORK_POLICIES.trees
    hashes = (MODULES / "network-policies/go.sum").read_text()
    assert tree.version == NETWORK_POLICIES.version
    assert f"{tree.module} {tree.version} h1:" in hashes


def test_nvidia_hooks_have_the_version_that_the_device_plugin_uses() -> None:
    pins = (MODULES / "nvidia-device-plugin/go.mod").read_text()
    assert f"github.com/NVIDIA/nvidia-container-toolkit {NVIDIA_CTK.version} " in pins


def test_kubelet_and_control_plane_use_the_same_module_versions() -> None:
    """Equal versions share compiled packages, and are one release."""
    node, control_plane = (_pins(MODULES / name / "go.mod") for name in ("node", "control-plane"))
    assert {name: node[name] for name in control_plane.keys() & node.keys()} == {
        name: control_plane[name] for name in control_plane.keys() & node.keys()
    }


def _pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^\s+(\S+)(?: =>.*)? (v\S+)", file.read_text(), re.MULTILINE))


def test_promtool_has_the_prometheus_version_of_the_platform() -> None:
    """Go modules of Prometheus 3.12.0 have the version v0.312.0."""
    major, minor, patch = map(int, PROMETHEUS_IMAGE.tag.removeprefix("v").split("."))
    assert PROMTOOL.version == f"v0.{major}{minor:02}.{patch}"


def test_alertmanager_has_the_version_of_its_image_and_published_hash() -> None:
    hashes = (MODULES / "alertmanager/go.sum").read_text()
    [tree] = ALERTMANAGER.trees
    assert ALERTMANAGER.version == tree.version == ALERTMANAGER_IMAGE.tag
    assert f"{tree.module} {tree.version} h1:" in hashes


def test_metrics_adapter_has_the_version_of_its_image() -> None:
    assert METRICS_ADAPTER.version == ADAPTER_IMAGE.tag


def test_exporters_have_the_versions_of_their_images() -> None:
    assert KUBE_STATE_METRICS.version == KUBE_STATE_METRICS_IMAGE.tag
    assert NODE_EXPORTER.version == NODE_EXPORTER_IMAGE.tag


def test_otel_collector_has_the_version_of_its_image() -> None:
    assert OTEL_COLLECTOR.version == f"v{COLLECTOR_IMAGE.tag}"
    pins = (MODULES / "otel-collector/go.mod").read_text()
    assert f"go.opentelemetry.io/collector/otelcol {OTEL_COLLECTOR.version}\n" in pins


def test_node_problem_detector_has_the_version_of_its_image() -> None:
    assert NODE_PROBLEM_DETECTOR.version == DETECTOR_IMAGE.tag


def test_registry_has_the_version_of_its_image() -> None:
    pins = (MODULES / "oci-registry/go.mod").read_text()
    assert OCI_REGISTRY.version == f"v{REGISTRY_IMAGE.tag}"
    assert f"require github.com/distribution/distribution/v3 {OCI_REGISTRY.version}\n" in pins


def test_every_module_is_used() -> None:
    tools = [
        PULUMI,
        LANGUAGE_EXEC,
        KUBERNETES_PROVIDER,
        *PINNED,
        *WITNESSES,
        METRICS_ADAPTER,
        KUBE_STATE_METRICS,
        NODE_EXPORTER,
        PROMETHEUS,
        PROMTOOL,
        ALERTMANAGER,
        OTEL_COLLECTOR,
        NODE_PROBLEM_DETECTOR,
        LWS_CONTROLLER,
        ENDPOINT_PICKER,
        ENVOY_GATEWAY,
        ENVOY_GATEWAY_CHARTS,
        OCI_REGISTRY,
        CRANE,
        KUEUE,
        KUEUE_CHARTS,
        RATE_LIMIT,
        CERT_MANAGER,
        AWS_LOAD_BALANCER_CONTROLLER,
        SDK_HOSTS,
        YAML_HOST,
        AWS_PROVIDER,
        KARPENTER,
        *REAL_NODE,
        CLIENT,
        NO_METRICS,
        *NVIDIA,
    ]

    assert {tool.module for tool in tools} == {path.name for path in MODULES.iterdir()}
