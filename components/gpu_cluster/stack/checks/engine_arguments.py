"""Arguments of an engine: known to its release, and set by neither the platform nor a key of the model."""

from collections.abc import Iterator, Mapping

from gpu_cluster.catalog.engines import Flag, flags_of
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_HTTP = "clients and probes speak plain HTTP to a replica"
_NODES = "nodes says on how many nodes a replica is"

PLATFORM = {
    "vllm": {
        "--model": "model says what is served",
        "--served-model-name": "a model is served under its name in the stack file",
        "--host": "a replica listens on every address of its pod",
        "--port": "a replica listens on port 8000",
        "--uds": "a replica listens on port 8000",
        "--grpc": _HTTP,
        "--ssl-keyfile": _HTTP,
        "--ssl-certfile": _HTTP,
        "--shutdown-timeout": "drainSeconds says it",
        "--hf-token": "the token comes from hubToken, or from a Secret by env",
        "--download-dir": "cache is where weights are downloaded to",
        "--config": "no file of arguments is mounted",
        "--headless": _NODES,
        "--nnodes": _NODES,
        "--node-rank": _NODES,
        "--master-addr": _NODES,
        "--master-port": _NODES,
        "--help": "the server would print its arguments and end",
    },
    "sglang": {
        "--model-path": "model says what is served",
        "--served-model-name": "a model is served under its name in the stack file",
        "--host": "a replica listens on every address of its pod",
        "--port": "a replica listens on port 8000",
        "--ssl-keyfile": _HTTP,
        "--ssl-certfile": _HTTP,
        "--enable-metrics": "it is set anyway",
        "--download-dir": "cache is where weights are downloaded to",
        "--config": "no file of arguments is mounted",
        "--nnodes": _NODES,
        "--node-rank": _NODES,
        "--dist-init-addr": _NODES,
        "--help": "the server would print its arguments and end",
    },
    "text-embeddings-inference": {
        "--model-id": "model says what is served",
        "--served-model-name": "a model is served under its name in the stack file",
        "--hostname": "a replica listens on every address of its pod",
        "--port": "a replica listens on port 8000",
        "--huggingface-hub-cache": "cache is where weights are downloaded to",
        "--hf-token": "the token comes from hubToken, or from a Secret by env",
        "--hf-api-token": "the token comes from hubToken, or from a Secret by env",
    },
    "triton": {
        "--model-repository": "it is the folder of the model in its store or cache",
        "--http-port": "a replica listens on port 8000",
        "--metrics-port": "metrics are on port 8002",
        "--exit-timeout-secs": "drainSeconds says it",
    },
}
"""Arguments that the platform sets, or that would break what it relies on, by engine, with the reason."""

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
"""Arguments that have a key of their own, by engine: what they say reaches the checks too."""


def argument_mistakes(keys: Keys, engine: str, release: str | None, words: list[str]) -> Iterator[Diagnostic]:
    """`keys`: those of the arguments; of a release whose parser was not read, names and values pass."""
    flags = flags_of(engine, release)
    for flag, values in split_arguments(words):
        name = _name(flag, flags)
        if reason := PLATFORM.get(engine, {}).get(name):
            yield Diagnostic(keys, f"{flag} is the platform's: {reason}")
        elif key := TYPED.get(engine, {}).get(name):
            yield Diagnostic(keys, f"{flag} has a key of its own, which checks know of: set {key}")
        elif flags is not None and (problem := argument_problem(flag, values, flags, f"{engine} {release}")):
            yield Diagnostic(keys, problem)


def split_arguments(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each argument with its values; words before the first argument are one of their own, without a name.

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
    """A negative number is a value."""
    return word.startswith("-") and not word[1:2].isdigit() and word != "-"


def _name(flag: str, flags: Mapping[str, Flag] | None) -> str:
    """Long name with dashes, without the keys of a JSON argument: --a_b.c is --a-b."""
    written = flag.partition(".")[0].replace("_", "-") if flag.startswith("--") else flag
    known = (flags or {}).get(written)
    return known.name if known else written


def argument_problem(flag: str, values: list[str], flags: Mapping[str, Flag], release: str) -> str | None:
    """Reason for which the parser of the release would refuse the value; None if it takes it."""
    if not flag:
        return f"expected an argument such as --seed, got '{values[0]}'"
    known = flags.get(_name(flag, flags))
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
    """Why a value is none that the argument takes; $(NAME) stands for a variable."""
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
    """vLLM takes 8k and 1.5M for some whole numbers too, and auto for the context."""
    text = value.removesuffix(value[-1:]) if value[-1:].isalpha() and value != "auto" else value
    if value == "auto":
        return True
    try:
        float(text)
    except ValueError:
        return False
    return number == "float" or "." not in text or text != value
