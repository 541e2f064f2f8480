"""Rules for secrets: that none is written where anybody may read it."""

import re
from collections.abc import Iterable, Iterator

from policies.field import Field
from policies.rule import Level, Violation, rule
from policies.subject import Resource

_NAMES = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY"
    r"|(API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_KEY(_ID)?)$"
)
"""Last words of names that hold a secret; HF_TOKEN_PATH and MAX_TOKENS do not."""

_VALUES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS access key
    r"|\bhf_[A-Za-z0-9]{30,}"  # Hugging Face
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"  # GitHub
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\bnvapi-[A-Za-z0-9_-]{20,}"  # NVIDIA
    r"|://[^/\s:@]+:[^/\s:@$]+@"  # user and password in a URL
)
"""Shapes that only secrets have."""


def _readable(resource: Resource) -> Iterable[tuple[str, Field]]:
    """Names and values that everybody who may see the object can read."""
    if resource.kind == "ConfigMap":
        yield from resource.at("data").entries()
    if resource.pod:
        for container in resource.pod.containers:
            for variable in container.at("env").items():
                yield variable.at("name").text, variable.at("value")


@rule(
    62,
    "no-literal-secrets",
    "No secret is written in an environment variable or ConfigMap",
    of=_readable,
    level=Level.MANDATORY,
    references="CKV_K8S_35; KSV-0109; CIS 4.4.1; C-0012",
    fix="keep it in a Secret and refer to it with valueFrom.secretKeyRef; a model hub's token goes to "
    "gpu-cluster:serving.hubToken by `pulumi config set --secret`",
)
def no_literal_secrets(named: tuple[str, Field]) -> Iterator[Violation]:
    """Whoever may read a workload or a ConfigMap reads it, and so do logs and diffs."""
    name, field = named
    if not field.text or field.text.startswith("$("):
        return
    if _NAMES.search(_upper_words(name)) or _VALUES.search(field.text):
        yield Violation(field, "a reference to a Secret", actual="a literal secret")


def _upper_words(name: str) -> str:
    """`hubToken`, `hub-token` and `HUB_TOKEN` alike."""
    return re.sub(r"[^A-Z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper())
