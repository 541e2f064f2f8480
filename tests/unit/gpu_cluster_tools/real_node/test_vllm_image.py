import subprocess
from pathlib import Path

import pytest

import gpu_cluster_tools.real_node as package
from gpu_cluster.stack import load
from gpu_cluster_tools.real_node.vllm_image import MOUNT, vllm_files, weights_of
from tests.unit.platforms import platform_of

ENTRY = Path(package.__file__).with_name("vllm-entry")
LOCAL = Path(__file__).parents[4] / "stacks" / "Pulumi.local.yaml"
HUB = {"args": ["Qwen/Qwen3-4B", "--port=8000", "--revision=v1", "--max-model-len=16384"]}
FOLDER = {"args": ["/weights/models", "--port=8000"]}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    library = tmp_path / "root" / "lib" / "libc.so.6"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"library")
    return tmp_path


def test_image_has_libraries_and_hub_models(installed: Path) -> None:
    files = vllm_files(installed, [HUB, FOLDER])
    assert files["lib/libc.so.6"] == b"library"
    assert files["usr/local/bin/vllm"] == ENTRY.read_bytes()
    assert "models/models--Qwen--Qwen3-4B/refs/v1" in files
    [configuration] = [path for path in files if path.endswith("/config.json")]
    assert b'"max_position_embeddings": 16384' in files[configuration]


def test_folder_of_weights_has_model_files() -> None:
    assert {"config.json", "tokenizer.json"} <= weights_of(FOLDER).keys()
    assert b'"max_position_embeddings": 8192' in weights_of(FOLDER)["config.json"]


def test_entry_point_keeps_arguments_and_adds_two(tmp_path: Path) -> None:
    """Run the entry point in the shell, with a Python that prints its arguments."""
    python = tmp_path / "python" / "bin" / "python3"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$HF_HUB_OFFLINE$HF_HUB_CACHE" "$HOME"\n')
    python.chmod(0o755)
    script = tmp_path / "vllm"
    text = ENTRY.read_text()
    assert text.count(MOUNT) == 1
    script.write_text(text.replace(MOUNT, str(tmp_path)))
    given = ["serve", "a/model", '--chat-template={{ "two words" }}', "--port=8000"]

    done = subprocess.run(
        ["/bin/sh", str(script), *given], capture_output=True, text=True, check=True, env={"HOME": "/tmp"}
    )

    assert done.stdout.splitlines() == [
        *("-m", "vllm.entrypoints.cli.main"),
        *given,
        *("--load-format=dummy", "--enforce-eager"),
        *("1/models", "/tmp"),
    ]


def test_vllm_cpu_engine_changes_no_object_of_the_platform(tmp_path: Path) -> None:
    """The key affects only nodes of this machine; the pod equals the one on other providers."""
    text = LOCAL.read_text()
    assert text.count("{provider: local}") == 1
    path = tmp_path / LOCAL.name
    path.write_text(text.replace("{provider: local}", "{provider: local, engine: vllm-cpu}"))
    without, with_vllm = (
        {it.urn: dict(it.inputs) for it in platform_of(load(file))[0].resources} for file in (LOCAL, path)
    )
    assert len(without) > 50
    assert with_vllm == without
