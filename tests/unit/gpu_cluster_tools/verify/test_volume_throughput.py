"""Throughput from the output of dd, of busybox and of GNU coreutils."""

import pytest

from gpu_cluster_tools.verify.volume_throughput import throughput

BUSYBOX = """\
256+0 records in
256+0 records out
1073741824 bytes (1.0GB) copied, 8.000000 seconds, 128.0MB/s
256+0 records in
256+0 records out
1073741824 bytes (1.0GB) copied, 4.000000 seconds, 256.0MB/s
"""
GNU = """\
1073741824 bytes (1.1 GB, 1.0 GiB) copied, 8 s, 134 MB/s
dd: failed to open '/data/file': Invalid argument
1073741824 bytes (1.1 GB, 1.0 GiB) copied, 4 s, 268 MB/s
"""


@pytest.mark.parametrize("text", [BUSYBOX, GNU])
def test_both_directions_are_parsed(text: str) -> None:
    found = throughput(text)
    assert found
    assert (found.written, found.read) == (128, 256)


def test_single_direction_is_no_result() -> None:
    assert throughput(BUSYBOX.partition("seconds")[0] + "seconds") is None
    assert throughput("dd: error writing '/data/file': No space left on device") is None
