"""NVIDIA driver versions required by the programs that the platform runs."""

from datetime import date

from gpu_cluster.catalog.source import Source

DRIVER_SOURCES = {
    "CUDA of vLLM": Source(
        "vllm-project/vllm docker/versions.json, CUDA_VERSION 13.0.2; issue 42738: default since v0.20.0",
        date(2026, 5, 15),
    ),
    "driver of CUDA 13": Source("docs.nvidia.com/deploy/cuda-compatibility, CUDA 13.x", date(2026, 11, 28)),
}

VLLM_DRIVER = 580
"""Oldest branch of the driver for the CUDA that the image of vLLM is built for."""
