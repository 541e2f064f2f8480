"""Who may use a cluster's API: access entries and their policies."""

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.eks import call, parts, retag

_ENTRY = ("kubernetesGroups", "userName")


def _update_entry(api: Api, id: str, inputs: Inputs) -> None:
    cluster, principal = parts(id)
    name = {"username": inputs["userName"]} if "userName" in inputs else {}
    groups = inputs.get("kubernetesGroups", [])
    call(
        api, "UpdateAccessEntry", clusterName=cluster, principalArn=principal, kubernetesGroups=groups, **name
    )


def _read_entry(api: Api, id: str, _state: State) -> Answer | None:
    cluster, principal = parts(id)
    return call(api, "DescribeAccessEntry", clusterName=cluster, principalArn=principal)["accessEntry"]


def _delete_entry(api: Api, id: str, _state: State) -> None:
    cluster, principal = parts(id)
    call(api, "DeleteAccessEntry", clusterName=cluster, principalArn=principal)


def _key(id: str) -> Answer:
    cluster, principal, policy = id.split("#")
    return {"clusterName": cluster, "principalArn": principal, "policyArn": policy}


def _read_association(api: Api, id: str, _state: State) -> Answer | None:
    key = _key(id)
    wanted = key.pop("policyArn")
    listed = call(api, "ListAssociatedAccessPolicies", **key)["associatedAccessPolicies"]
    found = next((each for each in listed if each["policyArn"] == wanted), None)
    return found | key if found else None


KINDS = (
    Kind(
        type="aws:eks/accessEntry:AccessEntry",
        service="eks",
        create="CreateAccessEntry",
        identify=lambda inputs, _answer: f"{inputs['clusterName']}:{inputs['principalArn']}",
        read=_read_entry,
        delete=_delete_entry,
        setters=dict.fromkeys(_ENTRY, _update_entry),
        alone=True,
        retag=retag("accessEntryArn"),
    ),
    Kind(
        type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        service="eks",
        create="AssociateAccessPolicy",
        identify=lambda inputs, _answer: "#".join(
            inputs[name] for name in ("clusterName", "principalArn", "policyArn")
        ),
        read=_read_association,
        delete=lambda api, id, _state: call(api, "DisassociateAccessPolicy", **_key(id)),
        alone=True,
    ),
)
