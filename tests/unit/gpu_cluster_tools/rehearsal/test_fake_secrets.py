from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.fake_secrets import plaintext_secrets

VALUES = {"gpu-cluster:hubToken": "rehearsed-1", 'gpu-cluster:serving["hubToken"]': "rehearsed-2"}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    file = tmp_path / ".local" / "state" / ".pulumi" / "stacks" / "site.json"
    file.parent.mkdir(parents=True)
    return file


def test_plaintext_secret_in_the_state_is_reported_by_path(tmp_path: Path, state: Path) -> None:
    state.write_text('{"inputs": {"token": "rehearsed-2"}}')

    assert plaintext_secrets(VALUES, tmp_path) == [
        'the value of gpu-cluster:serving["hubToken"] is in the state in plaintext'
    ]


def test_state_history_is_searched_for_secrets(tmp_path: Path, state: Path) -> None:
    state.write_text('{"inputs": {"token": {"ciphertext": "v1:abc"}}}')
    state.with_name("site.json.bak").write_bytes(b'\xff{"token": "rehearsed-1"}')

    assert plaintext_secrets(VALUES, tmp_path) == [
        "the value of gpu-cluster:hubToken is in the state in plaintext"
    ]


def test_encrypted_value_is_not_reported(tmp_path: Path, state: Path) -> None:
    state.write_text('{"inputs": {"token": {"ciphertext": "v1:abc"}}}')

    assert plaintext_secrets(VALUES, tmp_path) == []
