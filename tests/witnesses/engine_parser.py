"""The argument parsers of the real engines, asked in a Python that has the engine installed.

It imports nothing of this project, so that it runs in the engine's own environment:

    python engine_parser.py flags vllm 0.26.0 > components/gpu_cluster/catalog/engines/vllm-0.26.0.json
    python engine_parser.py types vllm 0.26.0 > components/gpu_cluster/catalog/models/vllm-0.26.0-types.json
    python engine_parser.py parse vllm < rendered.json

`flags` and `types` write what the catalog keeps of a release. `parse` reads a list of {"name": …,
"args": […], "wrong": …} and parses each list as the server would; it ends with 1 where a wrong one is
accepted, or another refused. docs/serving.md says how the environments are made.
"""

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

_SOURCES = {
    "vllm": "vllm.entrypoints.openai.cli_args.make_arg_parser of the release's wheel on PyPI",
    "sglang": "sglang.srt.server_args.ServerArgs.add_cli_args of the release's wheel on PyPI",
}
_NUMBERS = {"int": "int", "float": "float", "human_readable_int": "int", "human_readable_int_or_auto": "int"}


def main(mode: str, engine: str, *rest: str) -> int:
    if mode == "types":
        print(_types(*rest))
        return 0
    sys.argv[1:] = ["serve"]  # vLLM looks at it while it builds its parser
    parser = _parser(engine)
    if mode == "flags":
        [version] = rest
        print(_document(engine, version, parser))
        return 0
    given = json.load(sys.stdin)
    problems = list(_parsed(engine, parser, given))
    unexpected = sum(bool(problem) != each["wrong"] for each, problem in zip(given, problems, strict=True))
    refused = sum(bool(problem) for problem in problems)
    print(f"{len(given) - refused} accepted, {refused} refused, {unexpected} of them unexpectedly")
    return 1 if unexpected else 0


def _types(version: str) -> str:
    """Types of models whose config class vLLM or its transformers has."""
    own: Any = import_module("vllm.transformers_utils.config")
    others: Any = import_module("transformers.models.auto.configuration_auto")
    transformers: Any = import_module("transformers")
    types = sorted({*own._CONFIG_REGISTRY, *others.CONFIG_MAPPING_NAMES})
    document = {
        "version": version,
        "source": f"_CONFIG_REGISTRY of the release's wheel, and transformers {transformers.__version__}",
        "date": datetime.now(UTC).date().isoformat(),
        "types": types,
    }
    return json.dumps(document, indent=1)


def _parser(engine: str) -> Any:
    if engine == "vllm":
        flexible = import_module("vllm.utils.argparse_utils").FlexibleArgumentParser()
        return import_module("vllm.entrypoints.openai.cli_args").make_arg_parser(flexible)
    parser = argparse.ArgumentParser()
    import_module("sglang.srt.server_args").ServerArgs.add_cli_args(parser)
    return parser


def _document(engine: str, version: str, parser: Any) -> str:
    open_words = _open_words(engine)
    flags = [_flag(action, open_words) for action in parser._actions if action.option_strings]
    head = {
        "engine": engine,
        "version": version,
        "source": _SOURCES[engine],
        "date": datetime.now(UTC).date().isoformat(),
    }
    lines = ",\n".join(json.dumps(flag) for flag in sorted(flags, key=lambda flag: flag["name"]))
    return f'{json.dumps(head)[:-1]}, "flags": [\n{lines}\n]}}'


def _flag(action: Any, open_words: dict[str, list[str]]) -> dict[str, Any]:
    long = [name for name in action.option_strings if name.startswith("--")]
    name, *others = [name for name in long if not name.startswith("--no-")] or long
    flag: dict[str, Any] = {"name": name, "kind": _kind(action)}
    aliases = [*others, *(it for it in action.option_strings if not it.startswith("--"))]
    if aliases:
        flag["aliases"] = aliases
    if f"--no-{name[2:]}" in long:
        flag["negated"] = True
    if number := _NUMBERS.get(getattr(action.type, "__name__", "")):
        flag["number"] = number
    if name in open_words:
        flag |= {"choices": open_words[name], "open": True}
    elif action.choices:
        flag["choices"] = sorted({str(choice) for choice in action.choices if choice != "None"})
    return flag


def _kind(action: Any) -> str:
    match action.nargs:
        case 0:
            return "flag"
        case "+" | "*":
            return "values"
        case "?":
            return "optional"
        case _:
            return "value"


def _open_words(engine: str) -> dict[str, list[str]]:
    """Words that a plugin may add to, which the parser itself does not hold arguments to."""
    if engine != "vllm":
        return {"--speculative-algorithm": _algorithms()}
    tools = import_module("vllm.tool_parsers").ToolParserManager
    reasoning = import_module("vllm.reasoning").ReasoningParserManager
    quantization = import_module("vllm.model_executor.layers.quantization")
    return {
        "--tool-call-parser": sorted(tools.list_registered()),
        "--reasoning-parser": sorted(reasoning.list_registered()),
        "--quantization": sorted(quantization.QUANTIZATION_METHODS),
    }


def _algorithms() -> list[str]:
    """Built-in algorithms of SGLang."""
    found: Any = import_module("sglang.srt.speculative.spec_info")
    names = {*(each.name for each in found.SpeculativeAlgorithm), *found._RESERVED_ALIASES} - {"NONE"}
    return sorted(names)


def _parsed(engine: str, parser: Any, given: list[dict[str, Any]]) -> Iterator[str]:
    """Why each is refused; nothing where it is accepted."""
    for each in given:
        said = io.StringIO()
        problem = ""
        with contextlib.redirect_stderr(said):
            try:
                parsed = parser.parse_args(each["args"])
                if engine == "vllm":
                    import_module("vllm.entrypoints.openai.cli_args").validate_parsed_serve_args(parsed)
            except (SystemExit, ValueError, TypeError) as error:
                problem = " ".join(said.getvalue().strip().splitlines()[-1:]) or str(error)
        print(f"{'refused' if problem else 'accepted'} {each['name']} {problem}".rstrip())
        yield problem


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
