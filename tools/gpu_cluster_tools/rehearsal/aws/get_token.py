"""`get_token.py eks get-token --cluster-name <name> --region <region>`: be the `aws` of a kubeconfig.

It signs as the principal whose access key is in the environment. Every client of a cluster starts it, so it
runs by its path on a bare Python (-I -S).
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

PREFIX = "k8s-aws-v1."
VALID = timedelta(minutes=15)
"""Lifetime of a cluster token. Source: kubernetes-sigs/aws-iam-authenticator, pkg/token, 2026-08-22."""

_EXPIRES = timedelta(minutes=14)  # as the AWS CLI says it, a minute early
_DATE = "%Y%m%dT%H%M%SZ"


def token(cluster: str, region: str, key: str, secret: str, at: datetime) -> str:
    """Token: a signed GetCallerIdentity request that is valid for the named cluster only."""
    day, moment = at.strftime("%Y%m%d"), at.strftime(_DATE)
    scope = f"{day}/{region}/sts/aws4_request"
    host = f"sts.{region}.amazonaws.com"
    query = urlencode(
        sorted(
            {
                "Action": "GetCallerIdentity",
                "Version": "2011-06-15",
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": f"{key}/{scope}",
                "X-Amz-Date": moment,
                "X-Amz-Expires": "60",
                "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
            }.items()
        ),
        quote_via=quote,
    )
    headers = f"host:{host}\nx-k8s-aws-id:{cluster}\n"
    asked = f"GET\n/\n{query}\n{headers}\nhost;x-k8s-aws-id\n{hashlib.sha256().hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signing = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    url = f"https://{host}/?{query}&X-Amz-Signature={signature}"
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def main() -> None:
    parser = argparse.ArgumentParser(prog="aws")
    parser.add_argument("service", choices=["eks"])
    parser.add_argument("command", choices=["get-token"])
    parser.add_argument("--cluster-name", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--output", choices=["json"])
    given = parser.parse_args()
    now = datetime.now(UTC)
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    expires = now + _EXPIRES
    credential = {
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "spec": {},
        "status": {
            "expirationTimestamp": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "token": token(given.cluster_name, given.region, key, secret, now),
        },
    }
    json.dump(credential, sys.stdout)


if __name__ == "__main__":
    main()
