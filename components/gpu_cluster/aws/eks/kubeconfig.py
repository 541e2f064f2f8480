"""How a client reaches a cluster of EKS, and proves who it is."""

import json


def kubeconfig(*, name: str, endpoint: str, authority: str, region: str) -> str:
    """As JSON, the same to the byte for the same cluster, and without a credential.

    Its reader signs in with an own identity on AWS: `aws eks get-token` makes a token for some minutes.
    `authority` is the certificate of the cluster's authority in base64.
    """
    token = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}
            ],
            "users": [
                {
                    "name": name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1",
                            "command": "aws",
                            "args": token,
                            "interactiveMode": "Never",
                            "provideClusterInfo": False,
                        }
                    },
                }
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        indent=2,
    )
