import pytest

from gpu_cluster.plan import Graph
from tests.pains.platforms import ON_AWS, platform


@pytest.fixture(scope="session", params=ON_AWS)
def name(request: pytest.FixtureRequest) -> str:
    """A committed stack on AWS; the smallest is the first."""
    return request.param


@pytest.fixture(scope="session")
def graph(name: str) -> Graph:
    return platform(name)
