"""Throughput of a volume, by `dd`: written to the disk, and read past the page cache."""

import re
from dataclasses import dataclass

_MIB = 1024**2
_COPIED = re.compile(r"(\d+) bytes .*copied, ([\d.]+) s")
_GOOD_PART = 0.7
"""Part of a disk's stated throughput below which it is a warning: servers and bursts have limits too."""

SIZE_MIB = 1024
SCRIPT = f"""\
set -e
dd if=/dev/zero of=/data/file bs=4M count={SIZE_MIB // 4} conv=fsync
dd if=/data/file of=/dev/null bs=4M iflag=direct || dd if=/data/file of=/dev/null bs=4M
rm /data/file
"""


@dataclass(frozen=True, slots=True)
class Throughput:
    written: float
    """MiB a second."""

    read: float

    def is_below(self, stated: float) -> bool:
        """Whether reads or writes are clearly slower than the disk's stated MiB a second."""
        return min(self.written, self.read) < _GOOD_PART * stated


def throughput(text: str) -> Throughput | None:
    """Speeds in the output of busybox or GNU coreutils; None where not both were measured."""
    found = [int(size) / float(seconds) / _MIB for size, seconds in _COPIED.findall(text) if float(seconds)]
    return Throughput(found[0], found[-1]) if len(found) > 1 else None
