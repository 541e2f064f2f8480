from gpu_cluster.config.registry import UpstreamName
from gpu_cluster.config.storage import Ebs, HostPath
from gpu_cluster.config.stores import S3, FsxLustre
from gpu_cluster.stack import load
from tests.unit.gpu_cluster.stack.corpus import STACKS


def test_local_stack_has_a_default_storage_class_and_registry() -> None:
    stack = load(STACKS / "happy/smallest-local.yaml")

    assert stack.storage == {"standard": HostPath(kind="host-path", default=True)}
    assert stack.registry.in_cluster is not None
    assert (stack.registry.in_cluster.size, stack.registry.in_cluster.storage_class) == ("20Gi", "standard")


def test_existing_cluster_has_no_default_storage_or_registry() -> None:
    stack = load(STACKS / "happy/existing-without-models.yaml")

    assert stack.storage == {}
    assert stack.registry.in_cluster is None


def test_aws_stack_has_ebs_storage_and_caches_without_credentials() -> None:
    stack = load(STACKS / "happy/eks-smallest.yaml")

    assert stack.storage == {"gp3": Ebs(kind="ebs", default=True)}
    assert stack.registry.mirrors == {UpstreamName.ECR_PUBLIC, UpstreamName.K8S, UpstreamName.QUAY}
    assert stack.registry.in_cluster is None


def test_aws_stack_with_only_stores_also_gets_ebs_storage() -> None:
    stack = load(STACKS / "happy/eks-mirror-of-ones-own.yaml")

    assert stack.storage["gp3"] == Ebs(kind="ebs", default=True)
    assert stack.registry.mirrors is None


def test_store_is_claimed_in_the_serving_namespace_by_default() -> None:
    storage = load(STACKS / "happy/eks-registry-and-storage.yaml").storage
    models, datasets = storage["models"], storage["datasets"]

    assert isinstance(models, S3)
    assert isinstance(datasets, FsxLustre)
    assert (models.namespaces, datasets.namespaces) == ({"inference"}, {"vision", "speech"})


def test_every_model_cache_has_a_storage_class() -> None:
    assert cache_class("storage-csi-shared", "chat") == "shared"
    assert cache_class("full-local", "chat") == "models"
    assert cache_class("full-local", "large") == "standard"


def test_model_slice_defaults_to_the_only_mig_profile_of_the_pool() -> None:
    models = load(STACKS / "happy/sharing-mig.yaml").serving.models

    assert models["small"].slice == "1g.10gb"
    assert models["tiny"].slice == "1g.10gb"
    assert models["medium"].slice == "3g.40gb"


def test_model_on_a_pool_without_mig_has_no_slice() -> None:
    models = load(STACKS / "happy/sharing-time-slicing.yaml").serving.models

    assert models["chat"].slice is None


def cache_class(file: str, model: str) -> str | None:
    cache = load(STACKS / f"happy/{file}.yaml").serving.models[model].cache
    return cache.storage_class if cache else None
