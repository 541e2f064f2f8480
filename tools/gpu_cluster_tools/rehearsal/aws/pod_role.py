"""Roles of service accounts, by the pod identity associations of the account."""

from gpu_cluster_tools.rehearsal.aws.api import Api


def role_of(api: Api, namespace: str, account: str) -> tuple[str, str] | None:
    """The cluster and the role of the pods of a service account; None where they have none."""
    for cluster in api.call("eks", "ListClusters")["clusters"]:
        there = {"clusterName": cluster}
        listed = api.call(
            "eks", "ListPodIdentityAssociations", **there, namespace=namespace, serviceAccount=account
        )
        for each in listed["associations"]:
            found = api.call(
                "eks", "DescribePodIdentityAssociation", **there, associationId=each["associationId"]
            )
            return cluster, found["association"]["roleArn"]
    return None
