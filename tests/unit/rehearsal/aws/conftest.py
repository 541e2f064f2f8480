import pytest
from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    DomainDispatcherApplication,
    create_backend_app,  # pyright: ignore[reportUnknownVariableType]
)

from rehearsal.aws.answering import Answering
from rehearsal.aws.api import Api
from rehearsal.aws.operations import OPERATIONS


@pytest.fixture(scope="session")
def account() -> Answering:
    """An account in this process."""
    moto = DomainDispatcherApplication(create_backend_app)  # pyright: ignore[reportUnknownArgumentType]
    return Answering(moto, OPERATIONS)


@pytest.fixture
def api(account: Answering) -> Api:
    return account.api("eu-central-1")
