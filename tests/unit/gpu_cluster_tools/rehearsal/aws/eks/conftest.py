import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites


@pytest.fixture
def eks(api: Api) -> Prerequisites:
    """A network and roles of its own."""
    return Prerequisites.create(api)
