import pytest

from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.moto_application import moto_application
from rehearsal.aws.operations import OPERATIONS


@pytest.fixture(scope="session")
def account() -> Answering:
    """An account in this process."""
    return Answering(moto_application(), OPERATIONS)


@pytest.fixture
def api(account: Answering) -> Api:
    return account.api("eu-central-1")
