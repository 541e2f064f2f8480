"""Assignment of GPUs to containers: device plugin and strategy."""

from enum import StrEnum

from gpu_cluster.config.pools import AmiFamily


class Handover(StrEnum):
    """Device list strategy of a node.

    Sources: `DEVICE_LIST_STRATEGY` in the README of NVIDIA/k8s-device-plugin v0.20.0, 2026-08-19;
    `VisibleDevices` in internal/config/image/cuda_image.go of NVIDIA/nvidia-container-toolkit v1.20.0,
    2026-08-21.
    """

    VARIABLE = "envvar"
    """The device plugin sets NVIDIA_VISIBLE_DEVICES, which the NVIDIA container runtime reads."""

    CDI = "cdi-cri"
    """The device plugin names devices to the kubelet, and containerd adds them to the container.

    The runtime reads no variable for it: the device's specification sets NVIDIA_VISIBLE_DEVICES to void.
    """

    SYSTEM = "system"
    """The operating system runs the device plugin, and its settings decide what the plugin advertises."""


def handover_of(family: AmiFamily) -> Handover:
    """Device assignment of an EKS image.

    Bottlerocket runs the plugin itself, configured by its settings; a second one "could cause unexpected
    behavior" (Amazon EKS user guide, device-management-nvidia-time-slicing, 2026-11-28;
    bottlerocket-os/bottlerocket issue 3992, 2024-05-29). Images of Amazon Linux 2023 have been seen with both
    values of `accept-nvidia-visible-devices-envvar-when-unprivileged` (awslabs/amazon-eks-ami issue 2706,
    2026-05-06); CDI is on in their containerd (awslabs/amazon-eks-ami pull request 2173) and needs neither.
    """
    return Handover.SYSTEM if family is AmiFamily.BOTTLEROCKET else Handover.CDI
