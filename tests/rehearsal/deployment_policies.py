"""Policies for a deployment: the calls that they allow, and the same policies without one action."""

from collections.abc import Iterable, Sequence

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.iam.call_log import RecordedCall
from gpu_cluster_tools.rehearsal.aws.iam.deployment_policy import Document
from gpu_cluster_tools.rehearsal.aws.iam.documents import policy_of
from gpu_cluster_tools.rehearsal.aws.iam.evaluation import AccessRequest, Caller, Policies, decide


def allows(documents: Sequence[Document], recorded: RecordedCall) -> bool:
    """True if the policies alone allow a call."""
    who = Caller(recorded.principal, identity.session_of(recorded.principal))
    call = AccessRequest(who, recorded.action, recorded.resource, recorded.context)
    return decide(call, Policies(tuple(map(policy_of, documents)))).allowed


def actions_of(documents: Iterable[Document]) -> list[str]:
    """Every action that the policies allow, in order."""
    return sorted({action for it in documents for each in it["Statement"] for action in each["Action"]})


def without(documents: Iterable[Document], action: str) -> list[Document]:
    """The policies without one action."""
    return [
        {
            **document,
            "Statement": [
                {**each, "Action": kept}
                for each in document["Statement"]
                if (kept := [it for it in each["Action"] if it != action])
            ],
        }
        for document in documents
    ]
