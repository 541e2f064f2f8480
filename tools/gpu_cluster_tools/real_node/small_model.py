"""A Llama of two layers without weights, as files of a model: vLLM fills it with random numbers."""

import json
import re
from typing import Any

_SENTENCE = (
    "this is a Llama of two layers with random weights , so it says words of this one sentence in any order ."
)
_UNKNOWN = "words"
"""Word as which the model reads all others. A special token would be left out of answers."""

_TOKENS = 24
"""Length of an answer whose request sets none; no token ends it."""

_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} : {{ message['content'] }} {% endfor %}assistant :"
)


def small_model(context: int) -> dict[str, bytes]:
    """Files of a model with this context length in tokens."""
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(_SENTENCE.split()))}
    return {
        "config.json": _json(_config(context, len(vocabulary))),
        "generation_config.json": _json({"max_new_tokens": _TOKENS}),
        "tokenizer.json": _json(_tokenizer(vocabulary)),
        "tokenizer_config.json": _json(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "chat_template": _TEMPLATE,
                "model_max_length": context,
            }
        ),
    }


def hub_files(model: str, revision: str | None, context: int) -> dict[str, bytes]:
    """A cache of the model hub's client that has the small model under another's name.

    Source of the layout: huggingface_hub 2.4.0, file_download.py and constants.py, 2026-11-30.
    """
    folder = f"models--{model.replace('/', '--')}"
    is_commit = revision is not None and re.fullmatch(r"[0-9a-f]{40}", revision)
    commit = revision if revision and is_commit else "0" * 40
    found = {f"{folder}/snapshots/{commit}/{name}": data for name, data in small_model(context).items()}
    if not is_commit:
        found[f"{folder}/refs/{revision or 'main'}"] = commit.encode()
    return found


def _config(context: int, words: int) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "vocab_size": words,
        "max_position_embeddings": context,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "bos_token_id": None,
        "eos_token_id": None,
        "torch_dtype": "bfloat16",
    }


def _tokenizer(vocabulary: dict[str, int]) -> dict[str, Any]:
    """Tokenizer with one token per word. Source of the format: tokenizers 0.23.3, 2026-11-30."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": _UNKNOWN},
    }


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=1).encode()
