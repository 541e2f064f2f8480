"""Responses of a Prometheus at an address, for dashboards."""

from collections.abc import Mapping
from typing import Any

import httpx2

from dashboards.answers import Ask


def asking(url: str) -> Ask:
    def ask(path: str, parameters: Mapping[str, str]) -> Any:
        answer = httpx2.get(f"{url}/api/v1/{path}", params=dict(parameters), trust_env=False, timeout=60)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    return ask
