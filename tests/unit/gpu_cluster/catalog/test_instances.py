import pytest

from gpu_cluster.catalog import INSTANCE_SOURCES, INSTANCES, Instance

EVERY = pytest.mark.parametrize("instance", INSTANCES.values(), ids=list(INSTANCES))


@EVERY
def test_instance_numbers_are_plausible(instance: Instance) -> None:
    assert 2 <= instance.cpus <= 192
    assert 4 <= instance.memory_gib <= 4096
    assert 2 <= instance.memory_gib / instance.cpus <= 22
    assert instance.gpus in (0, 1, 2, 4, 8)
    assert 0.5 <= instance.network_gbps <= 6400
    assert 0 <= instance.efa <= 32
    assert 20 <= instance.max_pods <= 1514
    assert instance.hourly_usd is None or 0.05 < instance.hourly_usd < 200


@EVERY
def test_instance_with_gpus_has_a_known_gpu(instance: Instance) -> None:
    assert instance.gpu is not None or instance.gpus == 0


@EVERY
def test_instance_with_efa_has_at_least_25_gbps(instance: Instance) -> None:
    assert instance.efa == 0 or instance.network_gbps >= 25


def test_instance_type_without_published_price_has_no_price() -> None:
    assert {name for name, instance in INSTANCES.items() if instance.hourly_usd is None} == {
        "p5e.48xlarge",
        "p6e-gb200.36xlarge",
    }


@pytest.mark.parametrize(
    ("name", "gpu", "gpus"),
    [
        ("g4dn.12xlarge", "T4", 4),
        ("g5.48xlarge", "A10G", 8),
        ("g6.4xlarge", "L4", 1),
        ("g6e.12xlarge", "L40S", 4),
        ("gr6.4xlarge", "L4", 1),
        ("g7.12xlarge", "RTX-PRO-4500", 2),
        ("g7e.48xlarge", "RTX-PRO-6000", 8),
        ("p4d.24xlarge", "A100-40GB", 8),
        ("p4de.24xlarge", "A100-80GB", 8),
        ("p5.4xlarge", "H100", 1),
        ("p5.48xlarge", "H100", 8),
        ("p5e.48xlarge", "H200", 8),
        ("p5en.48xlarge", "H200", 8),
        ("p6-b200.48xlarge", "B200", 8),
        ("p6-b300.48xlarge", "B300", 8),
        ("p6e-gb200.36xlarge", "GB200", 4),
    ],
)
def test_instance_type_has_the_expected_gpus(name: str, gpu: str, gpus: int) -> None:
    instance = INSTANCES[name]
    assert (instance.gpu and instance.gpu.name, instance.gpus) == (gpu, gpus)


def test_only_g6f_and_gr6f_types_have_fractional_gpus() -> None:
    fractional = {name for name, instance in INSTANCES.items() if instance.gpu and not instance.gpus}
    assert fractional == {name for name in INSTANCES if name.startswith(("g6f.", "gr6f."))}


def test_catalog_has_five_instance_families_without_gpus() -> None:
    assert {name.partition(".")[0] for name, instance in INSTANCES.items() if instance.gpu is None} == {
        "m6i",
        "m7i",
        "m7g",
        "c7i",
        "r7i",
    }


def test_only_m7g_and_gb200_instances_are_arm64() -> None:
    arm = {name.partition(".")[0] for name, instance in INSTANCES.items() if instance.architecture == "arm64"}
    assert arm == {"m7g", "p6e-gb200"}


@pytest.mark.parametrize(
    ("name", "pods"),
    [
        ("m7i.large", 29),
        ("g6f.large", 20),
        ("g6.xlarge", 58),
        ("p5.48xlarge", 100),  # 32 network cards, of which pods get the first
        ("p4d.24xlarge", 737),
        ("g7.24xlarge", 1514),
        ("p6e-gb200.36xlarge", 110),  # interfaces unknown: the kubelet's default
    ],
)
def test_max_pods_follows_the_addresses_of_the_first_network_card(name: str, pods: int) -> None:
    assert INSTANCES[name].max_pods == pods


def test_instance_numbers_have_a_source_and_date() -> None:
    assert set(INSTANCE_SOURCES) == {"hardware", "hourly_usd", "enis", "p6e-gb200"}
    assert all(source.where and source.date.year >= 2026 for source in INSTANCE_SOURCES.values())
