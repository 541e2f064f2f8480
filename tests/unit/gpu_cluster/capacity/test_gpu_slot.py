from gpu_cluster.capacity import ModelLoad, smallest_fit
from gpu_cluster.catalog import GPUS, MODELS
from gpu_cluster.config.pools import Sharing

SMALL = ModelLoad(MODELS["meta-llama/Llama-3.1-8B-Instruct"], 8192, None)
LARGE = ModelLoad(MODELS["meta-llama/Llama-3.1-70B-Instruct"], 8192, None)


def test_smallest_fit_uses_the_fewest_gpus() -> None:
    assert [place.gpus for gpu in ("L4", "L40S", "H100") if (place := smallest_fit(SMALL, GPUS[gpu], 8))] == [
        1,
        1,
        1,
    ]
    assert [
        place.gpus for gpu in ("L40S", "H100", "H200") if (place := smallest_fit(LARGE, GPUS[gpu], 8))
    ] == [4, 4, 2]


def test_smallest_fit_sums_the_memory_of_its_gpus() -> None:
    place = smallest_fit(LARGE, GPUS["H200"], 8)
    assert place is not None
    assert place.usable_bytes == 2 * place.device.usable_bytes


def test_smallest_fit_uses_the_smallest_mig_profile() -> None:
    sharing = Sharing(mig={"4g.40gb": 1, "2g.20gb": 1, "1g.10gb": 1})
    place = smallest_fit(SMALL, GPUS["H100"], 8, sharing)
    assert place is not None
    assert (place.profile, place.gpus) == ("4g.40gb", 1)


def test_smallest_fit_never_combines_shared_gpus() -> None:
    assert smallest_fit(SMALL, GPUS["L4"], 8, Sharing(time_slicing=2)) is None
    assert smallest_fit(SMALL, GPUS["L40S"], 8, Sharing(time_slicing=2)) is not None


def test_smallest_fit_is_none_without_gpus_or_enough_memory() -> None:
    assert smallest_fit(SMALL, None, 0) is None
    assert smallest_fit(LARGE, GPUS["L4"], 4) is None
