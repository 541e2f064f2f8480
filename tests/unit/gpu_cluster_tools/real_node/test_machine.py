import os
from pathlib import Path

from gpu_cluster.capacity import pools_of
from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.machine import write_machine

STACKS = Path(__file__).parents[4] / "stacks"


def test_machine_has_cpus_and_memory_of_its_pool(tmp_path: Path) -> None:
    capacity = pools_of(load(STACKS / "Pulumi.local.yaml"))["l4"].capacity
    write_machine(tmp_path / "machine", capacity)
    memory = (tmp_path / "machine/meminfo").read_text().splitlines()[0].split()
    processors = list((tmp_path / "machine/node").glob("node*/cpu*/topology/core_id"))
    assert memory == ["MemTotal:", str(capacity.memory_bytes // 1024), "kB"]
    assert len(processors) * 1000 == capacity.cpu_millis


def test_machine_uses_only_existing_cpu_numbers(tmp_path: Path) -> None:
    """A kubelet writes their numbers into the cpuset of all pods, and the kernel refuses unknown ones."""
    write_machine(tmp_path / "machine", pools_of(load(STACKS / "Pulumi.local.yaml"))["l4"].capacity)
    numbers = {int(each.name.removeprefix("cpu")) for each in (tmp_path / "machine/node").glob("node*/cpu*")}
    assert numbers <= os.sched_getaffinity(0)
