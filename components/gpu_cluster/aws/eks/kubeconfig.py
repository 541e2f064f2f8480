"""Kubeconfig of an EKS cluster."""

import json


def kubeconfig(*, name: str, endpoint: str, authority: str, region: str) -> str:
    """Kubeconfig as JSON, deterministic and without credentials.

    The user signs in with an AWS identity: `aws eks get-token` creates a short-lived token. `authority` is
    the certificate of the cluster's authority in base64.
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
