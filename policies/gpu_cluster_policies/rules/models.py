"""Rule for models: allowed sources, pinned revisions and hub tokens."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any, cast

from gpu_cluster_policies.context import EvaluationContext
from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.resource import Container, Resource, Subjects, containers
from gpu_cluster_policies.rule import Level, Rule, Violation, rule

_SERVERS = re.compile(
    r"vllm|sglang|text-generation-inference|\btgi\b|text-embeddings|mirror_weights|--model-(repository|store)\b"
)
_MODEL_FLAGS = ("--model", "--model-id", "--model-path", "--model-repository", "--model-store")
_DRAFT_FLAGS = ("--speculative-draft-model-path", "--speculative_draft_model_path")
_DRAFT_REVISION_FLAGS = ("--speculative-draft-model-revision", "--speculative_draft_model_revision")
_DRAFT_OBJECT_FLAGS = ("--speculative-config", "--speculative_config")
_ADAPTER_FLAGS = ("--lora-modules", "--lora_modules", "--lora-paths", "--lora_paths")
_TOKEN_FLAGS = ("--hf-token", "--hf_token")
_TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_TOKEN")
_HUB = "hf://"
_OF_CLUSTER = ("pvc://", "/")
"""Addresses of volumes of the cluster.

Source: kserve.github.io, storage of models; 2026-11-30.
"""

_NO_STORE = "modelStores of policies/settings.yaml, which names none"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class _Server:
    """Container that loads or mirrors a model, with its command line."""

    container: Container
    words: tuple[Property, ...]

    def told(self, *flags: str) -> Iterator[Property]:
        """Values of a flag, after it or after `=`."""
        for index, word in enumerate(self.words):
            flag, equals, _ = word.text.partition("=")
            if flag in flags:
                yield word if equals or index + 1 == len(self.words) else self.words[index + 1]

    def listed(self, *flags: str) -> Iterator[Property]:
        """The words behind a flag that takes several, up to the next flag."""
        for index, word in enumerate(self.words):
            flag, equals, _ = word.text.partition("=")
            if flag in flags:
                yield from [word] if equals else []
                yield from takewhile(lambda it: not it.text.startswith("-"), self.words[index + 1 :])

    def model(self) -> Property | None:
        """Served model: from a flag, or the first word after `serve`."""
        by_flag = next(self.told(*_MODEL_FLAGS), None)
        if by_flag:
            return by_flag
        texts = [word.text for word in self.words]
        after = texts.index("serve") + 1 if "serve" in texts else 0
        named = [word for word in self.words[after:] if not word.text.startswith("-")]
        return named[0] if after and named else None


def _loaded(resource: Resource) -> Iterator[_Server | Property]:
    """Model servers, and addresses from which an operator loads a model."""
    yield from resource.templates.models
    yield from _servers(resource)


def _servers(resource: Resource) -> Iterator[_Server]:
    for container in containers(resource):
        words = tuple(word for key in ("command", "args") for word in container.at(key).items())
        called = " ".join([container.at("image").text, *(word.text for word in words)])
        if _SERVERS.search(called):
            yield _Server(container, words)


def model_sources(context: EvaluationContext) -> Rule:
    """Rule for the allowed model sources of a stack."""
    stores = context.settings.model_stores
    allowed = f"one of {', '.join(sorted(stores))}" if stores else _NO_STORE

    @rule(
        82,
        "model-sources",
        "Models come from an allowed store, in a revision that stays, without a literal hub token",
        of=Subjects(containers.kinds, _loaded),
        level=Level.MANDATORY,
        references="OWASP LLM03:2025; MITRE ATLAS AML.T0010; vLLM: engine arguments, revision",
        fix="set revision in gpu-cluster:serving.models.<name> to a commit of the model, and hubToken of "
        "gpu-cluster:serving by `pulumi config set --secret`; to allow the owner of a model, "
        "draft or adapter, add it to modelStores of policies/settings.yaml",
    )
    def judge(server: _Server | Property) -> Iterator[Violation]:
        """The owner of a model can change its weights, code and license between restarts."""
        if isinstance(server, Property):
            yield from address(server)
            return
        yield from _literal_tokens(server)
        model = server.model()
        if model is None:
            yield Violation(server.container.at("args"), f"with a model from {allowed}")
            return
        name = _value(model)
        yield from origin(server, model, name)
        if not _is_stored(name):
            yield from _moving_revision(server, name)
        for draft in _drafts(server):
            yield from origin(server, draft.word, draft.name, "a draft model ")
            if not _is_stored(draft.name) and not _COMMIT.fullmatch(draft.revision):
                actual = f"{draft.name} in revision {draft.revision or 'of its main branch'}"
                yield Violation(draft.word, "a draft model in a revision that is a commit", actual=actual)
        for word, name in _adapters(server):
            yield from origin(server, word, name, "an adapter ")

    def address(given: Property) -> Iterator[Violation]:
        if not given.text or given.text.startswith(_OF_CLUSTER):
            return
        name, revision = _hub_model(given.text)
        if not any(fnmatchcase(name, store) for store in stores):
            yield Violation(given, f"from {allowed}")
        if given.text.startswith(_HUB) and not _COMMIT.fullmatch(revision):
            yield Violation(given, "with a commit of the model, as hf://<owner>/<model>:<commit>")

    def origin(server: _Server, word: Property, name: str, kind: str = "") -> Iterator[Violation]:
        if name.startswith("/"):
            if not any(_within(name, mount.at("mountPath").text) for mount in _mounts(server)):
                yield Violation(word, f"{kind}{'at' if kind else 'a path in'} a volume of the container")
        elif not any(fnmatchcase(name, store) for store in stores):
            yield Violation(word, f"{kind}from {allowed}")

    return judge


def _hub_model(address: str) -> tuple[str, str]:
    """Model and revision of hf://owner/model:revision; other addresses are whole."""
    if not address.startswith(_HUB):
        return address, ""
    name, _, revision = address.removeprefix(_HUB).partition(":")
    return name, revision


