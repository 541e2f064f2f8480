import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.ground import Ground


@pytest.fixture
def ground(api: Api) -> Ground:
    """A network and roles of its own."""
    return Ground.made(api)
