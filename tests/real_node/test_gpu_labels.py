"""The platform's labels of GPU nodes equal those of NVIDIA's GPU feature discovery."""

import os
import subprocess
from pathlib import Path

import pytest

from gpu_cluster.capacity import Pool, pools_of
from gpu_cluster.kubernetes.gpu.device_plugin_config import plugin_config
from gpu_cluster.stack import load
from gpu_cluster_tools.toolchain import provide
from gpu_cluster_tools.toolchain.c_compiler import missing_c_compiler
from gpu_cluster_tools.toolchain.nvidia import GPU_FEATURE_DISCOVERY, NVML
from gpu_cluster_tools.toolchain.real_node_requirements import missing_requirement
from tests.real_node.nvidia_plugin import MACHINE, machine_of
from tests.rehearsal.checkout import PROJECT

_MISSING = missing_requirement() or missing_c_compiler()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_MISSING is not None, reason=f"GPU feature discovery needs {_MISSING}"),
]

_STACKS = ("local", "dev", "staging")
_NOT_ITS_OWN = "nvidia.com/gpu.present"
"""Label of a rule of Node Feature Discovery, by the vendor of PCI devices."""

_IN_A_NODE = """
mount -t tmpfs lib /var/lib
mkdir -p /var/lib/kubelet/device-plugins/simulated
cp "$1" /var/lib/kubelet/device-plugins/simulated/
exec "$2" --oneshot --no-timestamp --use-node-feature-api=false --output-file=
"""


def _pools() -> list[tuple[str, Pool]]:
    return [
        (f"{stack}-{name}", pool)
        for stack in _STACKS
        for name, pool in pools_of(load(PROJECT / "stacks" / f"Pulumi.{stack}.yaml")).items()
        if pool.gpus
    ]


@pytest.mark.parametrize(("name", "pool"), _pools(), ids=[name for name, _ in _pools()])
def test_labels_match_gpu_feature_discovery(name: str, pool: Pool, tmp_path: Path) -> None:
    """The rendered configuration contains the GPU sharing of the pool."""
    found = _discovered(pool, tmp_path)

    ours = {key: value for key, value in pool.labels.items() if key.startswith("nvidia.com/gpu.")}
    assert set(ours) > {_NOT_ITS_OWN}, name
    assert {key: found.get(key) for key in ours if key != _NOT_ITS_OWN} == {
        key: value for key, value in ours.items() if key != _NOT_ITS_OWN
    }


def _discovered(pool: Pool, folder: Path) -> dict[str, str]:
    (folder / MACHINE).write_text(machine_of(pool))
    (folder / "config.yaml").write_text(plugin_config(pool.sharing, pool.handover))
    environment = {"CONFIG_FILE": str(folder / "config.yaml"), "LD_LIBRARY_PATH": str(provide(NVML).parent)}
    program = str(provide(GPU_FEATURE_DISCOVERY))
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", _IN_A_NODE, "sh", str(folder / MACHINE), program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("nvidia.com/"))
