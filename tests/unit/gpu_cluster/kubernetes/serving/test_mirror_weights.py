"""The program of a mirror Job against a test server with the hub's API."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_cluster.kubernetes.serving import mirror_weights
from tests.unit.gpu_cluster.kubernetes.serving.hub_server import COMMIT, HubServer

WEIGHTS = random.Random(7).randbytes(3 * 2**20)
FILES = {
    "config.json": b'{"architectures": ["Qwen3ForCausalLM"]}',
    "model-00001-of-00002.safetensors": WEIGHTS,
    "model-00002-of-00002.safetensors": WEIGHTS[: 2**20],
    "tokenizer/tokenizer.json": b"{}",
}
FIRST = "model-00001-of-00002.safetensors"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_weights, "LONGEST_PAUSE_SECONDS", 0)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(FILES).running() as server:
        yield server


def run(hub: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch, *flags: str, token: str = "") -> int:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", token)
    return mirror_weights.main([f"--model={hub.model}", "--revision=main", f"--folder={folder}", *flags])


def found(folder: Path) -> dict[str, bytes]:
    files = [it for it in folder.rglob("*") if it.is_file() and it.name != mirror_weights.MARKER]
    return {str(it.relative_to(folder)): it.read_bytes() for it in files}


def test_mirror_downloads_all_files_and_writes_a_marker_with_the_commit(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(hub, tmp_path, monkeypatch) == 0

    assert found(tmp_path) == FILES
    marker = json.loads((tmp_path / mirror_weights.MARKER).read_text())
    assert marker["commit"] == COMMIT
    assert marker["files"][FIRST] == {"checksum": hashlib.sha256(WEIGHTS).hexdigest(), "size": len(WEIGHTS)}


def test_second_run_verifies_checksums_without_downloads(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(hub, tmp_path, monkeypatch)
    hub.requests.clear()

    assert run(hub, tmp_path, monkeypatch) == 0

    assert len(hub.requests) == 1  # the list
    assert capsys.readouterr().err.count("verified: ") == len(FILES)


def test_changed_file_is_downloaded_again(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(hub, tmp_path, monkeypatch)
    (tmp_path / FIRST).write_bytes(bytes(len(WEIGHTS)))

    assert run(hub, tmp_path, monkeypatch) == 0

    assert found(tmp_path) == FILES


@pytest.mark.parametrize(("flags", "asked"), [(["--append"], f"bytes={2**20}-"), ([], None)])
def test_partial_file_is_resumed_only_with_append(
    flags: list[str],
    asked: str | None,
    hub: HubServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / FIRST).write_bytes(WEIGHTS[: 2**20])

    assert run(hub, tmp_path, monkeypatch, *flags) == 0

    assert set(hub.asked(FIRST)) == {asked}
    assert found(tmp_path) == FILES


def test_partial_file_with_other_content_is_downloaded_again(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FIRST).write_bytes(bytes(2**20))

    assert run(hub, tmp_path, monkeypatch, "--append") == 0

    assert found(tmp_path) == FILES


@pytest.mark.parametrize("ranges", [True, False])
def test_broken_download_is_resumed(
    ranges: bool, hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.broken[FIRST], hub.ranges = 2**20 if ranges else 3 * 2**20 - 1, ranges
    if not ranges:  # each answer starts from the first byte, and the last one is whole
        monkeypatch.setattr(hub, "broken", _Once({FIRST: 2**20}))

    assert run(hub, tmp_path, monkeypatch) == 0

    assert found(tmp_path) == FILES


class _Once(dict[str, int]):
    """A failure that happens once."""

    def __getitem__(self, key: str) -> int:
        return self.pop(key)


def test_unavailable_hub_is_retried(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.unavailable.update({f"/{FIRST}": 2, f"/api/models/{hub.model}/revision/main": 1})

    assert run(hub, tmp_path, monkeypatch) == 0

    assert found(tmp_path) == FILES


def test_download_without_progress_fails_without_a_marker(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.broken[FIRST] = 0

    assert run(hub, tmp_path, monkeypatch) == 1

    assert "error: the connection ended at byte 0" in capsys.readouterr().err
    assert not (tmp_path / mirror_weights.MARKER).exists()


def test_file_with_wrong_checksum_is_deleted_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with HubServer(_Tampered(FILES)).running() as hub:
        assert run(hub, tmp_path, monkeypatch) == 1

    assert f"error: {FIRST}: expected checksum" in capsys.readouterr().err
    assert not (tmp_path / FIRST).exists()
    assert not (tmp_path / mirror_weights.MARKER).exists()


class _Tampered(dict[str, bytes]):
    """Storage whose bytes differ from the hub's checksum."""

    def __getitem__(self, key: str) -> bytes:
        content = super().__getitem__(key)
        return bytes(len(content)) if key == FIRST else content


