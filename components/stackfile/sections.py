"""What surrounds the sections in a Pulumi stack file: its own top-level keys and other namespaces."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml.nodes import MappingNode

from components.config.stack import Stack
from components.stackfile.document import Document
from components.stackfile.nearest import did_you_mean, one_of
from components.stackfile.nodes import described
from components.stackfile.problem import Keys, Mistake

NAMESPACE = "gpu-cluster"
TOP_LEVEL = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")
SECTIONS = tuple(field.alias or name for name, field in Stack.model_fields.items())
_OWN = tuple(section for section in SECTIONS if ":" not in section)
_ELSEWHERE = {key.partition(":")[2]: key for key in SECTIONS if ":" in key}


def config_key(section: str) -> str:
    """As `config:` has it: `gpu-cluster:pools`, and `aws:region` in a namespace that is not ours."""
    return section if ":" in section else f"{NAMESPACE}:{section}"


def rooted(keys: Keys) -> Keys:
    """Keys from a section on as keys from the root of the file on."""
    return ("config", config_key(str(keys[0])), *keys[1:]) if keys else ("config",)


def unrooted(keys: Keys) -> Keys:
    """The other way round."""
    section = str(keys[1]).removeprefix(f"{NAMESPACE}:") if len(keys) > 1 else ""
    return (section, *keys[2:])


def sections_of(document: Document) -> tuple[dict[str, Any] | None, list[Mistake]]:
    """The known sections as plain data, `None` where there is no place for them, and what is wrong around."""
    if not isinstance(document.root, MappingNode):
        return None, [Mistake((), f"expected keys such as config:, got {described(document.root)}")]
    mistakes = [Mistake((key,), _unknown_top_level(key)) for key in document.data if key not in TOP_LEVEL]
    config = document.node(("config",))
    if not config:
        missing = "config: is missing; it holds gpu-cluster:cluster and gpu-cluster:pools"
        return None, [*mistakes, Mistake((), missing)]
    if not isinstance(config, MappingNode):
        wrong = f"expected keys such as gpu-cluster:cluster, got {described(config)}"
        return None, [*mistakes, Mistake(("config",), wrong)]
    given: dict[str, Any] = document.data["config"]
    known = {section: given[key] for section in SECTIONS if (key := config_key(section)) in given}
    return known, [*mistakes, *_unknown_sections(given)]


def _unknown_top_level(key: str) -> str:
    if key.startswith(f"{NAMESPACE}:"):
        return "belongs under config:"
    return f"unknown key{did_you_mean(key, TOP_LEVEL) or f'; allowed: {one_of(TOP_LEVEL)}'}"


def _unknown_sections(config: dict[str, Any]) -> Iterator[Mistake]:
    for key in config:
        namespace, colon, section = key.partition(":")
        if not colon:
            yield Mistake(("config", key), _without_namespace(key))
        elif namespace == NAMESPACE and section not in _OWN:
            yield Mistake(("config", key), _unknown_section(section))
        elif namespace != NAMESPACE and SequenceMatcher(None, namespace, NAMESPACE).ratio() > 0.8:
            right = did_you_mean(section, _OWN, prefix=f"{NAMESPACE}:") or did_you_mean(
                namespace, [NAMESPACE]
            )
            yield Mistake(("config", key), f"unknown namespace{right}")


def _without_namespace(key: str) -> str:
    near = _near(key)
    return f"the namespace is missing{near or f'; a setting is written as {NAMESPACE}:<section>'}"


def _unknown_section(section: str) -> str:
    first = section.partition(".")[0]
    if first in _OWN and first != section:
        return f"unknown section; to set one value inside {first} use `pulumi config set --path`"
    return f"unknown section{_near(section) or f'; allowed: {one_of(_OWN)}'}"


def _near(section: str) -> str:
    if section in _ELSEWHERE:
        return f", did you mean '{_ELSEWHERE[section]}'?"
    return did_you_mean(section, _OWN, prefix=f"{NAMESPACE}:")
