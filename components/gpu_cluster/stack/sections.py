"""Keys around the sections of a Pulumi stack file: its top-level keys and other namespaces."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml.nodes import MappingNode

from gpu_cluster.config.stack import Stack
from gpu_cluster.config.team_stack import TeamFile
from gpu_cluster.stack.diagnostic import Diagnostic, Keys
from gpu_cluster.stack.document import Document
from gpu_cluster.stack.suggestions import did_you_mean, one_of
from gpu_cluster.stack.type_introspection import keys_of
from gpu_cluster.stack.yaml_nodes import described

NAMESPACE = "gpu-cluster"
TOP_LEVEL = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")


@dataclass(frozen=True)
class StackKind:
    """One of the two kinds of stack file: that of an environment, and that of a team on one."""

    model: type[Stack] | type[TeamFile]
    models: Keys
    """Keys of the served models."""

    holds: str
    """The sections that it cannot do without, in words."""

    @property
    def sections(self) -> list[str]:
        return keys_of(self.model)


ENVIRONMENT = StackKind(Stack, ("serving", "models"), "gpu-cluster:cluster and gpu-cluster:pools")
TEAM = StackKind(TeamFile, ("models",), "gpu-cluster:team")


def kind_of_file(document: Document) -> StackKind:
    """A team's file names its team, and has neither cluster nor pools."""
    given = {it for it in ("team", "cluster", "pools") if document.node(("config", config_key(it)))}
    return TEAM if given == {"team"} else ENVIRONMENT


def config_key(section: str) -> str:
    """Key in `config:`, such as `gpu-cluster:pools`, or `aws:region` in another namespace."""
    return section if ":" in section else f"{NAMESPACE}:{section}"


def rooted(keys: Keys) -> Keys:
    """Keys from a section on as keys from the root of the file on."""
    return ("config", config_key(str(keys[0])), *keys[1:]) if keys else ("config",)


def unrooted(keys: Keys) -> Keys:
    """The other way round."""
    section = str(keys[1]).removeprefix(f"{NAMESPACE}:") if len(keys) > 1 else ""
    return (section, *keys[2:])


def sections_of(document: Document, kind: StackKind) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The known sections as plain data, `None` without a usable `config:`, and the errors around them."""
    if not isinstance(document.root, MappingNode):
        return None, [Diagnostic((), f"expected keys such as config:, got {described(document.root)}")]
    diagnostics = [
        Diagnostic((key,), _unknown_top_level(key)) for key in document.data if key not in TOP_LEVEL
    ]
    config = document.node(("config",))
    if not config:
        missing = f"config: is missing; it holds {kind.holds}"
        return None, [*diagnostics, Diagnostic((), missing)]
    if not isinstance(config, MappingNode):
        wrong = f"expected keys such as gpu-cluster:cluster, got {described(config)}"
        return None, [*diagnostics, Diagnostic(("config",), wrong)]
    given: dict[str, Any] = document.data["config"]
    known = {section: given[key] for section in kind.sections if (key := config_key(section)) in given}
    return known, [*diagnostics, *_unknown_sections(given, kind.sections)]


def _unknown_top_level(key: str) -> str:
    if key.startswith(f"{NAMESPACE}:"):
        return "belongs under config:"
    return f"unknown key{did_you_mean(key, TOP_LEVEL) or f'; allowed: {one_of(TOP_LEVEL)}'}"


def _unknown_sections(config: dict[str, Any], known: list[str]) -> Iterator[Diagnostic]:
    own = [section for section in known if ":" not in section]
    for key in config:
        namespace, colon, section = key.partition(":")
        if not colon:
            yield Diagnostic(("config", key), _without_namespace(key, known))
        elif namespace == NAMESPACE and section not in own:
            yield Diagnostic(("config", key), _unknown_section(section, known))
        elif namespace != NAMESPACE and SequenceMatcher(None, namespace, NAMESPACE).ratio() > 0.8:
            right = did_you_mean(section, own, prefix=f"{NAMESPACE}:") or did_you_mean(namespace, [NAMESPACE])
            yield Diagnostic(("config", key), f"unknown namespace{right}")


def _without_namespace(key: str, known: list[str]) -> str:
    near = _near(key, known)
    return f"the namespace is missing{near or f'; a setting is written as {NAMESPACE}:<section>'}"


def _unknown_section(section: str, known: list[str]) -> str:
    own = [each for each in known if ":" not in each]
    first = section.partition(".")[0]
    if first in own and first != section:
        return f"unknown section; to set one value inside {first} use `pulumi config set --path`"
    return f"unknown section{_near(section, known) or f'; allowed: {one_of(own)}'}"


def _near(section: str, known: list[str]) -> str:
    elsewhere = {key.partition(":")[2]: key for key in known if ":" in key}
    if section in elsewhere:
        return f", did you mean '{elsewhere[section]}'?"
    return did_you_mean(section, (key for key in known if ":" not in key), prefix=f"{NAMESPACE}:")
