"""Output of nvidia-smi with --format=csv,noheader,nounits."""

from gpu_cluster_tools.verify.nvidia_smi import COMMAND, FIELDS, reported_gpus

TEXT = """\
NVIDIA H100 80GB HBM3, 580.95.05, 81559, 34, 0
NVIDIA A10G, 580.95.05, 23028, 28, [N/A]
Failed to initialize NVML: Driver/library version mismatch
"""


def test_each_line_is_one_gpu() -> None:
    first, second = reported_gpus(TEXT)
    assert (first.product, first.driver_branch) == ("NVIDIA-H100-80GB-HBM3", 580)
    assert (first.memory_mib, first.celsius, first.uncorrected) == (81559, 34, 0)
    assert second.uncorrected is None


def test_command_queries_the_parsed_fields() -> None:
    assert f"--query-gpu={','.join(FIELDS)} " in COMMAND
    assert reported_gpus("") == []
