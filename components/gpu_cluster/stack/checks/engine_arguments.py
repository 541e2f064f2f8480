"""Engine arguments: known to the release, and set neither by the platform nor by a key of the model."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog.engines import Flag, flags_of
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_HTTP = "clients and probes use plain HTTP"
_NODES = "it is set from nodes"

PLATFORM = {
    "vllm": {
        "--model": "it is set from model",
        "--served-model-name": "it is set to the name of the model in the stack file",
        "--host": "replicas listen on every pod address",
        "--port": "replicas listen on port 8000",
        "--uds": "replicas listen on port 8000",
        "--grpc": _HTTP,
        "--ssl-keyfile": _HTTP,
        "--ssl-certfile": _HTTP,
        "--shutdown-timeout": "it is set from drainSeconds",
        "--hf-token": "set hubToken, or env with a Secret",
        "--download-dir": "it is set from cache",
        "--config": "no argument file is mounted",
        "--headless": _NODES,
        "--nnodes": _NODES,
        "--node-rank": _NODES,
        "--master-addr": _NODES,
        "--master-port": _NODES,
        "--help": "the server would print its help and exit",
    },
    "sglang": {
        "--model-path": "it is set from model",
        "--served-model-name": "it is set to the name of the model in the stack file",
        "--host": "replicas listen on every pod address",
        "--port": "replicas listen on port 8000",
        "--ssl-keyfile": _HTTP,
        "--ssl-certfile": _HTTP,
        "--enable-metrics": "the platform always sets it",
        "--download-dir": "it is set from cache",
        "--config": "no argument file is mounted",
        "--nnodes": _NODES,
        "--node-rank": _NODES,
        "--dist-init-addr": _NODES,
        "--help": "the server would print its help and exit",
    },
    "text-embeddings-inference": {
        "--model-id": "it is set from model",
        "--served-model-name": "it is set to the name of the model in the stack file",
        "--hostname": "replicas listen on every pod address",
        "--port": "replicas listen on port 8000",
        "--huggingface-hub-cache": "it is set from cache",
        "--hf-token": "set hubToken, or env with a Secret",
        "--hf-api-token": "set hubToken, or env with a Secret",
    },
    "triton": {
        "--model-repository": "it is set to the model's folder in the store or cache",
        "--http-port": "replicas listen on port 8000",
        "--metrics-port": "metrics are on port 8002",
        "--exit-timeout-secs": "it is set from drainSeconds",
    },
}
"""Arguments that are not allowed, by engine, with the reason."""

TYPED = {
    "vllm": {
        "--revision": "revision",
        "--max-model-len": "context",
        "--max-num-seqs": "maxSequences",
        "--max-num-batched-tokens": "batchedTokens",
        "--gpu-memory-utilization": "gpuMemoryUtilization",
        "--quantization": "quantization",
        "--kv-cache-dtype": "kvCacheDtype",
        "--tensor-parallel-size": "tensorParallel",
        "--pipeline-parallel-size": "pipelineParallel",
        "--data-parallel-size": "dataParallel",
        "--enable-expert-parallel": "expertParallel",
        "--speculative-config": "speculative",
        "--spec-method": "speculative.method",
        "--spec-model": "speculative.model",
        "--spec-tokens": "speculative.tokens",
        "--enable-lora": "lora",
        "--lora-modules": "lora.modules",
        "--max-loras": "lora.atOnce",
        "--max-lora-rank": "lora.maxRank",
        "--tool-call-parser": "toolParser",
        "--enable-auto-tool-choice": "toolParser",
        "--reasoning-parser": "reasoningParser",
        "--chat-template": "chatTemplate",
    },
    "sglang": {
        "--revision": "revision",
        "--context-length": "context",
        "--max-running-requests": "maxSequences",
        "--chunked-prefill-size": "batchedTokens",
        "--mem-fraction-static": "gpuMemoryUtilization",
        "--quantization": "quantization",
        "--kv-cache-dtype": "kvCacheDtype",
        "--tp-size": "tensorParallel",
        "--pp-size": "pipelineParallel",
        "--dp-size": "dataParallel",
        "--ep-size": "expertParallel",
        "--speculative-algorithm": "speculative.method",
        "--speculative-draft-model-path": "speculative.model",
        "--speculative-draft-model-revision": "speculative.revision",
        "--speculative-num-draft-tokens": "speculative.tokens",
        "--enable-lora": "lora",
        "--lora-paths": "lora.modules",
        "--max-loras-per-batch": "lora.atOnce",
        "--max-lora-rank": "lora.maxRank",
        "--tool-call-parser": "toolParser",
        "--reasoning-parser": "reasoningParser",
        "--chat-template": "chatTemplate",
    },
    "text-embeddings-inference": {
        "--revision": "revision",
        "--max-concurrent-requests": "maxSequences",
        "--max-batch-tokens": "batchedTokens",
    },
}
"""Arguments with a key of the stack file, by engine; the key is validated."""


_MEASURED = ("--disable-log-stats",)
"""Arguments that remove metrics, which autoscaling, alerts and dashboards read."""

_SECRET = ("--api-key", "--admin-api-key", "--ssl-keyfile-password")
"""Arguments whose value is a secret, which everyone who may read pods would read."""


def argument_diagnostics(
    keys: Keys, engine: str, release: str | None, words: list[str]
) -> Iterator[Diagnostic]:
    """`keys`: path of the arguments. For an unknown release, names and values are not checked."""
    flags = flags_of(engine, release)
    for flag, values in split_arguments(words):
        name = canonical_name(flag, flags)
        if reason := PLATFORM.get(engine, {}).get(name):
            yield Diagnostic(keys, f"{flag} is set by the platform: {reason}")
        elif key := TYPED.get(engine, {}).get(name):
            yield Diagnostic(keys, f"{flag} is not allowed in args; set {key}, which is validated")
        elif name in _MEASURED and engine == "vllm":
            message = f"{flag} is not allowed: autoscaling, alerts and dashboards read these metrics"
            yield Diagnostic(keys, message)
        elif name in _SECRET and any(not value.startswith("$(") for value in values):
            message = f"the value of {flag} is a secret; set env with a Secret, and $(NAME) as the value"
            yield Diagnostic(keys, message)
        elif flags is not None and (problem := argument_problem(flag, values, flags, f"{engine} {release}")):
            yield Diagnostic(keys, problem)


def split_arguments(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Arguments with their values; words before the first argument have an empty name.

    list(split_arguments(["--seed=1", "--middleware", "a", "-q", "fp8"]))
    # [("--seed", ["1"]), ("--middleware", ["a"]), ("-q", ["fp8"])]
    """
    flag, values = "", list[str]()
    for word in words:
        if not _is_flag(word):
            values.append(word)
            continue
        if flag or values:
            yield flag, values
        flag, equals, value = word.partition("=")
        values = [value] if equals else []
    if flag or values:
        yield flag, values


