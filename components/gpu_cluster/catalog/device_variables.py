"""Environment variables that give a container GPUs without the scheduler, or select among its GPUs."""

VISIBLE_DEVICES = "NVIDIA_VISIBLE_DEVICES"

DEVICE_VARIABLES = (
    VISIBLE_DEVICES,
    "NVIDIA_GDRCOPY",
    "NVIDIA_GDS",
    "NVIDIA_IMEX_CHANNELS",
    "NVIDIA_MIG_CONFIG_DEVICES",
    "NVIDIA_MIG_MONITOR_DEVICES",
    "NVIDIA_MOFED",
    "NVIDIA_NVSWITCH",
)
"""Environment variables that select the devices of a container for the NVIDIA runtime.

Variables of a pod override those of the device plugin. NVIDIA_DRIVER_CAPABILITIES is not included: it selects
libraries, for devices that the container has.

Source: NVIDIA/nvidia-container-toolkit v1.20.0, envvars.go and cdi.go of internal, 2026-08-21.
"""

CUDA_DEVICES = "CUDA_VISIBLE_DEVICES"
"""Names GPUs by number or UUID among those that the container sees, and hides the others; empty hides all.

Source: docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html, 2026-11-29.
"""
