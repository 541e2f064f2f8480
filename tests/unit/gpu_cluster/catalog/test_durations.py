from gpu_cluster.catalog import DURATION_SOURCES, DURATIONS, duration_of


def test_durations_are_under_an_hour_and_have_a_source() -> None:
    for type, duration in DURATIONS.items():
        assert 0 < duration.create < 60, type
        assert 0 < duration.delete < 60, type
        assert duration.source in DURATION_SOURCES.values()


def test_kubernetes_objects_are_created_almost_instantly() -> None:
    assert duration_of("kubernetes:core/v1:ConfigMap").create < 0.1
    assert duration_of("kubernetes:cert-manager.io/v1:Certificate").create < 0.1
