"""What other programs may import. A name that goes, or comes, does so on purpose."""

from importlib import import_module

import pytest

PUBLIC = {
    "policies": "Finding Level NotEvaluated Pack PolicyFileError Report Resource Rule UNKNOWN pack_of",
    "rehearsal": (
        "Changes Cluster ControlPlane Engine Inventory PoolNodes RehearsalError Replica Report Sandbox Status "
        "forget_local_state inventory local_stacks local_state locked reconcile recover rehearse "
        "retired_models scratch simulate unlock"
    ),
    "toolchain": "Toolchain ToolchainError install",
    "components.catalog": (
        "GPUS GPU_SOURCES Gpu INSTANCES INSTANCE_SOURCES Instance KUBELET_MAX_PODS LanguageModel "
        "MIG_SOURCES MODELS MODEL_SOURCES Profile REGIONS REGION_SOURCES Source mig_problem of_weights"
    ),
    "components.cluster": "Cluster NoKubeconfigError kubeconfig_of",
    "components.config": (
        "Ami AmiFamily BudgetSettings Capacity CapacityBlock ClusterSettings ComplianceSettings "
        "Csi Disk Ebs Efs ExistingCluster Framework FsxLustre GpuSettings HostPath InClusterRegistry LocalCluster "
        "LocalPath Machine Market ModelCache ModelSettings Nfs PoolSettings Provisioner "
        "RegistrySettings Replicas RepositorySettings Reservation S3 Secret ServingEngine ServingSettings Sharing Span "
        "Stack StorageSettings Taint Update Upstream"
    ),
    "components.gpu": "DevicePlugin plugin_config",
    "components.pools": (
        "Device GPU_RESOURCE GPU_TAINT Hardware Load Need POOL_LABEL Place Pool Request Resources "
        "allocatable device_of hardware_of memory_share mig_resource nodes_for pools_of "
        "replicas_per_node request_of room share_of_node smallest_place"
    ),
    "components.registry": "Registry",
    "components.security": (
        "Namespace PodSecurity from_anywhere from_namespaces restricted_container restricted_pod "
        "to_dns to_internet"
    ),
    "components.serving": "Model Placement Serving",
    "components.stackfile": "Problem StackFileError load",
    "components.storage": "Backing Classes Source StorageClasses classes_of drivers_of",
}


@pytest.mark.parametrize("package", PUBLIC)
def test_a_package_offers_what_it_promises(package: str) -> None:
    module = import_module(package)

    assert sorted(module.__all__) == PUBLIC[package].split()
    assert all(hasattr(module, name) for name in module.__all__)
