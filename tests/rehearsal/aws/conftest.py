from collections.abc import Iterator

import pytest

from gpu_cluster_tools.rehearsal.aws import Account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A separate account for each module."""
    account = Account(tmp_path_factory.mktemp("account"))
    account.start()
    yield account
    account.stop()