def test_token_is_sent_only_to_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HubServer(FILES, token="hf_secret").running() as hub:
        assert run(hub, tmp_path, monkeypatch, token="hf_secret") == 0

    tokens = {name: token for name, _, token in hub.requests}
    assert tokens["/api/resolve-cache/config.json"]
    assert not tokens[f"/{FIRST}"]


@pytest.mark.parametrize(("token", "why"), [("", "there is no token"), ("hf_x", "has no access")])
def test_refused_model_is_not_retried(
    token: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with HubServer(FILES, token="hf_secret").running() as hub:
        assert run(hub, tmp_path, monkeypatch, token=token) == mirror_weights.REFUSED

    assert why in capsys.readouterr().err
    assert len(hub.requests) == 1


def test_missing_model_is_refused_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with HubServer(FILES).running() as hub:
        hub.model = "org/other"
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        arguments = ["--model=org/model", "--revision=main", f"--folder={tmp_path}"]
        assert mirror_weights.main(arguments) == mirror_weights.REFUSED

    assert "error: the hub has no such model, revision or file" in capsys.readouterr().err


def test_file_name_outside_the_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HubServer({**FILES, "../outside": b"x"}).running() as hub:
        assert run(hub, tmp_path / "model", monkeypatch) == mirror_weights.REFUSED

    assert not (tmp_path / "outside").exists()


def test_weights_are_downloaded_in_one_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"pytorch_model.bin": b"x", "onnx/model.onnx": b"x", "original/consolidated.00.pth": b"x"}
    with HubServer({**FILES, **others}).running() as hub:
        assert run(hub, tmp_path, monkeypatch) == 0
    assert found(tmp_path) == FILES

    only = {"config.json": b"{}", "pytorch_model.bin": b"x"}
    with HubServer(only).running() as hub:
        assert run(hub, tmp_path / "old", monkeypatch) == 0
    assert found(tmp_path / "old") == only


def test_module_with_a_single_weight_format_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"2_Dense/config.json": b"{}", "2_Dense/pytorch_model.bin": b"x"}
    others = {"2_Dense/rust_model.ot": b"x", "openvino/openvino_model.bin": b"x", "onnx/model.onnx": b"x"}
    with HubServer({**FILES, **part, **others}).running() as hub:
        assert run(hub, tmp_path, monkeypatch) == 0
    assert found(tmp_path) == FILES | part


def test_existing_marker_is_replaced_with_the_current_commit(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / mirror_weights.MARKER).write_text("{}")

    assert run(hub, tmp_path, monkeypatch) == 0

    assert json.loads((tmp_path / mirror_weights.MARKER).read_text())["commit"] == COMMIT


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_killed_run_is_resumed_by_the_next(ending: signal.Signals, tmp_path: Path) -> None:
    with HubServer(FILES, seconds_per_chunk=0.05).running() as hub:
        program = [sys.executable, mirror_weights.__file__]
        command = [*program, "--model=org/model", "--revision=main", f"--folder={tmp_path}", "--append"]
        with subprocess.Popen(command, env={"HF_ENDPOINT": hub.url}) as process:
            until = time.monotonic() + 20
            while not (tmp_path / FIRST).exists() or not (tmp_path / FIRST).stat().st_size:
                assert time.monotonic() < until
                time.sleep(0.01)
            process.send_signal(ending)
        begun = (tmp_path / FIRST).stat().st_size
        assert 0 < begun < len(WEIGHTS)
        assert not (tmp_path / mirror_weights.MARKER).exists()
        hub.requests.clear()
        hub.seconds_per_chunk = 0

        assert subprocess.run(command, env={"HF_ENDPOINT": hub.url}, check=False).returncode == 0

    assert hub.asked(FIRST)[-1] == f"bytes={begun}-"
    assert found(tmp_path) == FILES
