"""Open language models as they are published: how large they are, and how much they remember of a token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from gpu_cluster.catalog.source import Source

MODEL_SOURCES = {
    "shape": Source("config.json that each model is published with", date(2026, 11, 21)),
    "weights": Source("safetensors of each model, as its hub page counts them", date(2026, 11, 21)),
    "weights of gpt-oss and FP8-dynamic": Source("what vLLM logs to have loaded of them", date(2026, 11, 21)),
    "gated": Source(
        "meta-llama/llama-models, README.md, Access to Hugging Face: accept the licence in the repository "
        "and wait for approval; huggingface.co/docs/hub/models-gated: files only for accounts with access",
        date(2026, 11, 28),
    ),
    "not gated": Source(
        "published notes of downloads without a token; of mistralai/Mistral-7B-Instruct-v0.3 the Hub's API, "
        "gated: false. Pages of the Hub itself were not seen",
        date(2026, 11, 28),
    ),
    "not known whether gated": Source(
        "huggingface/transformers, issue 31367: Mixtral-8x7B was gated in June 2024, and other models of "
        "mistralai no longer are; of those with a question mark nothing newer was seen",
        date(2026, 11, 28),
    ),
}


@dataclass(frozen=True, slots=True)
class LanguageModel:
    name: str
    """On the model hub, such as meta-llama/Llama-3.1-8B-Instruct."""

    parameters: float
    """In billions, all experts together: each must be in memory, however few answer for a token."""

    precision: str
    """Of most weights: bf16, fp8 or mxfp4. What is remembered of a token is always bf16."""

    weights: int
    """Bytes of all weights."""

    layers: int
    """Layers that remember every token."""

    windowed: int
    """Layers that remember the last `window` tokens only."""

    window: int
    heads: int
    """Attention heads, which tensor parallelism divides among GPUs."""

    kv_heads: int
    """Key-value heads; 0 where a layer keeps one latent vector for all heads (MLA)."""

    head_dim: int
    """Numbers in a key, in a value, or in the latent vector with its position."""

    vocabulary: int
    context: int
    """Longest prompt and answer together, in tokens."""

    gated: bool | None = None
    """The Hub gives its files only to accounts that were granted access; None where that is not known."""

    def splits_over(self, gpus: int) -> bool:
        """Whether vLLM can divide its heads among so many GPUs; a key-value head may be on several."""
        if self.heads % gpus:
            return False
        return not self.kv_heads or self.kv_heads % gpus == 0 or gpus % self.kv_heads == 0


def of_weights(name: str, size: int) -> LanguageModel:
    """A model of which only the bytes of its weights are known: it remembers nothing and always splits."""
    return LanguageModel(name, 0, "", size, 0, 0, 0, 0, 0, 0, 0, 0)


_GATED = {"gated": True, "open": False, "?": None}


def _models() -> Iterator[LanguageModel]:
    for line in filter(None, _TABLE.splitlines()):
        name, parameters, precision, size, layers, window, heads, kv, dim, vocabulary, context, gated = (
            line.split()
        )
        full, _, windowed = layers.partition("+")
        yield LanguageModel(
            name=name,
            parameters=float(parameters),
            precision=precision,
            weights=round(float(size) * 10**9),
            layers=int(full),
            windowed=int(windowed or 0),
            window=0 if window == "-" else int(window),
            heads=int(heads),
            kv_heads=0 if kv == "mla" else int(kv),
            head_dim=int(dim),
            vocabulary=int(vocabulary),
            context=int(context),
            gated=_GATED[gated],
        )


# layers: those that remember everything + those with a window; KV: key-value heads.
# Only what reads and writes text: how much an image takes is nothing that a model's shape tells.
#
# model                                       10^9           GB layers win head  KV dim  vocab context Hub
_TABLE = """
meta-llama/Llama-3.1-8B-Instruct              8.03  bf16  16.06     32   -   32   8 128 128256  131072 gated
meta-llama/Llama-3.1-70B-Instruct            70.55  bf16 141.11     80   -   64   8 128 128256  131072 gated
meta-llama/Llama-3.1-405B-Instruct          405.85  bf16 811.71    126   -  128   8 128 128256  131072 gated
meta-llama/Llama-3.2-1B-Instruct              1.24  bf16   2.47     16   -   32   8  64 128256  131072 gated
meta-llama/Llama-3.2-3B-Instruct              3.21  bf16   6.43     28   -   24   8 128 128256  131072 gated
meta-llama/Llama-3.3-70B-Instruct            70.55  bf16 141.11     80   -   64   8 128 128256  131072 gated
RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic  70.55   fp8  72.71     80   -   64   8 128 128256  131072 ?

