from gpu_cluster.catalog import GPUS
from gpu_cluster.catalog.nvlink import NVLINK_GBPS, NVLINK_SOURCES


def test_nvlink_rates_have_a_known_gpu_and_a_source() -> None:
    assert NVLINK_GBPS.keys() <= GPUS.keys()
    assert all(any(name.startswith(source) for source in NVLINK_SOURCES) for name in NVLINK_GBPS)


def test_pcie_gpus_have_no_nvlink_rate() -> None:
    assert not NVLINK_GBPS.keys() & {"T4", "A10G", "L4", "L40S"}
