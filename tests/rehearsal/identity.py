"""API requests with the identity of a user."""

import json
from pathlib import Path

from lightkube import KubeConfig
from lightkube.config.client_adapter import Client, ConnectionParams

from tests.rehearsal.refusals import Try


class Identity:
    """The identity of a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        config = KubeConfig.from_file(kubeconfig).get()
        assert config
        self._http = Client(config, ConnectionParams(trust_env=False))

    def attempt(self, wanted: Try) -> tuple[int, str]:
        """Status and body of the response."""
        headers = {"Content-Type": "application/json"} | wanted.headers
        content = json.dumps(wanted.body) if wanted.body else None
        response = self._http.request(wanted.method, wanted.path, content=content, headers=headers)
        return response.status_code, response.text