mistralai/Mistral-7B-Instruct-v0.3            7.25  bf16  14.50     32   -   32   8 128  32768   32768 open
mistralai/Mistral-Small-24B-Instruct-2501    23.57  bf16  47.14     40   -   32   8 128 131072   32768 ?
mistralai/Mixtral-8x7B-Instruct-v0.1         46.70  bf16  93.41     32   -   32   8 128  32000   32768 ?

Qwen/Qwen2.5-0.5B-Instruct                    0.49  bf16   0.99     24   -   14   2  64 151936   32768 open
Qwen/Qwen2.5-1.5B-Instruct                    1.54  bf16   3.09     28   -   12   2 128 151936   32768 open
Qwen/Qwen2.5-3B-Instruct                      3.09  bf16   6.17     36   -   16   2 128 151936   32768 open
Qwen/Qwen2.5-7B-Instruct                      7.62  bf16  15.23     28   -   28   4 128 152064   32768 open
Qwen/Qwen2.5-14B-Instruct                    14.77  bf16  29.54     48   -   40   8 128 152064   32768 open
Qwen/Qwen2.5-32B-Instruct                    32.76  bf16  65.53     64   -   40   8 128 152064   32768 open
Qwen/Qwen2.5-Coder-32B-Instruct              32.76  bf16  65.53     64   -   40   8 128 152064   32768 open
Qwen/Qwen2.5-72B-Instruct                    72.71  bf16 145.41     80   -   64   8 128 152064   32768 open

Qwen/Qwen3-0.6B                               0.75  bf16   1.50     28   -   16   8 128 151936   40960 open
Qwen/Qwen3-1.7B                               2.03  bf16   4.06     28   -   16   8 128 151936   40960 open
Qwen/Qwen3-4B                                 4.02  bf16   8.04     36   -   32   8 128 151936   40960 open
Qwen/Qwen3-8B                                 8.19  bf16  16.38     36   -   32   8 128 151936   40960 open
Qwen/Qwen3-14B                               14.77  bf16  29.54     40   -   40   8 128 151936   40960 open
Qwen/Qwen3-32B                               32.76  bf16  65.52     64   -   64   8 128 151936   40960 open
Qwen/Qwen3-30B-A3B                           30.53  bf16  61.06     48   -   32   4 128 151936   40960 open
Qwen/Qwen3-30B-A3B-Instruct-2507             30.53  bf16  61.06     48   -   32   4 128 151936  262144 open
Qwen/Qwen3-Coder-30B-A3B-Instruct            30.53  bf16  61.06     48   -   32   4 128 151936  262144 open
Qwen/Qwen3-235B-A22B                        235.09  bf16 470.19     94   -   64   4 128 151936   40960 open
Qwen/Qwen3-235B-A22B-Instruct-2507          235.09  bf16 470.19     94   -   64   4 128 151936  262144 open

deepseek-ai/DeepSeek-R1                     684.53   fp8 688.59     61   -  128 mla 576 129280  163840 open
deepseek-ai/DeepSeek-V3                     684.53   fp8 688.59     61   -  128 mla 576 129280  163840 open
deepseek-ai/DeepSeek-R1-Distill-Llama-8B      8.03  bf16  16.06     32   -   32   8 128 128256  131072 open
deepseek-ai/DeepSeek-R1-Distill-Llama-70B    70.55  bf16 141.11     80   -   64   8 128 128256  131072 open
deepseek-ai/DeepSeek-R1-Distill-Qwen-32B     32.76  bf16  65.53     64   -   40   8 128 152064  131072 open

microsoft/phi-4                              14.66  bf16  29.32     40   -   40  10 128 100352   16384 open

openai/gpt-oss-20b                           20.91 mxfp4  14.73  12+12 128   64   8  64 201088  131072 open
openai/gpt-oss-120b                         116.83 mxfp4  69.13  18+18 128   64   8  64 201088  131072 open
"""

MODELS: Mapping[str, LanguageModel] = {model.name: model for model in _models()}
"""Every model by its name on the hub, grouped by family and from small to large."""
