"""IAM policy files: permissions required to deploy a stack, and policies to use in a rehearsal."""

import json
from collections.abc import Iterable
from pathlib import Path

from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import ATTACHED_POLICIES, documents_for
from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError, parse
from gpu_cluster_tools.rehearsal.aws.iam.later_updates import later_updates
from gpu_cluster_tools.rehearsal.errors import RehearsalError


def write(path: Path, calls: Iterable[RecordedCall]) -> list[Path]:
    """Write the policies that allow the calls and later updates.

    If they exceed the size of a managed policy, further files are written beside the first.
    """
    made = list(calls)
    documents = documents_for([*made, *later_updates(made)])
    if len(documents) > ATTACHED_POLICIES:
        raise RehearsalError(f"{len(documents)} policies: a role has at most {ATTACHED_POLICIES}")
    paths = [path, *(path.with_stem(f"{path.stem}-{number}") for number in range(2, len(documents) + 1))]
    for each, document in zip(paths, documents, strict=False):
        each.write_text(json.dumps(document, indent=2) + "\n")
    return paths[: len(documents)]


def read(paths: Iterable[Path]) -> tuple[str, ...]:
    """Policy documents. `RehearsalError` with every file that cannot be read or is not a policy."""
    texts: list[str] = []
    wrong: list[str] = []
    for path in paths:
        try:
            text = path.read_text()
            parse(text)
            texts.append(text)
        except OSError as error:
            wrong.append(f"{path}: {error.strerror}")
        except UnicodeDecodeError:
            wrong.append(f"{path}: it is not text")
        except PolicyError as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        raise RehearsalError("\n".join(wrong))
    return tuple(texts)
