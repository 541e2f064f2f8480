"""Facts that vLLM 0.26.0 reads from the type of a config.json: its class, and multi-token prediction.

Source: wheel vllm 0.26.0, vllm/config/speculative.py (hf_config_override) and
vllm/transformers_utils/config.py, 2026-11-30. tests/witnesses/engine_architectures.py asks vLLM itself.
"""

import json
from functools import cache
from importlib.resources import files

from gpu_cluster.catalog.models.hub_fields import Fields, Json

RELEASE = "0.26.0"

_PREDICTORS = {
    **dict.fromkeys(
        [
            *("deepseek_v3", "deepseek_v32", "deepseek_v4", "deepseek_mtp", "glm_moe_dsa", "glm4_moe"),
            *("glm4_moe_lite", "glm_ocr", "pangu_ultra_moe", "mimo", "ernie4_5_moe", "nemotron_h"),
            *("nemotron_h_puzzle", "qwen3_next", "bailing_hybrid", "exaone_moe", "exaone4_5"),
            *("longcat_flash", "longcat_flash_ngram", "step3p5", "step3p7", "hy_v3"),
        ],
        "num_nextn_predict_layers",
    ),
    **dict.fromkeys(["qwen3_5", "qwen3_5_moe"], "mtp_num_hidden_layers"),
    "minimax_m3_vl": "num_mtp_modules",
}
"""Key of the number of layers for multi-token prediction, by types of models that vLLM has them for."""

_OF_THE_ENGINE = {"mimo_v2": 1, "mimo_v2_flash": 1}
"""Number of layers by types of models for which vLLM does not read it."""

_EDITED = {
    **{"qwen3_5_text": "qwen3_5", "qwen3_5_moe_text": "qwen3_5_moe", "minimax_m3": "minimax_m3_vl"},
    "deepseek_ref": "deepseek_v4",
}
"""Types of published copies of a config.json that were edited, such as those of its text section alone."""


def predictors(config: Json, text: Fields) -> int | None:
    """Layers for multi-token prediction; 0 if vLLM has none for this type, None if no number is stated."""
    kind = _kind(config) or text.text("model_type")
    kind = _EDITED.get(kind, kind)
    if kind in _OF_THE_ENGINE:
        return _OF_THE_ENGINE[kind]
    key = _PREDICTORS.get(kind)
    if key is None:
        return 0
    found = next((it for it in (Fields(config), text) if key in it), None)
    if found is None:
        return 0 if kind.startswith("nemotron_h") else None
    return found.number(key)


def has_own_code(config: Json) -> bool | None:
    """Whether neither vLLM nor the transformers of its wheel has the type's config class."""
    kind = _kind(config)
    return kind not in _known_types() if kind and kind not in _EDITED else None


def _kind(config: Json) -> str:
    return Fields(config).text("model_type")


@cache
def _known_types() -> frozenset[str]:
    file = files("gpu_cluster.catalog.models") / f"vllm-{RELEASE}-types.json"
    return frozenset(json.loads(file.read_text(encoding="utf-8"))["types"])
