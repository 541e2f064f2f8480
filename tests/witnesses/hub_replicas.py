"""Requests of the hub's own client when another replica of a model starts, by where its weights are.

Run by a Python that has huggingface_hub, from the root of the repository:

    python tests/witnesses/hub_replicas.py

Each replica is a process of its own with the variables that the platform sets, and its client makes a
snapshot of the model, as engines do; the server of the tests counts what it is asked.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.unit.gpu_cluster.kubernetes.serving.hub_server import COMMIT, HubServer  # noqa: E402

FILES = {"config.json": b"{}", "model.safetensors": b"weights" * 2**20, "tokenizer.json": b'{"version": 1}'}
_REPLICA = """
import os, sys
from pathlib import Path
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import OfflineModeIsEnabled
model, revision = sys.argv[1:]
if os.environ.get("HF_HUB_OFFLINE"):
    try:
        HfApi().model_info("org/model")
    except OfflineModeIsEnabled:
        pass
    else:
        sys.exit("the client asked the hub")
found = Path(model) if model.startswith("/") else Path(snapshot_download(model, revision=revision))
assert (found / "model.safetensors").stat().st_size == 7 * 2**20
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        mounted = Path(folder, "weights")
        mounted.mkdir()
        for name, content in FILES.items():
            (mounted / name).write_bytes(content)
        cases = {
            "cache of a shared class": [Path(folder, "shared")] * 2,
            "cache of its own": [Path(folder, "first"), Path(folder, "second")],
        }
        for case, homes in cases.items():
            _show(case, [_started(COMMIT, {"HF_HOME": str(home)}) for home in homes])
        offline = {"HF_HOME": str(Path(folder, "scratch")), "HF_HUB_OFFLINE": "1"}
        _show("store or weightsImage", [_started(str(mounted), offline) for _ in range(2)])
    return 0


def _started(revision: str, environment: Mapping[str, str]) -> tuple[int, int]:
    """Requests for files and other requests that a replica makes."""
    with HubServer(FILES).running() as hub:
        model = revision if revision.startswith("/") else hub.model
        subprocess.run(
            [sys.executable, "-c", _REPLICA, model, COMMIT],
            env=os.environ | environment | {"HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1"},
            check=True,
        )
        files = sum(path.endswith(tuple(FILES)) for path, _, _ in hub.requests)
        return files, len(hub.requests) - files


def _show(case: str, replicas: list[tuple[int, int]]) -> None:
    first, second = (f"{files} requests for files and {others} others" for files, others in replicas)
    sys.stdout.write(f"{case}: first replica {first}; second {second}\n")


if __name__ == "__main__":
    sys.exit(main())
