import pytest

from rehearsal.aws.api import Api
from tests.unit.rehearsal.aws.eks.ground import Ground


@pytest.fixture
def ground(api: Api) -> Ground:
    """A network and roles of its own."""
    return Ground.made(api)
