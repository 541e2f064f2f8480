"""Policies as JSON, as small as they can be."""

import json


def policy(action: str, effect: str = "Allow", principal: str = "*") -> str:
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
