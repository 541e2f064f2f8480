"""Machine of a real node: it reports CPUs and memory of its pool's instance type.

The kubelet reads both from files of the kernel, by cAdvisor (machine/machine.go, utils/sysinfo/sysinfo.go of
google/cadvisor v0.53). In the node's mounts these files are those of this module.
"""

import os
import shutil
from pathlib import Path

from gpu_cluster.capacity import Resources

_KIB = 1024


def write_machine(folder: Path, capacity: Resources) -> None:
    """The files `meminfo` and `node`.

    A control group takes only processors that there are, so the machine's own are counted once for each
    NUMA node, and there are as many NUMA nodes as it takes.
    """
    shutil.rmtree(folder, ignore_errors=True)
    memory = capacity.memory_bytes // _KIB
    own = sorted(os.sched_getaffinity(0))
    left = -(-capacity.cpu_millis // 1000)
    number = 0
    while left > 0:
        _write_numa_node(folder / "node", number, own[:left], memory)
        left -= len(own)
        number += 1
    lines = {"MemTotal": memory, "MemFree": memory, "MemAvailable": memory, "SwapTotal": 0, "SwapFree": 0}
    (folder / "meminfo").write_text(
        "".join(f"{name + ':':16}{value:8} kB\n" for name, value in lines.items())
    )


def _write_numa_node(nodes: Path, number: int, processors: list[int], memory: int) -> None:
    folder = nodes / f"node{number}"
    (folder / "hugepages").mkdir(parents=True)
    (folder / "meminfo").write_text(f"Node {number} MemTotal:       {memory} kB\n")
    (folder / "distance").write_text("10\n")
    for processor in processors:
        topology = folder / f"cpu{processor}" / "topology"
        topology.mkdir(parents=True)
        (topology / "core_id").write_text(f"{processor}\n")
        (topology / "physical_package_id").write_text("0\n")
