import pytest
from pydantic import ValidationError

from gpu_cluster.config.min_max import MinMax
from gpu_cluster.config.pools import Machine, PoolSettings, Sharing


def test_pool_requires_either_an_instance_type_or_a_machine() -> None:
    machine = Machine(cpus=64, memory="1Ti")
    assert PoolSettings(machine=machine, nodes=MinMax(min=1, max=1)).instance is None

    with pytest.raises(ValidationError, match="got both"):
        PoolSettings(instance="g6.xlarge", machine=machine, nodes=MinMax(min=1, max=1))
    with pytest.raises(ValidationError, match="got neither"):
        PoolSettings(nodes=MinMax(min=1, max=1))


def test_machine_requires_gpu_and_gpus_together() -> None:
    assert Machine(cpus=64, memory="1Ti", gpu="H100", gpus=8).gpus == 8
    with pytest.raises(ValidationError, match="gpu is H100 and gpus is 0"):
        Machine(cpus=64, memory="1Ti", gpu="H100")
    with pytest.raises(ValidationError, match="gpu is not set and gpus is 8"):
        Machine(cpus=64, memory="1Ti", gpus=8)


def test_sharing_requires_exactly_one_method() -> None:
    assert Sharing(mig={"1g.10gb": 7}).time_slicing is None
    with pytest.raises(ValidationError, match="got timeSlicing and mps"):
        Sharing(time_slicing=2, mps=2)
    with pytest.raises(ValidationError, match="got none"):
        Sharing()


def test_pool_settings_are_frozen() -> None:
    pool = PoolSettings(instance="g6.xlarge", nodes=MinMax(min=1, max=1))
    with pytest.raises(ValidationError, match="frozen"):
        pool.instance = "g6.2xlarge"  # pyright: ignore[reportAttributeAccessIssue]
