import json
from typing import Any

from gpu_cluster_tools.real_node.small_model import hub_files, small_model

COMMIT = "0e9e39f249a16976918f6564b8830bc894c89659"


def _read(files: dict[str, bytes], name: str) -> dict[str, Any]:
    return json.loads(files[name])


def test_vocabulary_size_matches_the_configuration() -> None:
    """vLLM samples tokens up to vocab_size; a token missing in the tokenizer would be an empty word."""
    files = small_model(8192)
    words = _read(files, "tokenizer.json")["model"]["vocab"]
    assert sorted(words.values()) == list(range(_read(files, "config.json")["vocab_size"]))


def test_maximum_length_matches_the_command_line() -> None:
    assert _read(small_model(65536), "config.json")["max_position_embeddings"] == 65536


def test_model_has_no_end_of_sequence_token() -> None:
    """Otherwise answers would have random lengths, and some would be empty."""
    files = small_model(8192)
    assert _read(files, "config.json")["eos_token_id"] is None
    assert "eos_token" not in _read(files, "tokenizer_config.json")


def test_commit_is_a_snapshot_folder_of_the_hub_cache() -> None:
    files = hub_files("meta-llama/Llama-3.1-8B-Instruct", COMMIT, 8192)
    folder = f"models--meta-llama--Llama-3.1-8B-Instruct/snapshots/{COMMIT}"
    assert {path.rpartition("/")[0] for path in files} == {folder}


def test_branch_refers_to_a_commit() -> None:
    for revision, name in ((None, "main"), ("v1.0", "v1.0")):
        files = hub_files("Qwen/Qwen3-4B", revision, 8192)
        commit = files[f"models--Qwen--Qwen3-4B/refs/{name}"].decode()
        assert f"models--Qwen--Qwen3-4B/snapshots/{commit}/config.json" in files


def test_unknown_words_map_to_a_token_of_the_vocabulary() -> None:
    model = _read(small_model(8192), "tokenizer.json")["model"]
    assert model["unk_token"] in model["vocab"]
