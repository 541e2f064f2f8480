"""The hub's own client against the server of the tests, and against the folder that a mirror Job fills.

Run by a Python that has huggingface_hub, from the root of the repository:

    python tests/witnesses/hub_client.py

It downloads the model by itself, compares every byte with what the program of the Job left after it was
killed and started again, and has the client verify that folder by the checksums of the hub.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ["HF_HUB_DISABLE_XET"] = "1"

from tests.unit.gpu_cluster.kubernetes.serving.hub_server import COMMIT, HubServer  # noqa: E402

PROGRAM = ROOT / "components/gpu_cluster/kubernetes/serving/mirror_weights.py"
WEIGHTS = random.Random(7).randbytes(8 * 2**20)
FILES = {
    "config.json": b"{}",
    "model-00001-of-00002.safetensors": WEIGHTS,
    "model-00002-of-00002.safetensors": WEIGHTS[::-1],
    "tokenizer/tokenizer.json": b'{"version": "1.0"}',
}
TOKEN = "hf_witness"


def main() -> int:
    with HubServer(FILES, token=TOKEN).running() as hub, tempfile.TemporaryDirectory() as folder:
        os.environ["HF_ENDPOINT"] = hub.url
        client: Any = import_module("huggingface_hub")  # reads the address when it is imported

        theirs, ours = Path(folder, "theirs"), Path(folder, "ours")
        client.snapshot_download(hub.model, local_dir=theirs, token=TOKEN)
        kills = _mirror(hub, ours)
        differing = [name for name in FILES if (ours / name).read_bytes() != (theirs / name).read_bytes()]
        api = client.HfApi(endpoint=hub.url, token=TOKEN)
        checked = api.verify_repo_checksums(repo_id=hub.model, revision=COMMIT, local_dir=ours)
    sys.stdout.write(
        f"huggingface_hub {client.__version__}: {checked.checked_count} files verified, "
        f"{len(checked.mismatches)} mismatches, {len(checked.missing_paths)} missing; "
        f"{len(differing)} differ from its own download; killed {kills} times\n"
    )
    return 1 if differing or checked.mismatches or checked.missing_paths else 0


def _mirror(hub: HubServer, folder: Path) -> int:
    """Run the program until it is complete, and kill it while it downloads; how often it was killed."""
    command = [sys.executable, str(PROGRAM), f"--model={hub.model}", f"--revision={COMMIT}", "--append"]
    environment = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN}
    hub.seconds_per_chunk = 0.02
    for kills in range(100):
        with subprocess.Popen([*command, f"--folder={folder}"], env=environment) as process:
            time.sleep(0.8)
            process.kill()
        if process.returncode == 0:
            return kills
    raise RuntimeError("it does not get further")


if __name__ == "__main__":
    sys.exit(main())
