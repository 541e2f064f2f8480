"""Managed add-ons, and the roles of pods."""

from rehearsal.aws.api import Api
from rehearsal.aws.kind import Answer, Inputs, Kind, State
from rehearsal.aws.services.eks import await_status, call, parts, retag, said_later

_UPDATED = ("addonVersion", "configurationValues", "podIdentityAssociations", "serviceAccountRoleArn")
_HEALTHY_SECONDS = 30
_ASSOCIATION = ("disableSessionTags", "policy", "roleArn", "targetRoleArn")


def _update_addon(api: Api, id: str, inputs: Inputs) -> None:
    cluster, name = parts(id)
    given = {key: inputs[key] for key in _UPDATED if key in inputs}
    if "resolveConflictsOnUpdate" in inputs:
        given["resolveConflicts"] = inputs["resolveConflictsOnUpdate"]
    emptied: Answer = {"configurationValues": "", "podIdentityAssociations": []}
    call(api, "UpdateAddon", clusterName=cluster, addonName=name, **emptied | given)


def _await_health(api: Api, id: str, _inputs: Inputs) -> None:
    """The provider waits 20 minutes for pods to run; nodes that are on their way come sooner than that."""
    await_status(lambda: _describe(api, id), "ACTIVE", _HEALTHY_SECONDS)


def _describe(api: Api, id: str) -> Answer:
    cluster, name = parts(id)
    return call(api, "DescribeAddon", clusterName=cluster, addonName=name)["addon"]


def _read_addon(api: Api, id: str, _state: State) -> Answer | None:
    cluster, addon = parts(id)[0], _describe(api, id)
    associations = [
        call(api, "DescribePodIdentityAssociation", clusterName=cluster, associationId=arn.rpartition("/")[2])
        for arn in addon["podIdentityAssociations"]
    ]
    return addon | {
        "arn": addon["addonArn"],
        "podIdentityAssociations": [each["association"] for each in associations] or None,
    }


def _delete_addon(api: Api, id: str, state: State) -> None:
    cluster, name = parts(id)
    call(api, "DeleteAddon", clusterName=cluster, addonName=name, preserve=state.get("preserve", False))


def _update_association(api: Api, id: str, inputs: Inputs) -> None:
    given = {key: inputs[key] for key in _ASSOCIATION if key in inputs}
    call(api, "UpdatePodIdentityAssociation", clusterName=inputs["clusterName"], associationId=id, **given)


def _read_association(api: Api, id: str, state: State) -> Answer | None:
    cluster = state["clusterName"]
    return call(api, "DescribePodIdentityAssociation", clusterName=cluster, associationId=id)["association"]


def _delete_association(api: Api, id: str, state: State) -> None:
    call(api, "DeletePodIdentityAssociation", clusterName=state["clusterName"], associationId=id)


KINDS = (
    Kind(
        type="aws:eks/addon:Addon",
        service="eks",
        create="CreateAddon",
        identify=lambda inputs, _answer: f"{inputs['clusterName']}:{inputs['addonName']}",
        read=_read_addon,
        delete=_delete_addon,
        renames={"resolveConflictsOnCreate": "resolveConflicts"},
        setters=dict.fromkeys(_UPDATED, _update_addon)
        | {
            "preserve": said_later,
            "resolveConflictsOnCreate": said_later,
            "resolveConflictsOnUpdate": said_later,
        },
        always=(_await_health,),
        documents=frozenset({"configurationValues"}),
        alone=True,
        retag=retag(),
    ),
    Kind(
        type="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        service="eks",
        create="CreatePodIdentityAssociation",
        identify=lambda _inputs, answer: answer["association"]["associationId"],
        read=_read_association,
        delete=_delete_association,
        setters=dict.fromkeys(_ASSOCIATION, _update_association),
        documents=frozenset({"policy"}),
        retag=retag("associationArn"),
    ),
)
