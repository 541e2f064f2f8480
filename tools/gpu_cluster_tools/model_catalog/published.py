"""Configurations of models as public packages and repositories publish them."""

import ast
import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """The config.json of a model, and where it was read."""

    name: str
    config: Config
    where: str
    date: date
    quant: Config | None = None
    is_file: bool = True
    """False for a shape in the keys of a config.json, whose type is not published with it."""

    is_quantized_so: bool = True
    """False where only the precision is published, and the format of its weights is assumed."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git directory, and the repository that it is of."""

    path: Path
    repository: str

    @property
    def date(self) -> date:
        return date.fromisoformat(self._git("log", "-1", "--format=%cs").strip())

    def read(self, path: str) -> str:
        return self._git("show", f"HEAD:{path}")

    def files(self, below: str) -> list[str]:
        return self._git("ls-tree", "-r", "--name-only", "HEAD", below).split()

    def where(self, path: str) -> str:
        return f"github.com/{self.repository}/blob/{self._git('rev-parse', 'HEAD').strip()[:12]}/{path}"

    def _git(self, *arguments: str) -> str:
        command = ["git", f"--git-dir={self.path}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def aiconfigurator(wheel: Path) -> Iterator[Published]:
    """Configurations from NVIDIA's aiconfigurator-core (Apache-2.0): files named like the model."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith("_config.json"))
        day = date(2026, 8, 21)
        for name in names:
            if name.endswith("_hf_quant_config.json"):
                continue
            model = Path(name).name.removesuffix("_config.json").replace("--", "/", 1)
            beside = name.replace("_config.json", "_hf_quant_config.json")
            quant = json.loads(archive.read(beside)) if beside in archive.namelist() else None
            where = f"{wheel.name.split('-cp')[0].replace('_', '-')}, {name}"
            yield Published(model, json.loads(archive.read(name)), where, day, quant)


def litgpt(wheel: Path) -> Iterator[Published]:
    """Configurations from Lightning's litgpt (Apache-2.0): `Config` objects, translated to the keys of a
    config.json."""
    namespace: dict[str, Any] = {"__name__": "litgpt_config"}
    with zipfile.ZipFile(wheel) as archive:
        name = "litgpt/config.py"
        day = date(*archive.getinfo(name).date_time[:3])
        exec(compile(archive.read(name), name, "exec"), namespace)  # noqa: S102
    where = f"{wheel.name.split('-py')[0]}, {name}"
    for given in namespace["configs"]:
        filled = namespace["Config"](**given)
        hub = given["hf_config"]
        if hub["org"] in _OLD:
            continue
        yield Published(f"{hub['org']}/{hub['name']}", _as_hub(filled, given), where, day, is_file=False)


_OLD = ("EleutherAI", "garage-bAInd", "Trelis", "keeeeenw", "togethercomputer")
"""Research series and fine-tunes of 2023."""

_TIED = (
    "gemma",
    "codegemma",
    "qwen2.5-0.5b",
    "qwen2.5-1.5b",
    "qwen2.5-3b",
    "qwen2.5-coder-0.5b",
    "qwen2.5-coder-1.5b",
    "qwen2.5-coder-3b",
    "qwen2.5-math-1.5b",
    "qwen3-0.6b",
    "qwen3-1.7b",
    "qwen3-4b",
    "llama-3.2",
    "smollm2",
    "phi-4-mini",
    "falcon-7b",
    "falcon-40b",
    "olmo-1b",
)
"""Models whose head is the embedding; litgpt lacks this, their config.json has it (tie_word_embeddings)."""


def _as_hub(filled: Any, given: Config) -> Config:
    gated = filled.mlp_class_name != "GptNeoxMLP"
    window = filled.sliding_window_size
    found: Config = {
        "model_type": "llama" if gated else "phi",
        "hidden_size": filled.n_embd,
        "num_hidden_layers": filled.n_layer,
        "num_attention_heads": filled.n_head,
        "num_key_value_heads": filled.n_query_groups,
        "head_dim": filled.head_size,
        "intermediate_size": filled.intermediate_size,
        "vocab_size": given.get("padded_vocab_size", filled.vocab_size),
        "max_position_embeddings": filled.block_size,
        "tie_word_embeddings": filled.name.lower().startswith(_TIED),
    }
    if filled.n_expert:
        found |= {
            "num_local_experts": filled.n_expert,
            "moe_intermediate_size": filled.moe_intermediate_size or filled.intermediate_size,
        }
    if window and filled.sliding_window_indices:
        kinds = filled.sliding_window_indices[: filled.n_layer]
        found |= {
            "sliding_window": window,
            "layer_types": ["sliding_attention" if each else "full_attention" for each in kinds],
        }
    elif window:
        found["sliding_window"] = window
    return found


def ome(checkout: Checkout) -> Iterator[Published]:
    """Test data of sgl-project/ome: config.json of the hub, named by hand below."""
    folder = "pkg/hfutil/modelconfig/testdata"
    for file, model in _OME.items():
        path = f"{folder}/{file}.json"
        yield Published(model, json.loads(checkout.read(path)), checkout.where(path), checkout.date)


_OME = {
    "baichuan2_7b": "baichuan-inc/Baichuan2-7B-Chat",
    "bge_large": "BAAI/bge-large-en",
    "chatglm3_6b": "zai-org/chatglm3-6b",
    "command_r_35b": "CohereLabs/c4ai-command-r-v01",
    "e5_mistral_7b": "intfloat/e5-mistral-7b-instruct",
    "glm4_9b": "zai-org/glm-4-9b",
    "gte_qwen2_7b": "Alibaba-NLP/gte-Qwen2-7B-instruct",
    "internlm2_7b": "internlm/internlm2-7b",
    "llava_1.5_7b_hf": "llava-hf/llava-1.5-7b-hf",
    "minicpm3_4b": "openbmb/MiniCPM3-4B",
    "phimoe": "microsoft/Phi-3.5-MoE-instruct",
    "phi3": "microsoft/Phi-3-mini-128k-instruct",
    "qwen2_7b": "Qwen/Qwen2-7B-Instruct",
    "qwen2_vl_2b": "Qwen/Qwen2-VL-2B-Instruct",
    "qwen2_vl_7b": "Qwen/Qwen2-VL-7B-Instruct",
    "qwen2.5_vl_7b": "Qwen/Qwen2.5-VL-7B-Instruct",
    "qwen3_8b_fp8": "Qwen/Qwen3-8B-FP8",
    "qwen3_embedding_8b": "Qwen/Qwen3-Embedding-8B",
    "skywork_reward_llama": "Skywork/Skywork-Reward-Llama-3.1-8B-v0.2",
    "smollm_1.7b": "HuggingFaceTB/SmolLM-1.7B",
}


def mlc(checkout: Checkout) -> Iterator[Published]:
    """Presets of mlc-ai/mlc-llm (Apache-2.0), which are config.json of the hub, named by hand below."""
    path = "python/mlc_llm/model/model_preset.py"
    tree = ast.parse(checkout.read(path))
    values = (node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value)
    presets = next(found for value in values if (found := _as_config(ast.literal_eval(value))))
    for preset, model in _MLC.items():
        yield Published(model, presets[preset], checkout.where(path), checkout.date)


def _as_config(value: object) -> Config:
    return cast("Config", value) if isinstance(value, dict) else {}


_MLC = {
    "deepseek_v2_lite": "deepseek-ai/DeepSeek-V2-Lite-Chat",
    "internlm2_5_7b": "internlm/internlm2_5-7b-chat",
    "starcoder2": "bigcode/starcoder2-7b",
    "qwen2_0_5b": "Qwen/Qwen2-0.5B-Instruct",
    "qwen2_1_5b": "Qwen/Qwen2-1.5B-Instruct",
    "smollm_360m": "HuggingFaceTB/SmolLM-360M",
    "smollm_135m": "HuggingFaceTB/SmolLM-135M",
    "aya-23": "CohereLabs/aya-23-8B",
    "minicpm_2b": "openbmb/MiniCPM-2B-128k",
    "olmo2_32b": "allenai/OLMo-2-0325-32B-Instruct",
    "stablelm-2-zephyr-1_6b": "stabilityai/stablelm-2-zephyr-1_6b",
    "snowflake-arctic-embed-m": "Snowflake/snowflake-arctic-embed-m",
    "phi-3_5-vision": "microsoft/Phi-3.5-vision-instruct",
    "ministral3_3b_2512": "mistralai/Ministral-3-3B-Instruct-2512-BF16",
    "qwen2moe": "Qwen/Qwen1.5-MoE-A2.7B-Chat",
    "orion": "OrionStarAI/Orion-14B-Chat",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A model with the size of its files and its licence, as KAITO lists it (Apache-2.0)."""

    name: str
    size: int
    licence: str
    gated: bool
    config: Config
    """The stated shape, in the keys of a config.json."""

    where: str
    date: date


def kaito(checkout: Checkout) -> Iterator[Listed]:
    path, presets = (
        "presets/workspace/models/model_catalog.yaml",
        "presets/workspace/models/supported_models.yaml",
    )
    behind = {each["name"] for each in _gated(yaml.safe_load(checkout.read(presets)))}
    for each in yaml.safe_load(checkout.read(path))["models"]:
        size = round(float(each["modelFileSize"].removesuffix("Gi")) * 1024**3)
        gated = each["name"].split("/")[-1].lower() in behind
        keys = {theirs: each[ours] for ours, theirs in _KAITO.items() if ours in each}
        config = {"architectures": each["architectures"], **keys}
        yield Listed(
            each["name"], size, each.get("license", ""), gated, config, checkout.where(path), checkout.date
        )


_KAITO = {
    "modelTokenLimit": "max_position_embeddings",
    "hiddenSize": "hidden_size",
    "numHiddenLayers": "num_hidden_layers",
    "numAttentionHeads": "num_attention_heads",
    "numKeyValueHeads": "num_key_value_heads",
    "headDim": "head_dim",
}


def _gated(listed: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in listed["models"] if each.get("downloadAuthRequired"))


@dataclass(frozen=True, slots=True)
class Variant:
    """A model that is another one in a precision of its own, as vllm-project/recipes lists it."""

    name: str
    of: str
    precision: str
    where: str
    date: date


def recipes(checkout: Checkout) -> Iterator[Variant]:
    for path in checkout.files("models"):
        if not path.endswith(".yaml"):
            continue
        recipe = _as_config(yaml.safe_load(checkout.read(path)))
        base = str(_as_config(recipe.get("model")).get("model_id") or "")
        for each in map(_as_config, _as_config(recipe.get("variants")).values()):
            if base and each:
                name, precision = str(each.get("model_id") or base), str(each.get("precision"))
                yield Variant(name, base, precision, checkout.where(path), checkout.date)
