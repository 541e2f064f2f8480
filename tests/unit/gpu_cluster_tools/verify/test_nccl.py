"""Bandwidth from published outputs of nccl-tests."""

import pytest

from gpu_cluster_tools.verify.nccl import NoBandwidthError, all_reduce, command

H100_PCIE = """\
#                                                           out-of-place                    in-place
#    size      count   type   redop    root  time   algbw   busbw #wrong  time   algbw   busbw #wrong
#     (B)    (elements)                            (us)  (GB/s)  (GB/s)         (us)  (GB/s)  (GB/s)
  1073741824  268435456  float  sum   -1   9306.7  115.37  115.37   0   9291.5  115.56  115.56   0
  2147483648  536870912  float  sum   -1    18535  115.86  115.86   0    18524  115.93  115.93   0
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 115.68
#
"""
"""Output of two H100 PCIe over NVLink: NVIDIA/nccl issue 1161, 2024-01-27."""


def test_bandwidth_is_that_of_the_largest_message() -> None:
    found = all_reduce(f"# nThread 1 nGpus 2 minBytes 1073741824\n{H100_PCIE}")
    assert (found.bytes, found.bus_gbps, found.wrong) == (2147483648, 115.93, 0)


def test_wrong_values_are_counted() -> None:
    row = " 1073741824  268435456  float  sum  -1  9306.7  115.37  115.37  3  9291.5  115.56  115.56  4"
    assert all_reduce(row).wrong == 7
    assert all_reduce(H100_PCIE.replace("values : 0 OK", "values : 2 FAILED")).wrong == 2


def test_output_without_check_has_no_wrong_values() -> None:
    assert all_reduce(H100_PCIE.replace("   0 ", " N/A ").replace("   0\n", " N/A\n")).wrong == 0


def test_error_output_is_no_measurement() -> None:
    text = "test.cu:120 'unhandled system error'"
    with pytest.raises(NoBandwidthError, match="unhandled system error"):
        all_reduce(text)


def test_one_process_uses_all_gpus() -> None:
    assert command(8).endswith(" -g 8")
