import pytest
from pydantic import TypeAdapter, ValidationError

from gpu_cluster.config.min_max import MinMax, NodeCount, ReplicaCount, Replicas

NODES: TypeAdapter[MinMax] = TypeAdapter(NodeCount)
REPLICAS: TypeAdapter[Replicas] = TypeAdapter(ReplicaCount)


def test_single_number_is_both_minimum_and_maximum() -> None:
    assert NODES.validate_python(3) == MinMax(min=3, max=3)
    assert REPLICAS.validate_python(3) == Replicas(min=3, max=3)


def test_nodes_may_start_at_zero_but_replicas_at_one() -> None:
    assert NODES.validate_python({"min": 0, "max": 2}).min == 0
    with pytest.raises(ValidationError, match="do not scale up from zero"):
        REPLICAS.validate_python({"min": 0, "max": 2})


@pytest.mark.parametrize("given", [0, -1, True, 5001, {"min": 3, "max": 2}, {"min": 1}, {"max": 0, "min": 0}])
def test_invalid_node_count_is_rejected(given: object) -> None:
    with pytest.raises(ValidationError):
        NODES.validate_python(given)


def test_minimum_above_maximum_is_rejected_with_both_numbers() -> None:
    with pytest.raises(ValidationError, match="min 3 is more than max 2"):
        NODES.validate_python({"min": 3, "max": 2})