def _is_flag(word: str) -> bool:
    """Whether a word is an argument; negative numbers are values."""
    return word.startswith("-") and not word[1:2].isdigit() and word != "-"


def canonical_name(flag: str, flags: Mapping[str, Flag] | None) -> str:
    """Canonical long name: --a_b.c is --a-b, and of SGLang --tp is --tp-size, as its parser has it."""
    written = flag.partition(".")[0].replace("_", "-") if flag.startswith("--") else flag
    known = (flags or {}).get(written)
    begun = {it.name for name, it in (flags or {}).items() if name.startswith(f"{written}-size")}
    return known.name if known else next(iter(begun)) if len(begun) == 1 else written


def argument_problem(flag: str, values: list[str], flags: Mapping[str, Flag], release: str) -> str | None:
    """Reason why the parser of the release would refuse the value, or None."""
    if not flag:
        return f"expected an argument such as --seed, got '{values[0]}'"
    known = flags.get(canonical_name(flag, flags))
    if known is None:
        long = [name for name in flags if name.startswith("--")]
        return f"unknown argument {flag} of {release}{did_you_mean(flag, long)}"
    nested = "." in flag
    if problem := _count_problem(flag, values, known, nested=nested):
        return problem
    if nested:
        return None
    for value in values:
        if problem := value_problem(value, known):
            return f"{flag}: {problem}"
    return None


def _count_problem(flag: str, values: list[str], known: Flag, *, nested: bool) -> str | None:
    if flag.startswith("--no-") and known.negated and flag.replace("_", "-") != known.name:
        return f"{flag} takes no value, got '{values[0]}'" if values else None
    match known.kind:
        case "flag" if values:
            return f"{flag} takes no value, got '{values[0]}'"
        case "value" if len(values) != 1 and not nested:
            return f"{flag} takes one value, got {len(values) or 'none'}"
        case "values" if not values:
            return f"{flag} takes one value or more, got none"
        case "optional" if len(values) > 1:
            return f"{flag} takes one value at most, got {len(values)}"
        case _:
            return None


def value_problem(value: str, known: Flag) -> str | None:
    """Reason why a value is invalid, or None; $(NAME) is a variable."""
    if value.startswith("$("):
        return None
    if known.choices and value not in known.choices:
        near = did_you_mean(value, known.choices)
        listed = "" if near else f"; expected {one_of(known.choices)}"
        return f"unknown value '{value}'{near}{listed}"
    if known.number and not _is_number(value, known.number):
        return f"expected a {'whole ' if known.number == 'int' else ''}number, got '{value}'"
    return None


def _is_number(value: str, number: str) -> bool:
    """vLLM also accepts 8k and 1.5M for some whole numbers, and auto for the context."""
    text = value.removesuffix(value[-1:]) if value[-1:].isalpha() and value != "auto" else value
    if value == "auto":
        return True
    try:
        float(text)
    except ValueError:
        return False
    return number == "float" or "." not in text or text != value
