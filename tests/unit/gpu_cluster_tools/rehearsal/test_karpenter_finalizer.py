"""Finalizers of EC2NodeClasses, and tags of their instances, on an account that refuses."""

from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from gpu_cluster_tools.rehearsal.aws import identity
from gpu_cluster_tools.rehearsal.aws.in_process_client import in_process_sender
from gpu_cluster_tools.rehearsal.errors import RehearsalError
from gpu_cluster_tools.rehearsal.karpenter_finalizer import KarpenterFinalizer
from tests.unit.gpu_cluster_tools.rehearsal.api_server import Object, Objects

ROLE = "arn:aws:iam::123456789012:role/karpenter"
FINALIZER = "karpenter.k8s.aws/termination"
EBS = {"metadata": {"name": "disk"}, "provisioner": "ebs.csi.aws.com"}


class Account:
    """Of one cluster, `ml`, whose Karpenter has a role; answers of IAM depend on the operation."""

    endpoint, region = "http://127.0.0.1", "eu-central-1"

    def __init__(self, *denied: str) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.send = in_process_sender(self._iam(denied))

    def _iam(self, denied: tuple[str, ...]) -> Any:
        @Request.application
        def application(request: Request) -> Response:
            key = request.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
            operation = request.form["Action"]
            about = request.form.get("PathPrefix") or request.form.get("InstanceProfileName") or ""
            self.asked.append((identity.principal_of(key), operation, about))
            if operation in denied:
                code = "AccessDenied"
            elif operation == "GetInstanceProfile":
                code = "NoSuchEntity"
            else:
                listed = "<InstanceProfiles/><IsTruncated>false</IsTruncated>"
                body = f"<R><ListInstanceProfilesResult>{listed}</ListInstanceProfilesResult></R>"
                return Response(body, mimetype="text/xml")
            error = f"<Type>Sender</Type><Code>{code}</Code><Message>no</Message>"
            return Response(
                f"<ErrorResponse><Error>{error}</Error></ErrorResponse>", 403, mimetype="text/xml"
            )

        return application

    def call(self, _service: str, operation: str, **_asked: Any) -> dict[str, Any]:
        return {
            "ListClusters": {"clusters": ["ml"]},
            "ListPodIdentityAssociations": {"associations": [{"associationId": "a-1"}]},
            "DescribePodIdentityAssociation": {"association": {"roleArn": ROLE}},
        }[operation]


class Cluster(Objects):
    """Notes finalizers that are set."""

    def patch(self, path: str, body: Object) -> None:
        node_class = self.get(path)
        node_class["metadata"] |= body["metadata"]


def node_class(*tags: str, gone: bool = False, finalizers: list[str] | None = None) -> Object:
    """With tags as `key=value`."""
    deleted = {"deletionTimestamp": "2026-11-28T00:00:00Z"} if gone else {}
    metadata = {"name": "l4", "uid": "uid", "finalizers": finalizers or [], **deleted}
    return {"metadata": metadata, "spec": {"tags": dict(each.split("=") for each in tags)}}


def karpenter(account: Account, *classes: Object, storage: list[Object] | None = None) -> KarpenterFinalizer:
    cluster = Cluster(ec2nodeclasses=list(classes), storageclasses=storage or [])
    return KarpenterFinalizer(cluster, account)  # pyright: ignore[reportArgumentType]


def test_a_node_class_goes_once_its_profiles_were_looked_for_with_the_role_of_karpenter() -> None:
    account, leaving = Account(), node_class(gone=True, finalizers=["of-another", FINALIZER])
    it = karpenter(account, leaving)

    it.finalize()

    assert leaving["metadata"]["finalizers"] == ["of-another"]
    assert account.asked == [
        (ROLE, "ListInstanceProfiles", "/karpenter/eu-central-1/ml/uid/"),
        (ROLE, "GetInstanceProfile", "ml_l4"),
    ]
    it.require_all_allowed()


def test_a_new_node_class_gets_the_finalizer_once() -> None:
    fresh = node_class()
    it = karpenter(Account(), fresh)
    it.finalize()
    it.finalize()
    assert fresh["metadata"]["finalizers"] == [FINALIZER]


@pytest.mark.parametrize("operation", ["ListInstanceProfiles", "GetInstanceProfile"])
def test_what_the_role_may_not_call_is_told_once_all_is_gone(operation: str) -> None:
    leaving = node_class(gone=True, finalizers=[FINALIZER])
    it = karpenter(Account(operation), leaving)

    it.finalize()

    assert leaving["metadata"]["finalizers"] == []
    with pytest.raises(RehearsalError, match=f"l4 would never be gone: its finalizer calls iam:{operation}"):
        it.require_all_allowed()


@pytest.mark.parametrize("tag", ["team=ml", "eks:eks-cluster-name=ml", "eks:cluster-name=another"])
def test_instances_that_no_volume_could_be_attached_to_are_told(tag: str) -> None:
    it = karpenter(Account(), node_class(tag), storage=[EBS])
    it.finalize()
    with pytest.raises(RehearsalError, match="no volume of EBS could be attached to nodes of"):
        it.require_all_allowed()


@pytest.mark.parametrize("tag", ["eks:cluster-name=ml", "ebs.csi.aws.com/cluster-name=ml"])
def test_either_tag_with_the_name_of_the_cluster_will_do(tag: str) -> None:
    it = karpenter(Account(), node_class(tag), storage=[EBS])
    it.finalize()
    it.require_all_allowed()


def test_without_the_driver_of_ebs_no_tag_is_needed() -> None:
    it = karpenter(Account(), node_class(), storage=[])
    it.finalize()
    it.require_all_allowed()
