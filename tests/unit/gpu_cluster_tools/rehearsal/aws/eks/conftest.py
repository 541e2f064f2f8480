import pytest

from gpu_cluster_tools.rehearsal.aws.api import Api
from tests.unit.gpu_cluster_tools.rehearsal.aws.eks.prerequisites import Prerequisites


@pytest.fixture
def eks(api: Api) -> Prerequisites:
    """A separate network and separate roles."""
    return Prerequisites.create(api)
