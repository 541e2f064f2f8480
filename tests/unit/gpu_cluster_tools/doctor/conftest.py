# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterator

import pytest
from moto import mock_aws

from gpu_cluster_tools.doctor.aws import Aws

ACCOUNT = "123456789012"
"""Account of stacks/Pulumi.prod.yaml, and of the emulated account."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An emulated account in the region of prod, in this process."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield Aws("us-east-2")