def _is_stored(name: str) -> bool:
    """Whether a name is a path or a bucket, for which no revision is required."""
    return name.startswith(("/", "s3://"))


def _moving_revision(server: _Server, model: str) -> Iterator[Violation]:
    revision = next(server.told("--revision"), None)
    if revision is None:
        expected = "with --revision and a commit of the model"
        yield Violation(server.container.at("args"), expected, actual=f"without --revision for {model}")
    elif not _COMMIT.fullmatch(_value(revision)):
        yield Violation(revision, "a commit of 40 hexadecimal digits, because branches and tags can move")


@dataclass(frozen=True)
class _Draft:
    """A model that proposes tokens to the one that is served."""

    word: Property
    name: str
    revision: str


def _drafts(server: _Server) -> Iterator[_Draft]:
    for word in server.told(*_DRAFT_OBJECT_FLAGS):
        given = _object(_value(word))
        if isinstance(name := given.get("model"), str):
            yield _Draft(word, name, str(given.get("revision", "")))
    revisions = [_value(word) for word in server.told(*_DRAFT_REVISION_FLAGS)]
    for word in server.told(*_DRAFT_FLAGS):
        yield _Draft(word, _value(word), next(iter(revisions), ""))


def _adapters(server: _Server) -> Iterator[tuple[Property, str]]:
    """Each as `name=path`, or as an object with `path`."""
    for word in server.listed(*_ADAPTER_FLAGS):
        text = _value(word)
        path = _object(text).get("path") or _object(text).get("lora_path") or text.partition("=")[2]
        yield word, str(path or text)


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast(Mapping[str, Any], found) if isinstance(found, dict) else {}


def _literal_tokens(server: _Server) -> Iterator[Violation]:
    for word in server.told(*_TOKEN_FLAGS):
        if not _value(word).startswith("$("):
            yield Violation(word, "not set; use HF_TOKEN from a Secret", actual="a literal token")
    for variable in server.container.at("env").items():
        value = variable.at("value")
        if variable.at("name").text in _TOKENS and value.text:
            yield Violation(value, "a reference to a Secret", actual="a literal token")


def _value(word: Property) -> str:
    """Value of a command-line word: itself, or the text after `=`."""
    text = word.text
    return text.partition("=")[2] if text.startswith("--") else text


def _mounts(server: _Server) -> Iterable[Property]:
    return server.container.at("volumeMounts").items()


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
