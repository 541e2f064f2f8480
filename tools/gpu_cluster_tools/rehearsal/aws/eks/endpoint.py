"""Endpoint of a cluster: the API server of this machine, if it runs."""

import base64
from hashlib import sha256
from pathlib import Path

from lightkube import KubeConfig

from gpu_cluster_tools.rehearsal.aws.eks.records import Document

KUBECONFIG = Path("kubeconfig")
"""Kubeconfig of an administrator of that API server, in the account's working directory."""


def endpoint_of(document: Document) -> Document:
    """Endpoint of a cluster; an invented address if there is no API server."""
    if KUBECONFIG.exists():
        context = KubeConfig.from_file(KUBECONFIG).get()
        assert context  # noqa: S101  # it was written by the control plane
        cluster = context.cluster
        return {"endpoint": cluster.server, "certificateAuthority": {"data": cluster.certificate_auth_data}}
    issuer: str = document["identity"]["oidc"]["issuer"]
    id, region = issuer.rpartition("/")[2], document["arn"].split(":")[3]
    authority = f"-----BEGIN CERTIFICATE-----\n{sha256(id.encode()).hexdigest()}\n-----END CERTIFICATE-----\n"
    return {
        "endpoint": f"https://{id}.gr7.{region}.eks.amazonaws.com",
        "certificateAuthority": {"data": base64.b64encode(authority.encode()).decode()},
    }
