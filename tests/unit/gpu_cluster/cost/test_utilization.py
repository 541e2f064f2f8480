from fractions import Fraction

from gpu_cluster.capacity import Pool
from gpu_cluster.cost.billable_item import Item
from gpu_cluster.cost.money import Range
from gpu_cluster.cost.pricing import pricing_context
from gpu_cluster.cost.utilization import Utilization, use_of
from tests.today import TODAY
from tests.unit.gpu_cluster.capacity.stacks import pool_of
from tests.unit.gpu_cluster.cost.items import REGION, kubernetes, scaler


def replica(name: str = "chat", gpus: int = 1, cpu: str = "1", resource: str = "nvidia.com/gpu") -> Item:
    container = {"resources": {"requests": {resource: str(gpus), "cpu": cpu, "memory": "1Gi"}}}
    pod = {"nodeSelector": {"gpu-cluster/pool": "p"}, "containers": [container]}
    return kubernetes("Deployment", name, {"replicas": 1, "template": {"spec": pod}})


def use(pool: Pool, *items: Item) -> Utilization:
    [found] = use_of({"p": pool}, items, pricing_context(items, REGION, day=TODAY))
    return found


def test_unrequested_capacity_is_idle() -> None:
    pool = pool_of(instance="g6e.12xlarge", nodes={"min": 2, "max": 4})  # of 4 GPUs each
    found = use(pool, replica(gpus=2), scaler("chat", 2, 8))

    assert found.gpus == Range.of(1, 4)  # 2 and 8 replicas of half a node
    assert found.idle == (Fraction(1, 2), Fraction(0))
    assert found.needed == Range.of(1, 4)


def test_gpus_too_few_for_a_replica_are_wasted() -> None:
    pool = pool_of(instance="g6e.12xlarge", nodes=2)
    found = use(pool, replica(gpus=3), scaler("chat", 1, 2))

    assert found.needed == Range.of(1, 2)
    assert found.wasted == (Fraction(1, 4), Fraction(1, 4))  # the fourth of each node
    assert found.idle == (Fraction(5, 8), Fraction(1, 4))


def test_gpus_usable_by_more_replicas_are_idle_but_not_wasted() -> None:
    pool = pool_of(instance="p5.48xlarge", nodes=1)  # 8 GPUs
    found = use(pool, replica(gpus=1), scaler("chat", 1, 1))

    assert found.idle == (Fraction(7, 8), Fraction(7, 8))
    assert found.wasted == (Fraction(0), Fraction(0))


def test_exhausted_cpu_wastes_gpus() -> None:
    pool = pool_of(instance="g6e.12xlarge", nodes=2)  # 48 CPUs
    found = use(pool, replica(gpus=1, cpu="30"), scaler("chat", 2, 2))

    assert found.needed == Range.of(2)
    assert found.wasted == (Fraction(3, 4), Fraction(3, 4))


def test_mig_slices_count_as_fractions_of_a_gpu() -> None:
    pool = pool_of(instance="p4de.24xlarge", nodes=1, sharing={"mig": {"1g.10gb": 7}})
    found = use(pool, replica(resource="nvidia.com/mig-1g.10gb"), scaler("chat", 7, 56))

    assert found.gpus == Range.of(Fraction(7, 56), Fraction(1))
    assert found.idle == (Fraction(7, 8), Fraction(0))


def test_used_nodes_are_at_least_those_of_the_replicas() -> None:
    pool = pool_of(instance="g6.4xlarge", nodes={"min": 0, "max": 5})
    found = use(pool, replica(), scaler("chat", 2, 3))

    assert found.nodes == Range.of(2, 5)
    assert found.idle == (Fraction(0), Fraction(2, 5))


def test_workloads_elsewhere_or_without_gpus_do_not_count() -> None:
    pool = pool_of(instance="g6.4xlarge", nodes=1)
    plain = kubernetes(
        "Deployment", "web", {"template": {"spec": {"nodeSelector": {"gpu-cluster/pool": "p"}}}}
    )
    elsewhere = kubernetes("Deployment", "other", {"template": {"spec": {}}})

    assert use(pool, plain, elsewhere).idle == (Fraction(1), Fraction(1))


def test_pool_without_gpus_has_no_utilization() -> None:
    assert use_of({"p": pool_of(instance="m7i.xlarge")}, [], pricing_context([], REGION, day=TODAY)) == ()
